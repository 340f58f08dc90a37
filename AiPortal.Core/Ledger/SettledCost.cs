using AiPortal.Core.Catalog;
using AiPortal.Core.Catalog.Terms;
using AiPortal.Core.Money;

namespace AiPortal.Core.Ledger;

/// <summary>What an attempt costs and what there is to note of it; settling and verifying both ask here.</summary>
public static class SettledCost
{
    /// <summary>USD below which no difference between the provider's figure and the price's is worth a mark.</summary>
    public const decimal Tolerance = 0.000001m;

    /// <summary>The share of the price's figure up to which a difference is taken for the provider's rounding.</summary>
    public const decimal ToleranceShare = 0.01m;

    /// <summary>A provider that refused or could not be reached charges nothing.</summary>
    public static bool IsFree(EntryStatus status, in Usage usage) => status == EntryStatus.Failed && usage == default;

    /// <summary>Puts units and cost, every kind of them, into the entry's columns and details.</summary>
    public static void Write(LedgerEntry entry, in Usage usage, in Cost cost, CostNotes? notes)
    {
        entry.InputUnits = usage.Input + usage.AudioInput + usage.ImageInput;
        entry.CachedInputUnits = usage.CachedInput;
        entry.CacheWriteUnits = usage.CacheWrite + usage.CacheWrite1h;
        entry.OutputUnits = usage.Output + usage.AudioOutput + usage.ImageOutput;
        entry.ReasoningUnits = usage.Reasoning;
        entry.InputCost = Usd.Round12(cost.FreshInput);
        entry.CachedInputCost = Usd.Round12(cost.CachedInput);
        entry.CacheWriteCost = Usd.Round12(cost.CacheWrites);
        entry.OutputCost = Usd.Round12(cost.PlainOutput);
        entry.ReasoningCost = Usd.Round12(cost.Reasoning);
        entry.BaseCost = Usd.Round12(cost.PerCall);
        entry.TotalCost = entry.InputCost + entry.CachedInputCost + entry.CacheWriteCost + entry.OutputCost + entry.ReasoningCost + entry.BaseCost;
        entry.UsageDetail = UsageDetail.Of(usage);
        entry.CostDetail = CostDetail.Of(cost, notes);
    }

    public static (Cost Cost, CostNotes? Notes) Of(Price price, in Usage usage, in CallFacts facts)
    {
        var cost = price.CostOf(usage, facts);
        var notes = new CostNotes
        {
            Region = LedgerText.Clean(facts.Region),
            DiscountPercent = price.DiscountPercent == 0 ? null : price.DiscountPercent,
            TierUnpriced = price.PricesTier(facts.ServiceTier) ? null : true,
        };
        if (facts.ReportedCost is { } reported && price.ReportedRule != ReportedCostRule.Ignore)
        {
            var computed = cost.Total - cost.ReportedDifference;
            var differs = Math.Abs(reported - computed) > Math.Max(Tolerance, computed * ToleranceShare);
            notes = notes with { ReportedCost = reported, CostDiffers = differs ? true : null };
        }

        return (cost, notes.OrNull());
    }
}
