using AiPortal.Core.Catalog;
using AiPortal.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Ledger;

/// <summary>A call with everything it cost. <c>Call</c> is null while its log row is still on the way.</summary>
public sealed record CallReceipt(CallLogRow? Call, IReadOnlyList<AttemptReceipt> Attempts)
{
    /// <summary>USD over all attempts and their corrections.</summary>
    public decimal TotalCost => Attempts.Sum(attempt => attempt.Entry.TotalCost);
}

/// <summary>One entry of the call with its lines. <c>Terms</c> is the price as it was, null for an unpriced call.</summary>
public sealed record AttemptReceipt(LedgerEntry Entry, PriceTerms? Terms, IReadOnlyList<ReceiptLine> Lines);

/// <summary>Units × price / unit size = cost (USD). <c>UnitPrice</c> is null where no price version says it.</summary>
public sealed record ReceiptLine(string Kind, long Units, decimal? UnitPrice, long? UnitSize, decimal Cost);

/// <summary>Reads what a call cost and why, from the ledger and the price versions it names.</summary>
public sealed class CallReceipts(TenantDb tenants)
{
    /// <summary>Null when the organization has no such call.</summary>
    public Task<CallReceipt?> ReadAsync(Guid organizationId, Guid requestId, CancellationToken token = default) =>
        tenants.ReadAsync(organizationId, async db =>
        {
            var call = await db.Set<CallLogRow>().AsNoTracking().FirstOrDefaultAsync(c => c.Id == requestId, token);
            var entries = await db.Set<LedgerEntry>().AsNoTracking().Where(e => e.RequestId == requestId)
                .OrderBy(e => e.Attempt).ThenBy(e => e.Position).ToListAsync(token);
            if (call is null && entries.Count == 0) return null;
            var priceIds = entries.Select(e => e.PriceId).OfType<Guid>().Distinct().ToArray();
            var versions = await db.Set<PriceVersion>().AsNoTracking().Where(v => priceIds.Contains(v.PriceId))
                .ToDictionaryAsync(v => (v.PriceId, v.Version), v => PriceTerms.Parse(v.Terms), token);
            return new CallReceipt(call, [.. entries.Select(entry => AttemptOf(entry, versions))]);
        }, token);

    private static AttemptReceipt AttemptOf(LedgerEntry entry, Dictionary<(Guid, int), PriceTerms> versions)
    {
        var terms = entry is { PriceId: { } price, PriceVersion: { } version } ? versions.GetValueOrDefault((price, version)) : null;
        return new AttemptReceipt(entry, terms, [.. LinesOf(entry, terms)]);
    }

    private static IEnumerable<ReceiptLine> LinesOf(LedgerEntry entry, PriceTerms? terms)
    {
        if (entry.Kind != EntryKind.Usage && terms is null)
        {
            yield return new ReceiptLine(EnumWord.Of(entry.Kind), 1, null, null, entry.TotalCost);
            yield break;
        }

        if (terms?.BillingUnit == BillingUnits.Request)
        {
            yield return new ReceiptLine("request", 1, terms.InputPrice, terms.UnitSize, entry.InputCost);
        }
        else
        {
            if (entry.InputUnits != 0 || entry.InputCost != 0) yield return Line("input", entry.InputUnits, terms?.InputPrice, entry.InputCost);
            if (entry.CachedInputUnits != 0 || entry.CachedInputCost != 0)
                yield return Line("cached_input", entry.CachedInputUnits, terms?.CachedInputPrice ?? terms?.InputPrice, entry.CachedInputCost);
            if (entry.CacheWriteUnits != 0 || entry.CacheWriteCost != 0)
                yield return Line("cache_write", entry.CacheWriteUnits, terms?.CacheWritePrice ?? terms?.InputPrice, entry.CacheWriteCost);
            if (entry.OutputUnits != 0 || entry.OutputCost != 0) yield return Line("output", entry.OutputUnits, terms?.OutputPrice, entry.OutputCost);
            if (entry.ReasoningUnits != 0 || entry.ReasoningCost != 0)
                yield return Line("reasoning", entry.ReasoningUnits, terms?.ReasoningPrice ?? terms?.OutputPrice, entry.ReasoningCost);
        }

        if (entry.BaseCost != 0) yield return new ReceiptLine("base", 1, terms?.BasePrice, 1, entry.BaseCost);

        ReceiptLine Line(string kind, long units, decimal? price, decimal cost) => new(kind, units, price, terms?.UnitSize, cost);
    }
}
