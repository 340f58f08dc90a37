using AiPortal.Core.Access;
using AiPortal.Core.Audit;
using AiPortal.Core.Budgets;
using AiPortal.Core.Budgets.Allocations;
using AiPortal.Core.Data;
using AiPortal.Core.Tenancy;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Organizations;

/// <summary>Changes a member's name, role, the part it is for, team or limits. Nobody gives or takes a role above his own, and the last owner stays one.</summary>
public sealed class ChangeMember(ChangeGate gate)
{
    public Task<Outcome<Membership>> RunAsync(Actor actor, Guid organizationId, Guid id, MemberDraft draft, CancellationToken token = default) =>
        gate.RunAsync<Membership>(actor, organizationId, Permission.ManageMembers, "member.update", async scope =>
        {
            await OrganizationLock.TakeAsync(scope.Db, organizationId, token);
            var row = await scope.Db.Set<Membership>().SingleOrDefaultAsync(m => m.Id == id, token);
            if (row is null) return Refusal.Missing("member");
            var faults = new FieldFaults();
            faults.RequireText(draft.Name, "name");
            draft.Limits.Check(faults);
            MemberRules.CheckRole(faults, draft.Role, draft.Place);
            faults.Require(draft.Email == row.Email, "email", "The address of a member cannot be changed; add a new member.");
            if (faults.Any) return faults.ToRefusal();
            // Also for an unchanged role: an administrator does not rename an owner either.
            if (MemberRules.CheckGrant(actor, organizationId, row.Role) is { } denial) return denial;
            if (MemberRules.CheckGrant(actor, organizationId, draft.Role) is { } overreach) return overreach;
            if (await MemberRules.CheckTeamAsync(scope.Db, draft.TeamId, token) is { } missing) return missing;
            if (await PlaceRules.CheckAsync(scope.Db, draft.Place, row.Place, token) is { } nowhere) return nowhere;
            if (draft.Role != row.Role && await MemberRules.CheckOwnerRemainsAsync(scope.Db, row, token) is { } last) return last;

            var before = MemberDraft.Of(row);
            var move = before.TeamId == draft.TeamId ? null : await ScopeMove.BeginAsync(scope, QuotaType.User, row.UserId, token);
            draft.WriteTo(row);
            if (move is not null && await move.EndAsync(_ => "team_id", token) is { } outside) return outside;
            scope.Audit(new AuditNote("member.update", "member", row.Id, row.Email, before, draft));
            scope.RefreshGateway();
            return row;
        }, token);
}
