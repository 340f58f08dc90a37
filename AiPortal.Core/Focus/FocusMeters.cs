using AiPortal.Core.Catalog;
using AiPortal.Core.Ledger;

namespace AiPortal.Core.Focus;

/// <summary>A part of a sum that has one unit and one price.</summary>
internal readonly record struct FocusMeter(string Name, string? Unit, decimal? Quantity, decimal? UnitPrice, long UnitSize, decimal CostUsd);

/// <summary>The meters of a sum, by what its price counts.</summary>
internal static class FocusMeters
{
    public static IEnumerable<FocusMeter> Of(FocusSum sum, PriceTerms? terms)
    {
        if (terms is null)
        {
            // A correction, or usage that came with a cost of its own: there is an amount, and nothing to multiply.
            yield return new FocusMeter(sum.Kind == EntryKind.Usage ? "Charge" : sum.Kind.ToString(), null, null, null, 1, sum.Cost.Total);
            yield break;
        }

        var cost = sum.Cost;
        var unit = UnitOf(terms.BillingUnit);
        if (terms.BillingUnit == BillingUnits.Token)
        {
            if (Counts(sum.Input, cost.Input)) yield return Meter("Input Tokens", sum.Input, terms.InputPrice, cost.Input);
            if (Counts(sum.CachedInput, cost.CachedInput)) yield return Meter("Cached Input Tokens", sum.CachedInput, terms.CachedInputPrice ?? terms.InputPrice, cost.CachedInput);
            if (Counts(sum.CacheWrite, cost.CacheWrite)) yield return Meter("Cache Write Tokens", sum.CacheWrite, terms.CacheWritePrice ?? terms.InputPrice, cost.CacheWrite);
            if (Counts(sum.Output, cost.Output)) yield return Meter("Output Tokens", sum.Output, terms.OutputPrice, cost.Output);
            if (Counts(sum.Reasoning, cost.Reasoning)) yield return Meter("Reasoning Tokens", sum.Reasoning, terms.ReasoningPrice ?? terms.OutputPrice, cost.Reasoning);
        }
        else
        {
            var input = terms.BillingUnit == BillingUnits.Request ? sum.Entries : sum.Input;
            if (Counts(input, cost.Input)) yield return Meter($"Input {unit}", input, terms.InputPrice, cost.TotalInput);
            if (Counts(sum.Output, cost.TotalOutput) && cost.TotalOutput != 0) yield return Meter($"Output {unit}", sum.Output, terms.OutputPrice, cost.TotalOutput);
        }

        if (cost.Base != 0) yield return new FocusMeter("Requests", "Requests", sum.Entries, terms.BasePrice, 1, cost.Base);

        FocusMeter Meter(string name, long units, decimal price, decimal usd) => new(name, unit, units, price, terms.UnitSize, usd);
    }

    private static bool Counts(long units, decimal cost) => units != 0 || cost != 0;

    private static string UnitOf(string billingUnit) => billingUnit switch
    {
        BillingUnits.Token => "Tokens",
        BillingUnits.Request => "Requests",
        BillingUnits.Minute => "Minutes",
        BillingUnits.Gigabyte => "GB",
        BillingUnits.Image => "Images",
        BillingUnits.Character => "Characters",
        _ => "Units",
    };
}
