using AiPortal.Core.Data;
using AiPortal.Core.Keys;
using AiPortal.Core.Ledger;
using AiPortal.Core.Money;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Analytics;

/// <summary>What a key spent this month (USD, the organization's calendar) and when its last call began.</summary>
public sealed record KeyUse(decimal SpentThisMonth, long RequestsThisMonth, DateTimeOffset? LastUsedAt);

/// <summary>The use of keys, from the rollups and the call log.</summary>
public sealed class KeyUsage(TenantDb tenants, TimeProvider clock)
{
    public Task<IReadOnlyDictionary<Guid, KeyUse>> ReadAsync(Guid organizationId, IReadOnlyCollection<Guid> keyIds, CancellationToken token = default) =>
        tenants.ReadAsync<IReadOnlyDictionary<Guid, KeyUse>>(organizationId, async db =>
        {
            if (keyIds.Count == 0) return new Dictionary<Guid, KeyUse>();
            var now = clock.GetUtcNow();
            var calendar = await SpendTimeline.CalendarAsync(db, organizationId, token);
            var month = calendar.PeriodOf(PeriodType.Monthly, now);
            var spent = await db.Set<UsageRollup>().AsNoTracking()
                .Where(r => r.BucketAt >= month.Start && r.BucketAt < month.End && r.KeyId != null && keyIds.Contains(r.KeyId.Value))
                .GroupBy(r => r.KeyId!.Value)
                .Select(g => new { Id = g.Key, Cost = g.Sum(r => r.TotalCost), Requests = g.Sum(r => r.Requests) })
                .ToDictionaryAsync(g => g.Id, token);
            var used = await db.Set<ApiKey>().AsNoTracking().Where(k => keyIds.Contains(k.Id))
                .Select(k => new { k.Id, At = db.Set<CallLogRow>().Where(c => c.KeyId == k.Id).Max(c => (DateTimeOffset?)c.StartedAt) })
                .ToDictionaryAsync(k => k.Id, k => k.At, token);
            return keyIds.Distinct().ToDictionary(id => id, id => new KeyUse(
                spent.GetValueOrDefault(id)?.Cost ?? 0,
                spent.GetValueOrDefault(id)?.Requests ?? 0,
                used.GetValueOrDefault(id)));
        }, token);
}
