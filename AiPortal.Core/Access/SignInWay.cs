using AiPortal.Core.Data;

namespace AiPortal.Core.Access;

/// <summary>How somebody came in, where it was not by a password of the portal's own.</summary>
/// <param name="SourceId">The directory or provider.</param>
/// <param name="OrganizationId">Whose it is: the session counts there alone.</param>
/// <param name="SecondFactorTrusted">The source asks for a second factor, and the organization relies on it.</param>
public sealed record SignInWay(Guid SourceId, Guid OrganizationId, bool SecondFactorTrusted = false);

/// <summary>Somebody who proved to a directory or provider who he is, and whom the portal knows by now.</summary>
public sealed record SignInProof(PortalUser User, SignInWay Way);

/// <summary>Knows who else than the portal may be asked about a password. Federation does; sign-in must not know it.</summary>
public interface IPasswordAuthority
{
    /// <summary>Null where the address is nobody's business but the portal's. A password is shown to no other than this.</summary>
    /// <param name="user">Who has the address; null for somebody new.</param>
    /// <param name="email">As typed.</param>
    /// <param name="token">Cancels it.</param>
    Task<IPasswordPlace?> FindAsync(PortalUser? user, string email, CancellationToken token);
}

/// <summary>Where the password of one address can be checked.</summary>
public interface IPasswordPlace
{
    /// <summary>Whether a password of the portal's own counts beside it.</summary>
    bool LocalToo { get; }

    /// <param name="email">As typed.</param>
    /// <param name="password">Never empty.</param>
    /// <param name="clientIp">For the audit trail, where somebody is let in for the first time.</param>
    /// <param name="token">Cancels it.</param>
    Task<Outcome<SignInProof>> ProveAsync(string email, string password, string? clientIp, CancellationToken token);
}
