using AiPortal.Core.Audit;
using AiPortal.Core.Data;
using AiPortal.Core.Tenancy;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Access;

/// <summary>
/// A change of a person by himself. It needs no permission, and people belong to no organization; the audit row goes to his home,
/// in the same transaction.
/// </summary>
public sealed class PersonChange(PortalDatabase database, TenantDb tenants, TimeProvider clock)
{
    /// <param name="actor">The person; a service token is refused.</param>
    /// <param name="action">For the audit row; null where the change counts for nothing yet.</param>
    /// <param name="change">Works on the locked row under the system role.</param>
    /// <param name="token">Ends it before the commit.</param>
    public async Task<Outcome<T>> RunAsync<T>(Actor actor, string? action, Func<PortalDb, PortalUser, Task<Outcome<T>>> change, CancellationToken token = default)
    {
        if (actor.IsService) return Refusal.Denied("Only a person can do this.");
        if (actor.ConfinedTo is { } only && await IsElsewhereAsync(actor.Id, only, token))
            return Refusal.Denied("You are a member of other organizations too: sign in with your password to change your account.");
        var home = await HomeAsync(actor.Id, token);
        await using var transaction = await tenants.OpenForLedgerAsync(home ?? Guid.Empty, token);
        var db = transaction.Db;
        var user = await db.Set<PortalUser>().FromSql($"SELECT * FROM users WHERE id = {actor.Id} FOR UPDATE").SingleOrDefaultAsync(token);
        if (user is null) return Refusal.Missing("user");
        var outcome = await change(db, user);
        if (outcome.IsRefused) return outcome;
        await db.SaveChangesAsync(token);
        if (home is not null && action is not null)
        {
            var note = new AuditNote(action, "user", user.Id, user.Email);
            await AuditTrail.AppendAsync(transaction, note, user.Id, user.Name, actor.ClientIp, true, clock, token);
        }

        await transaction.CommitAsync(token);
        return outcome;
    }

    /// <summary>An organization's own directory says who he is, which must not count for what he is elsewhere.</summary>
    private async Task<bool> IsElsewhereAsync(Guid userId, Guid organizationId, CancellationToken token)
    {
        await using var db = database.OpenSystem();
        return await db.Set<Membership>().AnyAsync(m => m.UserId == userId && m.OrganizationId != organizationId, token);
    }

    /// <summary>Null for a person who is nowhere a member.</summary>
    private async Task<Guid?> HomeAsync(Guid userId, CancellationToken token)
    {
        await using var db = database.OpenSystem();
        var home = await db.Set<PortalUser>().Where(u => u.Id == userId).Select(u => u.HomeOrganizationId).SingleOrDefaultAsync(token);
        var places = await db.Set<Membership>().Where(m => m.UserId == userId).Select(m => m.OrganizationId).ToListAsync(token);
        return home is { } id && places.Contains(id) ? id : places.Order().Cast<Guid?>().FirstOrDefault();
    }
}
