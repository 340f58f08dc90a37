using AiPortal.Core.Access;
using AiPortal.Core.Data;
using AiPortal.Core.Tenancy;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Organizations;

/// <summary>What may be said of a member. The address names the person and cannot be changed here.</summary>
public sealed record MemberDraft(string Email, string Name, Role Role = Role.Member, Guid? TeamId = null)
{
    /// <summary>Over all keys this person answers for.</summary>
    public RateLimit Limits { get; init; } = RateLimit.None;

    /// <summary>The part of the organization that the role is for; null: the whole. For managers only.</summary>
    public Place? Place { get; init; }

    public static MemberDraft Of(Membership row) => new(row.Email, row.Name, row.Role, row.TeamId) { Limits = RateLimit.Of(row), Place = row.Place };

    internal void WriteTo(Membership row)
    {
        (row.Name, row.Role, row.TeamId, row.ScopeType, row.ScopeId) = (Name.Trim(), Role, TeamId, Place?.Kind, Place?.Id);
        Limits.WriteTo(row);
    }
}

internal static class MemberRules
{
    /// <summary>Null where the team is none or a live one.</summary>
    public static async Task<Refusal?> CheckTeamAsync(PortalDb db, Guid? teamId, CancellationToken token) =>
        teamId is { } id && !await db.Set<Team>().AnyAsync(t => t.Id == id && t.DeletedAt == null, token) ? Refusal.Missing("team_id") : null;

    public static void CheckRole(FieldFaults faults, Role role, Place? place)
    {
        faults.Require(Permissions.OfPeople.Contains(role), "role", "This role is for service tokens only.");
        faults.Require(place is null || Permissions.IsForPlaces(role), "scope_type", "Only the role manager can be for a department, team or project.");
    }

    /// <summary>Null where the actor may give and take the role.</summary>
    public static Refusal? CheckGrant(Actor actor, Guid organizationId, Role role) =>
        actor.RoleIn(organizationId) is { } own && Permissions.MayGrant(own, role)
            ? null
            : Refusal.Denied($"Your role cannot give or take the role {EnumWord.Of(role)}.");

    /// <summary>Refuses to leave an organization without an owner; the organization's lock is held.</summary>
    public static async Task<Refusal?> CheckOwnerRemainsAsync(PortalDb db, Membership leaving, CancellationToken token) =>
        leaving.Role != Role.Owner || await db.Set<Membership>().AnyAsync(m => m.Role == Role.Owner && m.Id != leaving.Id, token)
            ? null
            : Refusal.Conflict("last_owner", "An organization keeps at least one owner; make somebody else owner first.");
}
