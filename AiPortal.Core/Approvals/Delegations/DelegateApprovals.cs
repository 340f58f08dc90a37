using AiPortal.Core.Access;
using AiPortal.Core.Audit;
using AiPortal.Core.Data;
using AiPortal.Core.Tenancy;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Approvals.Delegations;

/// <summary>Hands one's own decisions to another member during an absence, and takes them back.</summary>
public sealed class DelegateApprovals(ChangeGate gate, TimeProvider clock)
{
    public Task<Outcome<ApprovalDelegation>> RunAsync(Actor actor, Guid organizationId, DelegationDraft draft, CancellationToken token = default) =>
        gate.RunAsync<ApprovalDelegation>(actor, organizationId, Permission.UseApprovals, "delegation.create", async scope =>
        {
            if (actor.IsService) return Refusal.Denied("A service token decides nothing, so it has nothing to delegate.");
            var now = clock.GetUtcNow();
            var starts = draft.StartsAt is { } start && start > now ? start : now;
            var faults = new FieldFaults();
            faults.Require(draft.EndsAt > starts, "ends_at", "Must be after the start and in the future.");
            faults.Require(draft.EndsAt <= starts.AddDays(DelegationDraft.MostDays), "ends_at", $"Must be at most {DelegationDraft.MostDays} days after the start.");
            faults.Require(draft.ToUserId != actor.Id, "to_user_id", "Must be somebody else.");
            if (faults.Any) return faults.ToRefusal();
            var name = await scope.Db.Set<Membership>().Where(m => m.UserId == draft.ToUserId).Select(m => m.Name).FirstOrDefaultAsync(token);
            if (name is null) return Refusal.Field("to_user_id", "This user is not a member of the organization.");
            var row = new ApprovalDelegation { Id = Ids.New(clock), FromUserId = actor.Id, ToUserId = draft.ToUserId, StartsAt = starts, EndsAt = draft.EndsAt.ToUniversalTime() };
            scope.Db.Add(row);
            scope.Audit(new AuditNote("delegation.create", "delegation", row.Id, name, After: new { row.FromUserId, row.ToUserId, row.StartsAt, row.EndsAt }));
            await Notifications.SignalAsync(scope.Db, Approval.Topic(organizationId), token);
            return row;
        }, token);

    /// <summary>Ends it now. The delegator may, and whoever may change policies.</summary>
    public Task<Outcome<Guid>> RevokeAsync(Actor actor, Guid organizationId, Guid id, CancellationToken token = default) =>
        gate.RunAsync<Guid>(actor, organizationId, Permission.UseApprovals, "delegation.revoke", async scope =>
        {
            var row = await scope.Db.Set<ApprovalDelegation>().SingleOrDefaultAsync(d => d.Id == id, token);
            if (row is null) return Refusal.Missing("delegation");
            if (row.FromUserId != actor.Id && !actor.May(Permission.ManageApprovals, organizationId)) return Refusal.Denied("Only who delegated can take it back.");
            if (row.RevokedAt is not null) return Refusal.Conflict("already_revoked", "It was taken back before.");
            row.RevokedAt = clock.GetUtcNow();
            scope.Audit(new AuditNote("delegation.revoke", "delegation", id, null, new { row.FromUserId, row.ToUserId, row.StartsAt, row.EndsAt }));
            await Notifications.SignalAsync(scope.Db, Approval.Topic(organizationId), token);
            return id;
        }, token);
}
