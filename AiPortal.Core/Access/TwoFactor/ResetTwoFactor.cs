using AiPortal.Core.Audit;
using AiPortal.Core.Data;
using AiPortal.Core.Tenancy;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Access.TwoFactor;

/// <summary>Somebody lost phone and recovery codes: whoever manages members ends his two-factor and his sessions. Only for people whose home the organization is.</summary>
public sealed class ResetTwoFactor(ChangeGate gate, Sessions sessions)
{
    public async Task<Outcome<Membership>> RunAsync(Actor actor, Guid organizationId, Guid memberId, CancellationToken token = default)
    {
        // People belong to no organization: only the system role may change them.
        var outcome = await gate.RunForLedgerAsync<Membership>(actor, organizationId, Permission.ManageMembers, "two_factor.reset", async scope =>
        {
            var row = await scope.Db.Set<Membership>().SingleOrDefaultAsync(m => m.Id == memberId && m.OrganizationId == organizationId, token);
            if (row is null) return Refusal.Missing("member");
            if (actor.RoleIn(organizationId) is not { } own || !Permissions.MayGrant(own, row.Role))
                return Refusal.Denied($"Your role cannot do this for the role {EnumWord.Of(row.Role)}.");
            var user = await scope.Db.Set<PortalUser>().SingleAsync(u => u.Id == row.UserId, token);
            if (user.HomeOrganizationId != organizationId) return Refusal.Conflict("member_elsewhere", $"The home of {row.Name} is another organization, which alone may do this.");
            if (!user.TwoFactorEnabled) return Refusal.Conflict("not_enabled", $"{row.Name} has no two-factor.");
            await scope.Db.Set<UserSecondFactor>().Where(f => f.UserId == user.Id).ExecuteDeleteAsync(token);
            user.TwoFactorEnabled = false;
            scope.Audit(new AuditNote("two_factor.reset", "member", row.Id, row.Email));
            return row;
        }, token);
        if (!outcome.IsRefused) await sessions.EndOthersAsync(outcome.Value.UserId, null, token);
        return outcome;
    }
}
