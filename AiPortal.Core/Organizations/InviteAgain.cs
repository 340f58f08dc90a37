using AiPortal.Core.Access;
using AiPortal.Core.Audit;
using AiPortal.Core.Data;
using AiPortal.Core.Tenancy;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Organizations;

/// <summary>A new invitation link for a member who has not used his; the link before stops working.</summary>
public sealed class InviteAgain(ChangeGate gate, TimeProvider clock)
{
    /// <summary>Gives the token in clear, this once.</summary>
    public Task<Outcome<string>> RunAsync(Actor actor, Guid organizationId, Guid id, CancellationToken token = default) =>
        gate.RunAsync<string>(actor, organizationId, Permission.ManageMembers, "invitation.renew", async scope =>
        {
            await OrganizationLock.TakeAsync(scope.Db, organizationId, token);
            var row = await scope.Db.Set<Membership>().SingleOrDefaultAsync(m => m.Id == id, token);
            if (row is null) return Refusal.Missing("member");
            if (MemberRules.CheckGrant(actor, organizationId, row.Role) is { } denial) return denial;
            var person = await scope.Db.Set<PortalUser>().AsNoTracking().SingleAsync(u => u.Id == row.UserId, token);
            if (person.PasswordHash is not null || person.EmailConfirmed) return Refusal.Conflict("already_accepted", $"{row.Name} can sign in already.");
            if (!Invitations.MayMake(person, organizationId))
                return Refusal.Conflict("invited_elsewhere", $"{row.Name} was invited by another organization first and chooses a password with its link.");
            await scope.Db.Set<Invitation>().Where(i => i.MembershipId == id).ExecuteDeleteAsync(token);
            var secret = Invitations.Make(scope.Db, row, clock);
            scope.Audit(new AuditNote("invitation.renew", "member", row.Id, row.Email));
            return secret;
        }, token);
}

internal static class Invitations
{
    private const string TokenPrefix = "apv_";
    private static readonly TimeSpan Life = TimeSpan.FromDays(7);

    /// <summary>
    /// Whoever holds the link chooses the person's password. So only the organization that brought the person here gives one out:
    /// any other could make itself a way into the first. Who comes in by a directory or provider has a way already.
    /// </summary>
    public static bool MayMake(PortalUser person, Guid organizationId) => person is { PasswordHash: null, EmailConfirmed: false } && person.HomeOrganizationId == organizationId;

    /// <summary>The token in clear.</summary>
    public static string Make(PortalDb db, Membership row, TimeProvider clock)
    {
        var invitation = OpaqueToken.Create(TokenPrefix);
        db.Add(new Invitation { MembershipId = row.Id, UserId = row.UserId, TokenHash = invitation.Hash, ExpiresAt = clock.GetUtcNow() + Life });
        return invitation.Text;
    }
}
