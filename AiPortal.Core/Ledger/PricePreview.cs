using AiPortal.Core.Catalog;
using AiPortal.Core.Catalog.Contracts;
using AiPortal.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Ledger;

/// <summary>What the calls of a model cost, and what they would have cost by another price. USD.</summary>
/// <param name="Unpriced">Entries of them that no price priced.</param>
/// <param name="Capped">There were more entries; the first so many are in the figures.</param>
/// <param name="Skipped">Entries whose usage the new price cannot price.</param>
public sealed record PriceEffect(DateTimeOffset From, DateTimeOffset To, long Entries, long Unpriced, long Skipped, decimal Was, decimal WouldBe, bool Capped)
{
    public decimal Difference => WouldBe - Was;
}

/// <summary>Prices what was used by a price that is not in force yet.</summary>
public sealed class PricePreview(TenantDb tenants, TimeProvider clock)
{
    /// <summary>So many entries are repriced at most; each is priced by itself, because tiers and hours depend on the call.</summary>
    public const int MostEntries = 500_000;

    private const int DaysBack = 30;
    private const int LongestDays = 100;

    /// <param name="organizationId">Whose calls.</param>
    /// <param name="draft">The price to try; a refusal names what is wrong with it.</param>
    /// <param name="from">UTC; null: thirty days before <paramref name="to"/>.</param>
    /// <param name="to">UTC, exclusive; null: now.</param>
    /// <param name="token">Ends the read.</param>
    public Task<Outcome<PriceEffect>> ReadAsync(Guid organizationId, PriceDraft draft, DateTimeOffset? from = null, DateTimeOffset? to = null, CancellationToken token = default) =>
        tenants.ReadAsync<Outcome<PriceEffect>>(organizationId, async db =>
        {
            var end = to ?? clock.GetUtcNow();
            var begin = from ?? end.AddDays(-DaysBack);
            if (begin >= end || end - begin > TimeSpan.FromDays(LongestDays)) return Refusal.Field("from", $"Must be before 'to', by at most {LongestDays} days.");
            var made = await PriceTrial.MakeAsync(db, draft, clock.GetUtcNow(), token);
            if (made.Refusal is { } refusal) return refusal;
            var (price, accounts) = made.Value;
            var entries = db.Set<LedgerEntry>().AsNoTracking()
                .Where(e => e.StartedAt >= begin && e.StartedAt < end && e.Kind == EntryKind.Usage && e.Status != EntryStatus.Unknown)
                .Where(e => (e.UpstreamModel ?? e.ModelName) == draft.Name && accounts.Contains(e.ProviderId) && e.ExternalId == null)
                .OrderBy(e => e.StartedAt).ThenBy(e => e.Id).Take(MostEntries + 1);
            return await SumAsync(entries, price, begin, end, token);
        }, token);

    private static async Task<PriceEffect> SumAsync(IQueryable<LedgerEntry> entries, Price price, DateTimeOffset from, DateTimeOffset to, CancellationToken token)
    {
        long count = 0, unpriced = 0, skipped = 0;
        decimal was = 0, wouldBe = 0;
        await foreach (var entry in entries.AsAsyncEnumerable().WithCancellation(token))
        {
            if (count == MostEntries) return new PriceEffect(from, to, count, unpriced, skipped, was, wouldBe, true);
            count++;
            was += entry.TotalCost;
            if (entry.PriceId is null) unpriced++;
            var usage = EntryKinds.UsageOf(entry);
            if (SettledCost.IsFree(entry.Status, usage)) continue;
            try
            {
                wouldBe += (price with { DiscountPercent = entry.CostDetail?.Notes?.DiscountPercent ?? 0 }).CostOf(usage, EntryKinds.FactsOf(entry)).Total;
            }
            catch (InvalidOperationException)
            {
                skipped++;
            }
        }

        return new PriceEffect(from, to, count, unpriced, skipped, was, wouldBe, false);
    }
}
