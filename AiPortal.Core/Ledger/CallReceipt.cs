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
                .ToDictionaryAsync(v => (v.PriceId, v.Version), token);
            return new CallReceipt(call, [.. entries.Select(entry => AttemptOf(entry, versions))]);
        }, token);

    private static AttemptReceipt AttemptOf(LedgerEntry entry, Dictionary<(Guid, int), PriceVersion> versions)
    {
        var version = entry is { PriceId: { } id, PriceVersion: { } number } ? versions.GetValueOrDefault((id, number)) : null;
        var terms = version is null ? null : PriceTerms.Parse(version.Terms);
        return new AttemptReceipt(entry, terms, [.. ReceiptLines.Of(entry, version is null ? null : terms!.ToPrice(version))]);
    }
}
