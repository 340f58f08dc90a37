using AiPortal.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Ledger;

/// <summary>Calls of a model for which no price was in force: let through by the organization's policy, or refused.</summary>
/// <param name="Account">Null where no attempt was made.</param>
/// <param name="Booked">USD on the ledger: by the ceiling price, or nothing.</param>
public sealed record UnpricedCalls(string Model, string? Account, long Served, long Refused, decimal Booked, DateTimeOffset LastAt);

/// <summary>Finds calls that nobody could price, in the last thirty days.</summary>
public sealed class UnpricedTraffic(TenantDb tenants, TimeProvider clock)
{
    private const int DaysBack = 30;
    private const int Most = 200;
    private const string NotPriced = "model_not_priced";

    public Task<IReadOnlyList<UnpricedCalls>> ReadAsync(Guid organizationId, CancellationToken token = default) =>
        tenants.ReadAsync<IReadOnlyList<UnpricedCalls>>(organizationId, async db =>
        {
            var since = clock.GetUtcNow().AddDays(-DaysBack);
            var served = await db.Set<LedgerEntry>().AsNoTracking()
                .Where(e => e.StartedAt >= since && e.PriceId == null && e.Kind == EntryKind.Usage && e.ExternalId == null)
                .GroupBy(e => new { Model = e.UpstreamModel ?? e.ModelName, e.ProviderName })
                .Select(g => new { g.Key.Model, g.Key.ProviderName, Count = g.LongCount(), Booked = g.Sum(e => e.TotalCost), LastAt = g.Max(e => e.StartedAt) })
                .OrderByDescending(g => g.Count).Take(Most).ToListAsync(token);
            var refused = await db.Set<CallLogRow>().AsNoTracking()
                .Where(c => c.StartedAt >= since && c.ErrorCode == NotPriced && c.ModelName != null)
                .GroupBy(c => c.ModelName!)
                .Select(g => new { Model = g.Key, Count = g.LongCount(), LastAt = g.Max(c => c.StartedAt) })
                .OrderByDescending(g => g.Count).Take(Most).ToListAsync(token);
            return
            [
                .. served.Select(row => new UnpricedCalls(row.Model, row.ProviderName, row.Count, 0, row.Booked, row.LastAt)),
                .. refused.Select(row => new UnpricedCalls(row.Model, null, 0, row.Count, 0, row.LastAt)),
            ];
        }, token);
}
