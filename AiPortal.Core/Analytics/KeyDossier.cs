using AiPortal.Core.Data;
using AiPortal.Core.Ledger;
using AiPortal.Core.Ledger.Days;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Analytics;

/// <summary>A local day of one key. USD.</summary>
public sealed record KeyDay(DateOnly Day, decimal Cost, long Requests);

/// <summary>What a key did on the last 30 local days, today included: by day, every day, and by model, dearest first.</summary>
public sealed record KeyDossier(IReadOnlyList<KeyDay> Days, IReadOnlyList<ExposedShare> Models);

/// <summary>Reads it from the days and the ledger.</summary>
public sealed class KeyDossiers(TenantDb tenants, TimeProvider clock)
{
    private const int Span = 30;
    private const int MostModels = 12;

    public Task<KeyDossier> ReadAsync(Guid organizationId, Guid keyId, CancellationToken token = default) => tenants.ReadAsync(organizationId, async db =>
    {
        var calendar = await SpendTimeline.CalendarAsync(db, organizationId, token);
        var first = calendar.LocalDate(clock.GetUtcNow()).AddDays(1 - Span);
        DateOnly[] dates = [.. Enumerable.Range(0, Span).Select(first.AddDays)];
        var days = await db.Set<UsageDay>().AsNoTracking().Where(d => d.Dimension == UsageDimension.Key && d.ValueId == keyId && dates.Contains(d.Day))
            .GroupBy(d => d.Day).Select(g => new { Day = g.Key, Cost = g.Sum(d => d.TotalCost), Requests = g.Sum(d => d.Requests) }).ToDictionaryAsync(d => d.Day, token);
        var from = calendar.DayOf(first).Start;
        var models = await db.Set<LedgerEntry>().AsNoTracking().Where(e => e.KeyId == keyId && e.StartedAt >= from)
            .GroupBy(e => e.ModelName).Select(g => new { Name = g.Key, Cost = g.Sum(e => e.TotalCost), Count = g.LongCount() })
            .OrderByDescending(g => g.Cost).Take(MostModels).ToListAsync(token);
        return new KeyDossier(
            [.. dates.Select(day => new KeyDay(day, days.GetValueOrDefault(day)?.Cost ?? 0, days.GetValueOrDefault(day)?.Requests ?? 0))],
            [.. models.Select(m => new ExposedShare(null, m.Name, m.Cost, m.Count))]);
    }, token);
}
