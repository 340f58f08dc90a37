using AiPortal.Core.Money;

namespace AiPortal.Core.Catalog;

/// <summary>
/// One row of the price book: what a model costs from <see cref="EffectiveFrom"/> up to, without, <see cref="EffectiveTo"/>.
/// Prices are USD for <see cref="UnitSize"/> units. A row with a <see cref="ProviderId"/> is for that account alone, one with
/// only an <see cref="OrganizationId"/> for the organization's accounts at the vendor, one with neither is built in.
/// </summary>
public sealed record Price
{
    /// <summary>The only currency that the ledger knows.</summary>
    public const string LedgerCurrency = "USD";

    private const decimal MostPerToken = 100;
    private const decimal MostBase = 1_000_000;

    public required Guid Id { get; init; }

    public Guid? OrganizationId { get; init; }

    public Guid? ProviderId { get; init; }

    /// <summary>The kind or preset of the accounts that serve the model, for instance <c>openai</c>.</summary>
    public required string Vendor { get; init; }

    /// <summary>The model's name upstream; letter case matters.</summary>
    public required string ModelName { get; init; }

    public string ModelType { get; init; } = "chat";

    public string CostType { get; init; } = "ai_api";

    /// <summary>What a unit is: one of <see cref="BillingUnits"/>.</summary>
    public string BillingUnit { get; init; } = BillingUnits.Token;

    public decimal InputPrice { get; init; }

    public decimal OutputPrice { get; init; }

    /// <summary>USD for the call itself, whatever it used.</summary>
    public decimal BasePrice { get; init; }

    /// <summary>How many units <see cref="InputPrice"/> and its like are for; at least 1.</summary>
    public long UnitSize { get; init; } = 1_000_000;

    /// <summary>Null: as <see cref="InputPrice"/>.</summary>
    public decimal? CachedInputPrice { get; init; }

    /// <summary>Null: as <see cref="InputPrice"/>.</summary>
    public decimal? CacheWritePrice { get; init; }

    /// <summary>Null: as <see cref="OutputPrice"/>.</summary>
    public decimal? ReasoningPrice { get; init; }

    public string Currency { get; init; } = LedgerCurrency;

    public long? ContextWindow { get; init; }

    public int? MaxOutput { get; init; }

    /// <summary>Says that a price of zero is meant; without it a zero price is no price.</summary>
    public bool Free { get; init; }

    public required DateTimeOffset EffectiveFrom { get; init; }

    public DateTimeOffset? EffectiveTo { get; init; }

    /// <summary>Where the figures come from.</summary>
    public string? Source { get; init; }

    public int Version { get; init; } = 1;

    /// <summary>True when calls can be priced by it; an image, a minute or a gigabyte has no tokens to count.</summary>
    public bool PricesCalls => BillingUnit is BillingUnits.Token or BillingUnits.Request;

    /// <summary>
    /// False for a row that must not price anything: negative, in another currency, zero without <see cref="Free"/>, or so
    /// dear (above $100 a token) that a call's cost could leave the ledger's column.
    /// </summary>
    public bool IsUsable =>
        UnitSize > 0 && Currency == LedgerCurrency
        && InputPrice >= 0 && OutputPrice >= 0 && BasePrice >= 0
        && CachedInputPrice is null or >= 0 && CacheWritePrice is null or >= 0 && ReasoningPrice is null or >= 0
        && (Free || InputPrice > 0 || OutputPrice > 0 || BasePrice > 0)
        && BasePrice <= MostBase
        && (BillingUnit != BillingUnits.Token || Math.Max(DearestInput, DearestOutput) / UnitSize <= MostPerToken);

    private decimal DearestInput => Math.Max(InputPrice, Math.Max(CachedInputPrice ?? 0, CacheWritePrice ?? 0));

    private decimal DearestOutput => Math.Max(OutputPrice, ReasoningPrice ?? 0);

    /// <summary>True when the row is in force at the instant.</summary>
    public bool InForceAt(DateTimeOffset instant) =>
        instant >= EffectiveFrom && (EffectiveTo is not { } end || instant < end);

    /// <summary>The cost of one call. A row that bills by request counts the call as one unit and its tokens not at all.</summary>
    /// <exception cref="InvalidOperationException">The row bills by another unit: see <see cref="PricesCalls"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A count is negative.</exception>
    public Cost CostOf(in Usage usage)
    {
        ThrowUnlessPricesCalls();
        ArgumentOutOfRangeException.ThrowIfNegative(
            Math.Min(Math.Min(Math.Min(usage.Input, usage.CachedInput), usage.CacheWrite), Math.Min(usage.Output, usage.Reasoning)),
            nameof(usage));
        return BillingUnit == BillingUnits.Request
            ? CostOfUnits(1, 0)
            : new Cost(
                Of(usage.Input, InputPrice),
                Of(usage.CachedInput, CachedInputPrice ?? InputPrice),
                Of(usage.CacheWrite, CacheWritePrice ?? InputPrice),
                Of(usage.Output, OutputPrice),
                Of(usage.Reasoning, ReasoningPrice ?? OutputPrice),
                Usd.Round12(BasePrice));
    }

    /// <summary>The cost of units that were counted elsewhere, in the row's own billing unit (minutes, gigabytes, images …).</summary>
    public Cost CostOfUnits(decimal inputUnits, decimal outputUnits)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(inputUnits);
        ArgumentOutOfRangeException.ThrowIfNegative(outputUnits);
        return new Cost(Of(inputUnits, InputPrice), 0, 0, Of(outputUnits, OutputPrice), 0, Usd.Round12(BasePrice));
    }

    /// <summary>
    /// The most that a call can cost with at most so many input and output tokens, of whatever kind they turn out to be.
    /// Never below <see cref="CostOf"/> of such a call; equal to it where the dearest kinds are the ones used.
    /// </summary>
    /// <exception cref="InvalidOperationException">The row bills by another unit: see <see cref="PricesCalls"/>.</exception>
    public decimal Ceiling(long inputTokens, long outputTokens)
    {
        ThrowUnlessPricesCalls();
        ArgumentOutOfRangeException.ThrowIfNegative(inputTokens);
        ArgumentOutOfRangeException.ThrowIfNegative(outputTokens);
        if (BillingUnit == BillingUnits.Request)
            return CostOfUnits(1, 0).Total;
        var most = Usd.Ceiling12(
            (inputTokens * DearestInput / UnitSize) + (outputTokens * DearestOutput / UnitSize) + BasePrice);

        // Up to six kinds are rounded each by itself, which may add half a step for each of them.
        return IsExactPerUnit ? most : Usd.Ceiling12(most + (3 * Usd.Step));
    }

    private bool IsExactPerUnit =>
        IsExact(InputPrice) && IsExact(OutputPrice) && Usd.IsStorable(BasePrice)
        && IsExact(CachedInputPrice ?? 0) && IsExact(CacheWritePrice ?? 0) && IsExact(ReasoningPrice ?? 0);

    private bool IsExact(decimal price) => decimal.Round(price / UnitSize, Usd.Decimals) * UnitSize == price;

    private decimal Of(decimal units, decimal price) => Usd.Round12(units * price / UnitSize);

    private void ThrowUnlessPricesCalls()
    {
        if (!PricesCalls)
            throw new InvalidOperationException($"A price by {BillingUnit} does not price calls.");
    }
}
