using System.Security.Cryptography;
using System.Text;
using AiPortal.Core.Access;
using AiPortal.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Federation.Directories;

/// <summary>
/// Counts attempts by names that are nobody's here yet, as <see cref="SignInAttempts"/> does for people: otherwise the portal would be a
/// way to guess passwords of the directory, or to have it lock its people out.
/// </summary>
internal sealed class DirectoryAttempts(PortalDatabase database, TimeProvider clock)
{
    private static readonly TimeSpan Kept = TimeSpan.FromDays(1);

    /// <summary>False while the name is locked out.</summary>
    public async Task<bool> TakeAsync(Guid directoryId, string email, CancellationToken token)
    {
        var (name, now) = (NameOf(directoryId, email), clock.GetUtcNow());
        var (locked, most, old) = (now + SignInAttempts.Lock, SignInAttempts.Most, now - Kept);
        await using var db = database.OpenSystem();
        var taken = await db.Database.ExecuteSqlAsync($"""
            INSERT INTO directory_attempts AS a (name, failures, locked_until, last_at) VALUES ({name}, 1, NULL, {now})
            ON CONFLICT (name) DO UPDATE SET
              failures = CASE WHEN a.failures + 1 >= {most} THEN 0 ELSE a.failures + 1 END,
              locked_until = CASE WHEN a.failures + 1 >= {most} THEN {locked} END, last_at = {now}
            WHERE a.locked_until IS NULL OR a.locked_until <= {now}
            """, token) == 1;
        await db.Database.ExecuteSqlAsync($"DELETE FROM directory_attempts WHERE last_at < {old}", token);
        return taken;
    }

    public async Task ForgetAsync(Guid directoryId, string email, CancellationToken token)
    {
        var name = NameOf(directoryId, email);
        await using var db = database.OpenSystem();
        await db.Set<DirectoryAttempt>().Where(a => a.Name == name).ExecuteDeleteAsync(token);
    }

    private static byte[] NameOf(Guid directoryId, string email) => SHA256.HashData(Encoding.UTF8.GetBytes($"{directoryId}:{email.ToUpperInvariant()}"));
}
