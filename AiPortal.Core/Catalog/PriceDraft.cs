using AiPortal.Core.Catalog.Terms;
using AiPortal.Core.Data;
using AiPortal.Core.Money;

namespace AiPortal.Core.Catalog;

/// <summary>A price as its author writes it. Prices are USD per <see cref="UnitSize"/> units, the base price per call.</summary>
public sealed record PriceDraft
{
    public string Name { get; init; } = "";

    /// <summary>The name of an account, or a vendor's word.</summary>
    public string Provider { get; init; } = "";

    public string ModelType { get; init; } = "chat";

    public string CostType { get; init; } = "ai_api";

    public string BillingUnit { get; init; } = BillingUnits.Token;

    public decimal InputPrice { get; init; }

    public decimal OutputPrice { get; init; }

    public decimal BasePrice { get; init; }

    /// <summary>Null: a million tokens or characters, one of anything else.</summary>
    public long? UnitSize { get; init; }

    public decimal? CachedInputPrice { get; init; }

    public decimal? CacheWritePrice { get; init; }

    public decimal? ReasoningPrice { get; init; }

    public string Currency { get; init; } = Price.LedgerCurrency;

    public long? ContextWindow { get; init; }

    public int? MaxOutput { get; init; }

    public bool Free { get; init; }

    /// <summary>UTC; null: now.</summary>
    public DateTimeOffset? EffectiveFrom { get; init; }

    /// <summary>UTC, exclusive.</summary>
    public DateTimeOffset? EffectiveTo { get; init; }

    /// <summary>Where the figures come from.</summary>
    public string? Source { get; init; }

    /// <summary>What it says beyond the prices above; the exchange rate in it is filled in, never taken.</summary>
    public PriceDetails? Details { get; init; }

    /// <summary>The draft that would leave a price as it is.</summary>
    public static PriceDraft Of(PriceListing listing)
    {
        var row = listing.Row;
        return new PriceDraft
        {
            Name = row.ModelName,
            Provider = listing.Provider,
            ModelType = row.ModelType,
            CostType = row.CostType,
            BillingUnit = row.BillingUnit,
            InputPrice = row.InputPrice,
            OutputPrice = row.OutputPrice,
            BasePrice = row.BasePrice,
            UnitSize = row.UnitSize,
            CachedInputPrice = row.CachedInputPrice,
            CacheWritePrice = row.CacheWritePrice,
            ReasoningPrice = row.ReasoningPrice,
            Currency = row.Currency,
            ContextWindow = row.ContextWindow,
            MaxOutput = row.MaxOutput,
            Free = row.Free,
            EffectiveFrom = row.EffectiveFrom,
            EffectiveTo = row.EffectiveTo,
            Source = row.Source,
            Details = row.Details,
        };
    }

    internal void Check(FieldFaults faults)
    {
        faults.RequireText(Name, "name", 256);
        faults.RequireText(Provider, "provider");
        RequireWord(faults, ModelType, "model_type", PriceWords.ModelTypes);
        RequireWord(faults, CostType, "cost_type", PriceWords.CostTypes);
        RequireWord(faults, BillingUnit, "billing_unit", BillingUnits.All);
        RequirePrice(faults, InputPrice, "input_price");
        RequirePrice(faults, OutputPrice, "output_price");
        RequirePrice(faults, BasePrice, "base_price");
        RequirePrice(faults, CachedInputPrice, "cached_input_price");
        RequirePrice(faults, CacheWritePrice, "cache_write_price");
        RequirePrice(faults, ReasoningPrice, "reasoning_price");
        faults.Require(UnitSize is null or >= 1, "unit_size", "Must be at least 1.");
        faults.Require(Currency is { Length: 3 } && Currency.All(char.IsAsciiLetterUpper), "currency", "Must be a currency of three capital letters.");
        faults.Require(ContextWindow is null or >= 1, "context_window", "Must be at least 1.");
        faults.Require(MaxOutput is null or >= 1, "max_output", "Must be at least 1.");
        faults.Require(Source is null or { Length: <= 300 }, "source", "Must be at most 300 characters.");
        faults.Require(Free || InputPrice != 0 || OutputPrice != 0 || BasePrice != 0 || Details?.SearchPrice > 0, "free", "A price of zero needs free: true.");
        if (Details is { } details) PriceDetailsCheck.Check(details, faults);
        faults.Require(EffectiveFrom is null || PriceWords.IsStorable(EffectiveFrom.Value), "effective_from", "Must be an instant between 2000 and 9000.");
        faults.Require(EffectiveTo is null || PriceWords.IsStorable(EffectiveTo.Value), "effective_to", "Must be an instant between 2000 and 9000.");
    }

    internal void WriteTo(PriceRow row, PriceShelf shelf, DateTimeOffset now)
    {
        row.ProviderId = shelf.ProviderId;
        row.Vendor = shelf.Vendor;
        row.ModelName = Name;
        row.ModelType = ModelType;
        row.CostType = CostType;
        row.BillingUnit = BillingUnit;
        row.InputPrice = InputPrice;
        row.OutputPrice = OutputPrice;
        row.BasePrice = BasePrice;
        row.UnitSize = UnitSize ?? (BillingUnit is BillingUnits.Token or BillingUnits.Character ? 1_000_000 : 1);
        row.CachedInputPrice = CachedInputPrice;
        row.CacheWritePrice = CacheWritePrice;
        row.ReasoningPrice = ReasoningPrice;
        row.Currency = Currency;
        row.ContextWindow = ContextWindow;
        row.MaxOutput = MaxOutput;
        row.Free = Free;
        row.EffectiveFrom = PriceWords.Stored(EffectiveFrom ?? now);
        row.EffectiveTo = EffectiveTo is { } end ? PriceWords.Stored(end) : null;
        row.Source = Source;
        row.Details = Details is { IsEmpty: true } ? null : Details;
    }

    private static void RequireWord(FieldFaults faults, string word, string field, IReadOnlyList<string> known) =>
        faults.Require(known.Contains(word), field, $"Must be one of {string.Join(", ", known)}.");

    private static void RequirePrice(FieldFaults faults, decimal? price, string field)
    {
        if (price is < 0) faults.Add(field, "Must not be negative.");
        else if (price is { } given && !Usd.IsStorable(given)) faults.Add(field, "Must have at most twelve decimals and twelve digits before them.");
    }
}
