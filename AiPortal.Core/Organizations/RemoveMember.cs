using AiPortal.Core.Access;
using AiPortal.Core.Access.Grants;
using AiPortal.Core.Audit;
using AiPortal.Core.Data;
using AiPortal.Core.Keys;
using AiPortal.Core.Tenancy;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Organizations;

/// <summary>
/// Ends a membership at once; the person, his other memberships and the names in history stay. The keys he answers for stop with it,
/// and work again when somebody enables them.
/// </summary>
public sealed class RemoveMember(ChangeGate gate, TimeProvider clock)
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
            await EndGrantsAsync(scope, row, token);
            scope.Db.Remove(row);
            scope.Audit(new AuditNote("member.delete", "member", row.Id, row.Email, MemberDraft.Of(row)));
            await DisableKeysAsync(scope, row.UserId, token);
            scope.RefreshGateway();
            return row;
        }, token);

    /// <summary>Should he come back, what was lent to him does not.</summary>
    private async Task EndGrantsAsync(ChangeScope scope, Membership row, CancellationToken token)
    {
        var now = clock.GetUtcNow();
        foreach (var grant in await scope.Db.Set<AccessGrant>().Where(g => g.UserId == row.UserId && g.EndedAt == null && g.EndsAt > now).ToListAsync(token))
        {
            grant.EndedAt = now;
            scope.Audit(new AuditNote("access.end", "member", row.Id, row.Email, Before: new { GrantId = grant.Id, grant.Role, grant.EndsAt }));
        }
    }

    private static async Task DisableKeysAsync(ChangeScope scope, Guid userId, CancellationToken token)
    {
        foreach (var key in await scope.Db.Set<ApiKey>().Where(k => k.OwnerUserId == userId && k.Status == KeyStatus.Active && k.DeletedAt == null).ToListAsync(token))
        {
            key.Status = KeyStatus.Disabled;
            scope.Audit(new AuditNote("key.disable", "key", key.Id, key.Name, new { Status = KeyStatus.Active }, new { key.Status }));
        }
    }
}
