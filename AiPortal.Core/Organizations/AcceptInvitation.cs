using AiPortal.Core.Access;
using AiPortal.Core.Audit;
using AiPortal.Core.Data;
using AiPortal.Core.Tenancy;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Organizations;

/// <summary>An invited person chooses his password; the link works once and for a week.</summary>
public sealed class AcceptInvitation(PortalDatabase database, TenantDb tenants, UserManager<PortalUser> users, TimeProvider clock)
{
    /// <summary>Gives the address he can now sign in with.</summary>
    public async Task<Outcome<string>> RunAsync(string invitationToken, string password, string? clientIp, CancellationToken token = default)
    {
        if (await FindAsync(invitationToken, token) is not { } known)
            return new Refusal(RefusalKind.NotFound, "invalid_invitation", "This invitation is unknown, used or expired.");
        if (await users.FindByIdAsync(known.UserId.ToString()) is not { } person)
            return new Refusal(RefusalKind.NotFound, "invalid_invitation", "This invitation is unknown, used or expired.");

        await using var transaction = await tenants.OpenAsync(known.OrganizationId, token);
        var now = clock.GetUtcNow();
        var taken = await transaction.Db.Set<Invitation>().Where(i => i.Id == known.Id && i.AcceptedAt == null)
            .ExecuteUpdateAsync(set => set.SetProperty(i => i.AcceptedAt, now).SetProperty(i => i.UpdatedAt, now), token);
        if (taken == 0) return new Refusal(RefusalKind.NotFound, "invalid_invitation", "This invitation is unknown, used or expired.");
        // Whoever has a password, or a directory or provider that knows him, keeps it so: an old link must not take over an account.
        if (person.PasswordHash is not null || person.EmailConfirmed)
            return Refusal.Conflict("already_accepted", "This person can sign in already.");
        var set = await users.AddPasswordAsync(person, password);
        if (!set.Succeeded)
        {
            var faults = new FieldFaults();
            foreach (var fault in set.Errors) faults.Add("password", fault.Description);
            return faults.ToRefusal();
        }

        var note = new AuditNote("invitation.accept", "member", known.MembershipId, person.Email);
        await AuditTrail.AppendAsync(transaction, note, person.Id, person.Name, clientIp, true, clock, token);
        await transaction.CommitAsync(token);
        return person.Email!;
    }

    private async Task<Invitation?> FindAsync(string invitationToken, CancellationToken token)
    {
        if (invitationToken.Length is 0 or > 200) return null;
        var hash = OpaqueToken.HashOf(invitationToken);
        await using var db = database.OpenSystem();
        var found = await db.Set<Invitation>().AsNoTracking().SingleOrDefaultAsync(i => i.TokenHash == hash, token);
        return found is null || found.AcceptedAt is not null || found.ExpiresAt <= clock.GetUtcNow() ? null : found;
    }
}
