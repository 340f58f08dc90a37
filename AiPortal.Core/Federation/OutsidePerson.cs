using AiPortal.Core.Tenancy;

namespace AiPortal.Core.Federation;

/// <summary>What a directory or provider says of somebody who has just proved to it who he is.</summary>
/// <param name="OrganizationId">Whose source it is.</param>
/// <param name="SourceId">The directory or provider.</param>
/// <param name="SourceName">For the audit trail.</param>
/// <param name="Subject">Never changes and is never given to another there.</param>
/// <param name="Email">An address that the source has verified.</param>
/// <param name="Name">For people.</param>
internal sealed record OutsidePerson(Guid OrganizationId, Guid SourceId, string SourceName, string Subject, string Email, string Name)
{
    /// <summary>What he is made when he is new; null: only who was invited comes in.</summary>
    public Role? NewRole { get; init; }

    /// <summary>What the source says he is now; null: it says nothing.</summary>
    public Role? Role { get; init; }

    public Guid? TeamId { get; init; }

    /// <summary>Who is signed in and wants to come in this way from now on; null: somebody who signs in.</summary>
    public Guid? ConnectTo { get; init; }

    public string? ClientIp { get; init; }
}
