using AiPortal.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Access;

/// <summary>
/// Counts attempts to prove who one is, by password or code, and locks after ten. An attempt is counted before it is looked at, in
/// one statement, so that many at once are no more than ten either.
/// </summary>
public sealed class SignInAttempts(PortalDatabase database, TimeProvider clock)
{
    internal const int Most = 10;
    internal static readonly TimeSpan Lock = TimeSpan.FromMinutes(5);

    /// <summary>False while the person is locked out.</summary>
    public async Task<bool> TakeAsync(Guid userId, CancellationToken token = default)
    {
        var now = clock.GetUtcNow();
        await using var db = database.OpenSystem();
        return await db.Set<PortalUser>().Where(u => u.Id == userId && (u.LockoutEnd == null || u.LockoutEnd <= now)).ExecuteUpdateAsync(set => set
            .SetProperty(u => u.LockoutEnd, u => u.AccessFailedCount + 1 >= Most ? now + Lock : null)
            .SetProperty(u => u.AccessFailedCount, u => u.AccessFailedCount + 1 >= Most ? 0 : u.AccessFailedCount + 1), token) == 1;
    }

    public async Task<bool> IsLockedAsync(Guid userId, CancellationToken token = default)
    {
        var now = clock.GetUtcNow();
        await using var db = database.OpenSystem();
        return await db.Set<PortalUser>().AnyAsync(u => u.Id == userId && u.LockoutEnd > now, token);
    }

    /// <summary>The person proved who he is: all is forgotten.</summary>
    public async Task ForgetAsync(Guid userId, CancellationToken token = default)
    {
        await using var db = database.OpenSystem();
        await db.Set<PortalUser>().Where(u => u.Id == userId).ExecuteUpdateAsync(set => set
            .SetProperty(u => u.LockoutEnd, (DateTimeOffset?)null).SetProperty(u => u.AccessFailedCount, 0), token);
    }

    /// <summary>A right password without the code that must follow: this attempt does not count, those before still do.</summary>
    public async Task GiveBackAsync(Guid userId, CancellationToken token = default)
    {
        await using var db = database.OpenSystem();
        await db.Set<PortalUser>().Where(u => u.Id == userId).ExecuteUpdateAsync(set => set
            .SetProperty(u => u.LockoutEnd, (DateTimeOffset?)null)
            .SetProperty(u => u.AccessFailedCount, u => u.AccessFailedCount == 0 ? Most - 1 : u.AccessFailedCount - 1), token);
    }
}
