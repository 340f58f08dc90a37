using AiPortal.Core.Audit;
using AiPortal.Core.Data;
using AiPortal.Core.Tenancy;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Access.Grants;

/// <summary>
/// Lends a member a role until an instant. Nobody lends more than the role that is his own for good: what was lent to him he cannot
/// pass on.
/// </summary>
public sealed class GiveAccess(ChangeGate gate, TimeProvider clock)
{
    /// <summary>What a policy may be about.</summary>
    public const string ApprovalKind = "access.lend";

    public Task<Outcome<AccessGrant>> RunAsync(Actor actor, Guid organizationId, GrantDraft draft, CancellationToken token = default) =>
        gate.RunAsync<AccessGrant>(actor, organizationId, Permission.ManageMembers, "access.grant", scope => WithinAsync(scope, draft, token), token);

    /// <summary>The same as part of another change, as of an approval.</summary>
    public async Task<Outcome<AccessGrant>> WithinAsync(ChangeScope scope, GrantDraft draft, CancellationToken token = default)
    {
        if (draft.Check(scope.Actor, clock.GetUtcNow()) is { } refusal) return refusal;
        if (scope.Actor.RoleIn(scope.OrganizationId) is not { } own || !Permissions.MayGrant(own, draft.Role))
            return Refusal.Denied($"Your role cannot lend the role {EnumWord.Of(draft.Role)}.");
        // Locked, so that two who lend at once make one grant.
        var member = await scope.Db.Set<Membership>().FromSql($"SELECT * FROM memberships WHERE user_id = {draft.UserId} FOR UPDATE").AsNoTracking().SingleOrDefaultAsync(token);
        if (member is null) return Refusal.Missing("user_id");
        if (await PlaceRules.CheckAsync(scope.Db, draft.Place, null, token) is { } nowhere) return nowhere;
        if ((member.Place is null && Permissions.MayGrant(member.Role, draft.Role)) || (draft.Place is { } place && place == member.Place)) return Refusal.Field("role", "He has this role, or more, already.");
        var (now, id) = (clock.GetUtcNow(), draft.Place?.Id);
        if (await scope.Db.Set<AccessGrant>().AnyAsync(g => g.UserId == draft.UserId && g.Role == draft.Role && g.ScopeId == id && g.EndedAt == null && g.EndsAt > now, token))
            return Refusal.Conflict("already_given", "He has this role lent already; end that first.");
        scope.MayNeedApproval(new ApprovalTrigger(ApprovalKind));
        scope.AskableAs(new ApprovalMatter("access.grant", "member", null, member.Name, null, draft, draft));
        var row = new AccessGrant
        {
            Id = Ids.New(clock),
            UserId = draft.UserId,
            Role = draft.Role,
            ScopeType = draft.Place?.Kind,
            ScopeId = id,
            EndsAt = draft.EndsAt,
            Reason = draft.Reason.Trim(),
            GivenBy = scope.Actor.Id,
            GivenByName = scope.Actor.Name,
        };
        scope.Db.Add(row);
        scope.Audit(new AuditNote("access.grant", "member", member.Id, member.Email, After: new { GrantId = row.Id, row.Role, row.ScopeType, row.ScopeId, row.EndsAt, row.Reason }));
        return row;
    }
}

/// <summary>Takes a lent role back at once.</summary>
public sealed class EndAccess(ChangeGate gate, TimeProvider clock)
{
    public Task<Outcome<AccessGrant>> RunAsync(Actor actor, Guid organizationId, Guid id, CancellationToken token = default) =>
        gate.RunAsync<AccessGrant>(actor, organizationId, Permission.ManageMembers, "access.end", async scope =>
        {
            var row = await scope.Db.Set<AccessGrant>().FromSql($"SELECT * FROM access_grants WHERE id = {id} FOR UPDATE").SingleOrDefaultAsync(token);
            if (row is null) return Refusal.Missing("grant");
            if (actor.RoleIn(organizationId) is not { } own || !Permissions.MayGrant(own, row.Role))
                return Refusal.Denied($"Your role cannot take back the role {EnumWord.Of(row.Role)}.");
            if (row.EndedAt is not null || row.EndsAt <= clock.GetUtcNow()) return Refusal.Conflict("already_ended", "This grant is over.");
            row.EndedAt = clock.GetUtcNow();
            var member = await scope.Db.Set<Membership>().AsNoTracking().SingleOrDefaultAsync(m => m.UserId == row.UserId, token);
            scope.Audit(new AuditNote("access.end", "member", member?.Id, member?.Email, Before: new { GrantId = row.Id, row.Role, row.EndsAt, row.Reason }));
            return row;
        }, token);
}
