using AiPortal.Core.Catalog;
using AiPortal.Core.Data;

namespace AiPortal.Core.Ledger;

/// <summary>Takes an entry apart into lines: every kind of unit times the price that held for it, tier, time of day, discount and exchange rate included.</summary>
internal static class ReceiptLines
{
    private const long MsPerMinute = 60_000;
    private const long PerMillion = 1_000_000;

    /// <param name="entry">What is on the ledger.</param>
    /// <param name="price">By the version that the entry names; null where none says a unit's price.</param>
    public static IEnumerable<ReceiptLine> Of(LedgerEntry entry, Price? price)
    {
        if (entry.Kind != EntryKind.Usage && price is null)
        {
            yield return new ReceiptLine(EnumWord.Of(entry.Kind), 1, null, null, entry.TotalCost);
            yield break;
        }

        var (units, cost) = (EntryKinds.UsageOf(entry), EntryKinds.CostOf(entry));
        var rates = price is null
            ? null
            : (price with { DiscountPercent = entry.CostDetail?.Notes?.DiscountPercent ?? 0 }).RatesOf(units, EntryKinds.FactsOf(entry));
        var size = price?.UnitSize;
        if (price?.BillingUnit == BillingUnits.Request)
        {
            yield return new ReceiptLine("request", 1, rates?.Input, size, cost.Input);
        }
        else
        {
            (string Kind, long Units, decimal? Rate, long? Size, decimal Cost)[] lines =
            [
                ("input", units.Input, rates?.Input, size, cost.Input),
                ("cached_input", units.CachedInput, rates?.CachedInput, size, cost.CachedInput),
                ("cache_write", units.CacheWrite, rates?.CacheWrite, size, cost.CacheWrite),
                ("cache_write_1h", units.CacheWrite1h, rates?.CacheWrite1h, size, cost.CacheWrite1h),
                ("audio_input", units.AudioInput, rates?.AudioInput, size, cost.AudioInput),
                ("image_input", units.ImageInput, rates?.ImageInput, size, cost.ImageInput),
                ("output", units.Output, rates?.Output, size, cost.Output),
                ("reasoning", units.Reasoning, rates?.Reasoning, size, cost.Reasoning),
                ("audio_output", units.AudioOutput, rates?.AudioOutput, size, cost.AudioOutput),
                ("image_output", units.ImageOutput, rates?.ImageOutput, size, cost.ImageOutput),
                ("images", units.Images, rates?.Image, price?.BillingUnit == BillingUnits.Image ? size : 1, cost.Images),
                ("audio_ms", units.AudioMs, rates?.Minute, MsPerMinute, cost.AudioTime),
                ("characters", units.Characters, rates?.Character, price?.BillingUnit == BillingUnits.Character ? size : PerMillion, cost.Characters),
            ];
            foreach (var line in lines.Where(line => line.Cost != 0 || (line.Units != 0 && (line.Rate is not null || price is null))))
                yield return new ReceiptLine(line.Kind, line.Units, line.Rate, line.Size, line.Cost);
        }

        if (cost.Searches != 0) yield return new ReceiptLine("searches", units.Searches, rates?.Search, 1, cost.Searches);
        if (cost.Base != 0) yield return new ReceiptLine("base", 1, rates?.Base, 1, cost.Base);
        if (cost.ReportedDifference != 0) yield return new ReceiptLine("reported_difference", 1, null, null, cost.ReportedDifference);
    }
}
