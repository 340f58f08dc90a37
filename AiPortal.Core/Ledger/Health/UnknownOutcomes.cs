using AiPortal.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Ledger.Health;

/// <summary>An attempt whose outcome nobody knows and nobody has resolved. <c>Held</c> is USD, outside all confirmed spend.</summary>
public sealed record UnknownOutcome(Guid Id, Guid RequestId, DateTimeOffset StartedAt, string ModelName, string ProviderName, decimal Held);

/// <summary>What a person has to resolve, newest first.</summary>
public sealed class UnknownOutcomes(TenantDb tenants)
{
    /// <summary>Counting ends here.</summary>
    public const int Most = 10_000;

    /// <returns>The first of them, and how many there are.</returns>
    public Task<(IReadOnlyList<UnknownOutcome> Rows, int Count)> ReadAsync(Guid organizationId, int take, CancellationToken token = default) =>
        tenants.ReadAsync(organizationId, async db =>
        {
            var open = db.Set<LedgerEntry>().AsNoTracking().Where(e => e.Status == EntryStatus.Unknown && e.Kind == EntryKind.Usage && e.UnresolvedCost != 0
                && !db.Set<LedgerEntry>().Any(c => c.Kind != EntryKind.Usage && c.CorrectsId == e.Id));
            var rows = await open.OrderByDescending(e => e.StartedAt).ThenByDescending(e => e.Id).Take(take)
                .Select(e => new UnknownOutcome(e.Id, e.RequestId, e.StartedAt, e.ModelName, e.ProviderName, e.UnresolvedCost)).ToListAsync(token);
            return ((IReadOnlyList<UnknownOutcome>)rows, rows.Count < take ? rows.Count : await open.Take(Most).CountAsync(token));
        }, token);
}
