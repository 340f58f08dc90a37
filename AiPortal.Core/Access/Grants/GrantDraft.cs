using AiPortal.Core.Data;
using AiPortal.Core.Tenancy;

namespace AiPortal.Core.Access.Grants;

/// <summary>A role to lend.</summary>
/// <param name="UserId">Whom, a member.</param>
/// <param name="Role">Administrator, finance, manager or auditor.</param>
/// <param name="EndsAt">UTC, at most a year away.</param>
/// <param name="Reason">For the audit trail.</param>
public sealed record GrantDraft(Guid UserId, Role Role, DateTimeOffset EndsAt, string Reason)
{
    public const int MaxReason = 500;

    /// <summary>The part of the organization that the role is lent for; null: the whole. For managers only.</summary>
    public Place? Place { get; init; }

    private static readonly TimeSpan Longest = TimeSpan.FromDays(366);

    /// <summary>Roles that can be lent: an owner is one for good, and a member has his already.</summary>
    public static IReadOnlyList<Role> Roles { get; } = [Role.Administrator, Role.Finance, Role.Manager, Role.Auditor];

    internal Refusal? Check(Actor actor, DateTimeOffset now)
    {
        var faults = new FieldFaults();
        faults.RequireText(Reason, "reason", MaxReason);
        faults.Require(Roles.Contains(Role), "role", "Must be one of administrator, finance, manager, auditor.");
        faults.Require(Place is null || Permissions.IsForPlaces(Role), "scope_type", "Only the role manager can be for a department, team or project.");
        faults.Require(EndsAt > now && EndsAt <= now + Longest, "ends_at", "Must be in the future, at most a year away.");
        faults.Require(UserId != actor.Id, "user_id", "Nobody lends a role to himself.");
        return faults.Any ? faults.ToRefusal() : null;
    }
}
