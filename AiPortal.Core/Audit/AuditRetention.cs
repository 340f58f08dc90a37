using System.Globalization;
using AiPortal.Core.Data;
using AiPortal.Core.Jobs;
using AiPortal.Core.Tenancy;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Audit;

/// <summary>
/// Takes away what an organization wants kept no longer. What goes is verified first and leaves a signed cut, from which the chain goes on;
/// a chain that does not hold loses nothing. Cut, removal and the event that tells of it are one transaction.
/// </summary>
public sealed class AuditRetention(PortalDatabase database, AuditSeals seals, TimeProvider clock) : IScheduledJob
{
    /// <summary>The database refuses to lose younger events, whoever asks.</summary>
    public const int LeastDays = 365;

    public const int MostDays = 3650;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    public string Name => "audit-retention";

    public TimeSpan Every => TimeSpan.FromHours(12);

    public async Task<string> RunAsync(CancellationToken token)
    {
        List<(Guid Id, int Days)> wanted;
        await using (var db = database.OpenSystem())
        {
            wanted = [.. (await db.Set<Organization>().AsNoTracking().Where(o => o.AuditRetentionDays != null)
                .Select(o => new { o.Id, o.AuditRetentionDays }).ToListAsync(token)).Select(o => (o.Id, o.AuditRetentionDays!.Value))];
        }

        var (removed, broken) = (0L, new List<Guid>());
        foreach (var (id, days) in wanted)
        {
            if (await CutAsync(id, clock.GetUtcNow().AddDays(-Math.Max(days, LeastDays)), token) is { } count) removed += count;
            else broken.Add(id);
        }

        return broken.Count == 0
            ? string.Create(CultureInfo.InvariantCulture, $"{removed} events of {wanted.Count} organizations went")
            : throw new InvalidOperationException($"The audit chain does not hold, and nothing of it was taken away: organization {string.Join(", ", broken)}.");
    }

    /// <summary>How many events went; null where the chain is broken.</summary>
    private async Task<long?> CutAsync(Guid organizationId, DateTimeOffset edge, CancellationToken token)
    {
        AuditEvent? last;
        await using (var db = database.OpenSystem())
        {
            // The first that stays, so that one with an earlier time behind it stays too.
            var kept = await db.Set<AuditEvent>().Where(a => a.OrganizationId == organizationId && a.CreatedAt >= edge).MinAsync(a => (long?)a.Sequence, token);
            last = await db.Set<AuditEvent>().AsNoTracking().Where(a => a.OrganizationId == organizationId && (kept == null || a.Sequence < kept)).OrderByDescending(a => a.Sequence).FirstOrDefaultAsync(token);
            if (last is null) return 0;
            if (!(await AuditVerification.RunAsync(db, organizationId, seals, until: last.Sequence, token: token)).Ok) return null;
        }

        await using var transaction = await new TenantDb(database).OpenForLedgerAsync(organizationId, token);
        transaction.Db.Database.SetCommandTimeout(Patience);
        // Nobody appends meanwhile: a name that goes must not be one that comes.
        await AuditTrail.LockAsync(transaction, token);
        var events = await transaction.Db.Set<AuditEvent>().CountAsync(a => a.OrganizationId == organizationId && a.Sequence <= last.Sequence, token);
        if (events == 0) return 0;
        var cut = new AuditCut { Id = Ids.New(clock), OrganizationId = organizationId, Sequence = last.Sequence, Hash = last.Hash, LastAt = last.CreatedAt, Events = events, Signature = [] };
        cut.Signature = Convert.FromBase64String(seals.Sign(cut.Anchor).Signature!);
        transaction.Db.Add(cut);
        await transaction.Db.SaveChangesAsync(token);
        await transaction.Db.Database.ExecuteSqlAsync($"SELECT audit_forget({organizationId}, {last.Sequence})", token);
        await AuditTrail.AppendAsync(transaction, new AuditNote("audit.retain", "audit", cut.Id, null, After: new { Through = last.Sequence, LastAt = last.CreatedAt, Events = events, Hash = Convert.ToHexStringLower(last.Hash) }),
            null, "portal", null, true, clock, token);
        await transaction.CommitAsync(token);
        return events;
    }
}
