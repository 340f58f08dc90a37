using AiPortal.Core.Data;
using AiPortal.Core.Ledger;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Analytics;

/// <summary>What went to an account. USD; the hour is that of the last four quarter-hours begun.</summary>
/// <param name="CachedShare">Of the input tokens of the last 24 hours those that the vendor had cached, 0 to 1; null without input.</param>
public sealed record ProviderUse(decimal SpentHour, decimal SpentDay, decimal? CachedShare);

/// <summary>The spend of provider accounts, from the rollups.</summary>
public sealed class ProviderUses(TenantDb tenants, TimeProvider clock)
{
    /// <summary>Accounts without use are not in it.</summary>
    public Task<IReadOnlyDictionary<Guid, ProviderUse>> ReadAsync(Guid organizationId, CancellationToken token = default) =>
        tenants.ReadAsync<IReadOnlyDictionary<Guid, ProviderUse>>(organizationId, async db =>
        {
            var now = clock.GetUtcNow();
            var (hour, day) = (now.AddHours(-1), now.AddHours(-24));
            var rows = await db.Set<UsageRollup>().AsNoTracking().Where(r => r.BucketAt > day && r.ProviderId != null)
                .GroupBy(r => r.ProviderId!.Value)
                .Select(g => new
                {
                    Id = g.Key,
                    Hour = g.Sum(r => r.BucketAt > hour ? r.TotalCost : 0),
                    Day = g.Sum(r => r.TotalCost),
                    Cached = g.Sum(r => r.CachedInputUnits),
                    Input = g.Sum(r => r.InputUnits + r.CachedInputUnits + r.CacheWriteUnits),
                }).ToListAsync(token);
            return rows.ToDictionary(row => row.Id, row => new ProviderUse(row.Hour, row.Day, row.Input == 0 ? null : (decimal)row.Cached / row.Input));
        }, token);
}
