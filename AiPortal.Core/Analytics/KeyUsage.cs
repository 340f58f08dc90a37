using AiPortal.Core.Data;
using AiPortal.Core.Keys;
using AiPortal.Core.Ledger;
using AiPortal.Core.Ledger.Days;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Analytics;

/// <summary>What a key spent this month and on the last 30 days (USD, the organization's calendar) and when its last call began.</summary>
public sealed record KeyUse(decimal SpentThisMonth, long RequestsThisMonth, DateTimeOffset? LastUsedAt, decimal Spent30Days = 0, long Requests30Days = 0);

/// <summary>The use of keys, from the months and the call log.</summary>
public sealed class KeyUsage(TenantDb tenants, TimeProvider clock)
{
    public Task<IReadOnlyDictionary<Guid, KeyUse>> ReadAsync(Guid organizationId, IReadOnlyCollection<Guid> keyIds, CancellationToken token = default) =>
        tenants.ReadAsync<IReadOnlyDictionary<Guid, KeyUse>>(organizationId, async db =>
        {
            if (keyIds.Count == 0) return new Dictionary<Guid, KeyUse>();
            var calendar = await SpendTimeline.CalendarAsync(db, organizationId, token);
            var today = calendar.LocalDate(clock.GetUtcNow());
            var month = new DateOnly(today.Year, today.Month, 1);
            var spent = await db.Set<UsageDay>().AsNoTracking()
                .Where(d => d.Dimension == UsageDimension.KeyMonth && d.Day == month && d.ValueId != null && keyIds.Contains(d.ValueId.Value))
                .ToDictionaryAsync(d => d.ValueId!.Value, token);
            // Days as a list: the index is asked for each of them, not for all keys of a month.
            DateOnly[] month30 = [.. Enumerable.Range(0, 30).Select(i => today.AddDays(-i))];
            var days = await db.Set<UsageDay>().AsNoTracking()
                .Where(d => d.Dimension == UsageDimension.Key && month30.Contains(d.Day) && d.ValueId != null && keyIds.Contains(d.ValueId.Value))
                .GroupBy(d => d.ValueId!.Value).Select(g => new { Id = g.Key, Cost = g.Sum(d => d.TotalCost), Requests = g.Sum(d => d.Requests) })
                .ToDictionaryAsync(d => d.Id, token);
            var used = await db.Set<ApiKey>().AsNoTracking().Where(k => keyIds.Contains(k.Id))
                .Select(k => new { k.Id, At = db.Set<CallLogRow>().Where(c => c.KeyId == k.Id).Max(c => (DateTimeOffset?)c.StartedAt) })
                .ToDictionaryAsync(k => k.Id, k => k.At, token);
            return keyIds.Distinct().ToDictionary(id => id, id => new KeyUse(
                spent.GetValueOrDefault(id)?.TotalCost ?? 0,
                spent.GetValueOrDefault(id)?.Requests ?? 0,
                used.GetValueOrDefault(id),
                days.GetValueOrDefault(id)?.Cost ?? 0,
                days.GetValueOrDefault(id)?.Requests ?? 0));
        }, token);
}
