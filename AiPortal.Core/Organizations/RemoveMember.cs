using AiPortal.Core.Access;
using AiPortal.Core.Audit;
using AiPortal.Core.Data;
using AiPortal.Core.Tenancy;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Organizations;

/// <summary>Ends a membership at once; the person, his other memberships and the names in history stay.</summary>
public sealed class RemoveMember(ChangeGate gate)
{
    public Task<Outcome<Membership>> RunAsync(Actor actor, Guid organizationId, Guid id, CancellationToken token = default) =>
        gate.RunAsync<Membership>(actor, organizationId, Permission.ManageMembers, "member.delete", async scope =>
        {
            await OrganizationLock.TakeAsync(scope.Db, organizationId, token);
            var row = await scope.Db.Set<Membership>().SingleOrDefaultAsync(m => m.Id == id, token);
            if (row is null) return Refusal.Missing("member");
            if (MemberRules.CheckGrant(actor, organizationId, row.Role) is { } denial) return denial;
            if (await MemberRules.CheckOwnerRemainsAsync(scope.Db, row, token) is { } last) return last;
            await scope.Db.Set<Invitation>().Where(i => i.MembershipId == id).ExecuteDeleteAsync(token);
            scope.Db.Remove(row);
            scope.Audit(new AuditNote("member.delete", "member", row.Id, row.Email, MemberDraft.Of(row)));
            return row;
        }, token);
}
