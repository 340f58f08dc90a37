using AiPortal.Core.Data;
using AiPortal.Core.Ledger;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Analytics;

/// <summary>A call with the names a reader knows it by; null where it has none.</summary>
/// <param name="Repeated">It was given the answer of an equal request; no provider was asked.</param>
public sealed record NamedCall(CallLogRow Call, string? KeyName, string? TeamName, bool Repeated = false)
{
    public Guid Id => Call.Id;
}

/// <summary>The call log as a table that scrolls: newest first, filtered and cut in the database.</summary>
public sealed class CallTable(TenantDb tenants, TimeProvider clock)
{
    /// <param name="organizationId">Whose calls.</param>
    /// <param name="filter">Which of them.</param>
    /// <param name="skip">Rows before the first one read.</param>
    /// <param name="take">Rows read.</param>
    /// <param name="token">Ends the read.</param>
    public Task<IReadOnlyList<NamedCall>> ReadAsync(Guid organizationId, RecordFilter filter, int skip, int take, CancellationToken token = default) =>
        tenants.ReadAsync<IReadOnlyList<NamedCall>>(organizationId, async db =>
        {
            await CallList.ReadByIndexAsync(db, token);
            var calls = await CallList.Filtered(db, filter, clock.GetUtcNow())
                .OrderByDescending(c => c.StartedAt).ThenByDescending(c => c.Id).Skip(skip).Take(take).ToListAsync(token);
            var keys = await NameBook.ReadAsync(db, Dimension.Key, [.. calls.Select(c => c.KeyId).OfType<Guid>().Distinct()], token);
            var teams = await NameBook.ReadAsync(db, Dimension.Team, [.. calls.Select(c => c.TeamId).OfType<Guid>().Distinct()], token);
            var repeated = await RepeatedAsync(db, calls, token);
            return [.. calls.Select(call => new NamedCall(call, NameOf(keys, call.KeyId), NameOf(teams, call.TeamId), repeated.Contains(call.Id)))];
        }, token);

    /// <summary>How many calls the filter finds; counting ends at <paramref name="most"/>.</summary>
    public Task<int> CountAsync(Guid organizationId, RecordFilter filter, int most, CancellationToken token = default) =>
        tenants.ReadAsync(organizationId, async db =>
        {
            await CallList.ReadByIndexAsync(db, token);
            // In order, as rows are read: without one the database would begin with the oldest month, and before the range.
            return await CallList.Filtered(db, filter, clock.GetUtcNow()).OrderByDescending(c => c.StartedAt).ThenByDescending(c => c.Id).Select(c => c.Id).Take(most).CountAsync(token);
        }, token);

    private static async Task<HashSet<Guid>> RepeatedAsync(PortalDb db, List<CallLogRow> calls, CancellationToken token)
    {
        if (calls.Count == 0) return [];
        var (ids, from, to) = (calls.Select(call => call.Id).ToList(), calls.Min(call => call.StartedAt), calls.Max(call => call.StartedAt));
        var detailed = await db.Set<LedgerEntry>().AsNoTracking()
            .Where(entry => ids.Contains(entry.RequestId) && entry.StartedAt >= from && entry.StartedAt <= to && entry.CostDetail != null)
            .Select(entry => new { entry.RequestId, entry.CostDetail }).ToListAsync(token);
        return [.. detailed.Where(entry => entry.CostDetail!.Notes?.Cached == true).Select(entry => entry.RequestId)];
    }

    private static string? NameOf(IReadOnlyDictionary<Guid, string> names, Guid? id) => id is { } known ? names.GetValueOrDefault(known) : null;
}
