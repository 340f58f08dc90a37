using AiPortal.Core.Access;
using AiPortal.Core.Data;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Federation;

/// <summary>Whom a directory or provider has vouched for.</summary>
internal static class SourceLinks
{
    /// <summary>The source is gone: who has no other way in can be invited again, and nobody's address is vouched for by it alone.</summary>
    public static async Task RemoveAsync(PortalDatabase database, Guid sourceId, CancellationToken token)
    {
        var source = AdmitPerson.Key(sourceId);
        await using var db = database.OpenSystem();
        await using var transaction = await db.Database.BeginTransactionAsync(token);
        var people = await db.Set<IdentityUserLogin<Guid>>().Where(l => l.LoginProvider == source).Select(l => l.UserId).ToListAsync(token);
        await db.Set<IdentityUserLogin<Guid>>().Where(l => l.LoginProvider == source).ExecuteDeleteAsync(token);
        await db.Set<PortalUser>().Where(u => people.Contains(u.Id) && u.PasswordHash == null && !db.Set<IdentityUserLogin<Guid>>().Any(l => l.UserId == u.Id))
            .ExecuteUpdateAsync(set => set.SetProperty(u => u.EmailConfirmed, false), token);
        await transaction.CommitAsync(token);
    }
}
