using AiPortal.Core.Access;
using AiPortal.Core.Audit;
using AiPortal.Core.Data;
using AiPortal.Core.Tenancy;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Organizations;

/// <summary>
/// Whoever manages members vouches that an account is of the person whose address it has. From then on a directory or provider that
/// vouches for the address leads into it. Only for people whose home the organization is, and never for oneself.
/// </summary>
public sealed class ConfirmAddress(ChangeGate gate)
{
    public Task<Outcome<Membership>> RunAsync(Actor actor, Guid organizationId, Guid memberId, CancellationToken token = default) =>
        // People belong to no organization: only the system role may change them.
        gate.RunForLedgerAsync<Membership>(actor, organizationId, Permission.ManageMembers, "member.confirm_address", async scope =>
        {
            var row = await scope.Db.Set<Membership>().SingleOrDefaultAsync(m => m.Id == memberId && m.OrganizationId == organizationId, token);
            if (row is null) return Refusal.Missing("member");
            if (row.UserId == actor.Id) return Refusal.Denied("Somebody else has to confirm your address.");
            if (MemberRules.CheckGrant(actor, organizationId, row.Role) is { } denial) return denial;
            var user = await scope.Db.Set<PortalUser>().SingleAsync(u => u.Id == row.UserId, token);
            if (user.HomeOrganizationId != organizationId) return Refusal.Conflict("member_elsewhere", $"The home of {row.Name} is another organization, which alone may do this.");
            if (user.EmailConfirmed) return Refusal.Conflict("already_confirmed", $"The address of {row.Name} is confirmed already.");
            if (user.PasswordHash is null) return Refusal.Conflict("not_entered", $"{row.Name} has not been here yet: there is nothing to confirm.");
            user.EmailConfirmed = true;
            scope.Audit(new AuditNote("member.confirm_address", "member", row.Id, row.Email));
            return row;
        }, token);
}
