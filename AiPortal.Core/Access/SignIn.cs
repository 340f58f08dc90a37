using AiPortal.Core.Access.TwoFactor;
using AiPortal.Core.Data;
using Microsoft.AspNetCore.Identity;

namespace AiPortal.Core.Access;

/// <summary>Who proved who he is, and how; <c>NeedsCode</c> says that he is not in yet. Only <see cref="SignIn"/> makes one.</summary>
public sealed record SignInStep
{
    internal SignInStep(PortalUser user, bool needsCode, SignInWay? way = null) => (User, NeedsCode, Way) = (user, needsCode, way);

    public PortalUser User { get; }

    /// <summary>His second factor is still to come.</summary>
    public bool NeedsCode { get; }

    /// <summary>Null for a password of the portal's own.</summary>
    public SignInWay? Way { get; }
}

/// <summary>
/// Checks an address and a password, here or where the organization's directory is, and the second factor of those who have one.
/// Too many failures lock the account for a while, wrong codes too; the answer never tells whether the address or the password was wrong.
/// </summary>
public sealed class SignIn(UserManager<PortalUser> users, IPasswordHasher<PortalUser> hasher, SignInAttempts attempts, SecondFactor second, IEnumerable<IPasswordAuthority> authorities)
{
    private static readonly PortalUser Nobody = new() { Name = "", UserName = "" };
    private static readonly Lazy<string> NobodysHash = new(() => new PasswordHasher<PortalUser>().HashPassword(Nobody, Guid.Empty.ToString()));

    /// <param name="email">As typed.</param>
    /// <param name="password">As typed. An empty one is wrong before anybody is asked: directories take it for an anonymous visit and agree.</param>
    /// <param name="code">Of the authenticator, or a recovery code; null where the caller has not asked for it yet.</param>
    /// <param name="clientIp">For the audit trail.</param>
    /// <param name="token">Cancels it.</param>
    public async Task<Outcome<SignInStep>> RunAsync(string email, string password, string? code = null, string? clientIp = null, CancellationToken token = default)
    {
        if (email.Length > 254 || password.Length is 0 or > 1024) return Wrong;
        var user = await users.FindByEmailAsync(email);
        var place = await FindPlaceAsync(user, email, token);
        if (user is not null && !await attempts.TakeAsync(user.Id, token))
        {
            hasher.VerifyHashedPassword(Nobody, NobodysHash.Value, password);
            return Wrong;
        }

        if (user?.PasswordHash is null || place?.LocalToo == false)
        {
            // An unknown address takes as long as a known one.
            hasher.VerifyHashedPassword(Nobody, NobodysHash.Value, password);
        }
        else if (await users.CheckPasswordAsync(user, password))
        {
            return await GoOnAsync(user, null, code);
        }

        if (place is null) return Wrong;
        var proof = await place.ProveAsync(email, password, clientIp, token);
        return proof.Refusal is { } refusal ? refusal : await GoOnAsync(proof.Value.User, proof.Value.Way, code);
    }

    /// <summary>
    /// Somebody proved to a provider who he is. A locked account is locked here too. His second factor: none where he has none, or where
    /// the provider's organization relies on the one asked for there.
    /// </summary>
    public async Task<Outcome<SignInStep>> AfterAsync(SignInProof proof, CancellationToken token = default) =>
        await attempts.IsLockedAsync(proof.User.Id, token) ? Locked : new SignInStep(proof.User, proof.User.TwoFactorEnabled && !proof.Way.SecondFactorTrusted, proof.Way);

    /// <summary>The second step of one whose password was right: <paramref name="stamp"/> is his security stamp at that moment.</summary>
    public async Task<Outcome<SignInStep>> FinishAsync(Guid userId, string stamp, string code, SignInWay? way = null)
    {
        var user = await users.FindByIdAsync(userId.ToString());
        if (user is null || user.SecurityStamp != stamp || !user.TwoFactorEnabled) return Wrong;
        return await attempts.TakeAsync(user.Id) ? await UseAsync(user, way, code) : WrongCode;
    }

    private async Task<IPasswordPlace?> FindPlaceAsync(PortalUser? user, string email, CancellationToken token)
    {
        foreach (var authority in authorities)
        {
            if (await authority.FindAsync(user, email, token) is { } place) return place;
        }

        return null;
    }

    private async Task<Outcome<SignInStep>> GoOnAsync(PortalUser user, SignInWay? way, string? code)
    {
        if (!user.TwoFactorEnabled)
        {
            await attempts.ForgetAsync(user.Id);
            return new SignInStep(user, false, way);
        }

        if (code is null)
        {
            await attempts.GiveBackAsync(user.Id);
            return new SignInStep(user, true, way);
        }

        return await UseAsync(user, way, code);
    }

    private async Task<Outcome<SignInStep>> UseAsync(PortalUser user, SignInWay? way, string code)
    {
        if (!await second.UseAsync(user.Id, code)) return WrongCode;
        await attempts.ForgetAsync(user.Id);
        return new SignInStep(user, false, way);
    }

    internal static Refusal Wrong => new(RefusalKind.Forbidden, "invalid_credentials", "The address or the password is wrong.");

    private static Refusal Locked => new(RefusalKind.Forbidden, "locked", "Too many wrong attempts at this account: wait five minutes.");

    private static Refusal WrongCode => new(RefusalKind.Forbidden, "invalid_code", "The code is wrong, was used before, or came too often.");
}
