using System.Runtime.CompilerServices;
using AiPortal.Core.Catalog.Terms;
using AiPortal.Core.Money;

namespace AiPortal.Core.Catalog;

/// <summary>
/// One row of the price book: what a model costs from <see cref="EffectiveFrom"/> up to, without, <see cref="EffectiveTo"/>.
/// Prices are in <see cref="Currency"/> for <see cref="UnitSize"/> units; costs are USD. A row with a <see cref="ProviderId"/> is for that account alone, one with
/// only an <see cref="OrganizationId"/> for the organization's accounts at the vendor, one with neither is built in.
/// </summary>
public sealed record Price
{
    /// <summary>The only currency that the ledger knows.</summary>
    public const string LedgerCurrency = "USD";

    private static readonly ConditionalWeakTable<Price, StrongBox<bool>> Usable = [];

    private const string OpenRouter = "openrouter";
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

    /// <summary>What it says beyond the prices above; null for most.</summary>
    public PriceDetails? Details { get; init; }

    /// <summary>What the organization's contract takes off, 0 to 100; set by the price book, no part of the row.</summary>
    public decimal DiscountPercent { get; init; }

    /// <summary>True when any call can be priced by it; an image, a minute or a gigabyte has no tokens to count.</summary>
    public bool PricesCalls => BillingUnit is BillingUnits.Token or BillingUnits.Request;

    /// <summary>True when calls of the right kind can be priced by it: their images, minutes or characters are counted.</summary>
    public bool IsMetered => BillingUnit != BillingUnits.Gigabyte;

    /// <summary>Whose word counts when the provider reports a cost; OpenRouter's own, because it bills just that.</summary>
    public ReportedCostRule ReportedRule =>
        Details?.ReportedCost ?? (Vendor == OpenRouter ? ReportedCostRule.Take : ReportedCostRule.Ignore);

    /// <summary>
    /// False for a row that must not price anything: negative, in a currency without a rate, zero without <see cref="Free"/>, or so
    /// dear (above $100 a token) that a call's cost could leave the ledger's column.
    /// </summary>
    public bool IsUsable => IsPlain ? CheckUsable() : Usable.GetValue(this, static price => new StrongBox<bool>(price.CheckUsable())).Value;

    private bool CheckUsable() =>
        UnitSize > 0 && (Currency == LedgerCurrency ? Details?.ExchangeRate is null : Details?.ExchangeRate > 0)
        && InputPrice >= 0 && OutputPrice >= 0 && BasePrice >= 0
        && CachedInputPrice is null or >= 0 && CacheWritePrice is null or >= 0 && ReasoningPrice is null or >= 0
        && (Details is null || PriceDetailsCheck.IsUsable(Details))
        && DiscountPercent is >= 0 and <= 100
        && (Free || InputPrice > 0 || OutputPrice > 0 || BasePrice > 0 || Details?.SearchPrice > 0)
        && BasePrice * Tariff.MoneyOf(this) <= MostBase
        && (BillingUnit != BillingUnits.Token || Dearest / UnitSize <= MostPerToken);

    /// <summary>True when neither details nor a discount can change what it says.</summary>
    internal bool IsPlain => Details is null && DiscountPercent == 0;

    private decimal Dearest
    {
        get
        {
            var card = IsPlain ? RateCard.Of(this) : Tariff.Of(this).Dearest(null, long.MaxValue).Card;
            return Math.Max(card.DearestInput, card.DearestOutput);
        }
    }

    /// <summary>True when the row is in force at the instant.</summary>
    public bool InForceAt(DateTimeOffset instant) =>
        instant >= EffectiveFrom && (EffectiveTo is not { } end || instant < end);

    /// <summary>Whether the tier that an answer names has a price here. One that has none is charged at the list price, which is a guess.</summary>
    public bool PricesTier(string? serviceTier) => IsPlain ? ServiceWords.IsStandard(serviceTier) : Tariff.Of(this).Knows(serviceTier);

    /// <summary>The cost of one call. A row that bills by request counts the call as one unit and its tokens not at all.</summary>
    /// <exception cref="InvalidOperationException">The row bills by a unit of which the usage says nothing.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A count is negative.</exception>
    public Cost CostOf(in Usage usage, in CallFacts facts = default)
    {
        if (usage.HasNegative) throw new ArgumentOutOfRangeException(nameof(usage), "A count is negative.");
        return Charge.Of(this, usage, facts);
    }

    /// <summary>The prices by which <see cref="CostOf"/> prices such a call, as a receipt shows them.</summary>
    public CallRates RatesOf(in Usage usage, in CallFacts facts) => Charge.RatesOf(this, usage, facts);

    /// <summary>The cost of units that were counted elsewhere, in the row's own billing unit (minutes, gigabytes, images …).</summary>
    public Cost CostOfUnits(decimal inputUnits, decimal outputUnits)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(inputUnits);
        ArgumentOutOfRangeException.ThrowIfNegative(outputUnits);
        var money = Tariff.MoneyOf(this);
        return new Cost(Of(inputUnits, InputPrice * money), 0, 0, Of(outputUnits, OutputPrice * money), 0, Usd.Round12(BasePrice * money));
    }

    /// <summary>
    /// The most that a call can cost with at most so many input and output tokens, of whatever kind they turn out to be and in
    /// whatever tier they are served. Never below <see cref="CostOf"/> of such a call without searches; equal to it where the dearest kinds are the ones used.
    /// </summary>
    /// <param name="inputTokens">At most.</param>
    /// <param name="outputTokens">At most.</param>
    /// <param name="at">When the call begins; null: at the dearest time.</param>
    /// <param name="units">What else it uses at most: images, audio, characters.</param>
    /// <exception cref="InvalidOperationException">The row does not bill calls: see <see cref="IsMetered"/>.</exception>
    public decimal Ceiling(long inputTokens, long outputTokens, DateTimeOffset? at = null, in Usage units = default)
    {
        ThrowUnlessMetered();
        ArgumentOutOfRangeException.ThrowIfNegative(inputTokens);
        ArgumentOutOfRangeException.ThrowIfNegative(outputTokens);
        if (BillingUnit != BillingUnits.Token) return MostOfUnits(units, at);
        var (card, exact) = IsPlain ? (RateCard.Of(this), RateCard.Of(this).All(IsExact)) : Tariff.Of(this).Dearest(at, inputTokens);
        var money = Tariff.MoneyOf(this);
        var most = Usd.Ceiling12(
            (inputTokens * card.DearestInput / UnitSize) + (outputTokens * card.DearestOutput / UnitSize) + (BasePrice * money));

        // Up to eleven kinds are rounded each by itself, which may add half a step for each of them.
        most = exact && Usd.IsStorable(BasePrice * money) ? most : Usd.Ceiling12(most + (6 * Usd.Step));
        // Either tokens or units are charged, whichever the answer names.
        return units == default || Details is null ? most : Math.Max(most, MostOfUnits(units, at));
    }

    /// <summary>What a call with so many fresh input and output tokens is likely to cost: at the list price of its hour and length.</summary>
    /// <exception cref="InvalidOperationException">The row does not bill calls: see <see cref="IsMetered"/>.</exception>
    public decimal Expected(long inputTokens, long outputTokens, DateTimeOffset at, in Usage units = default)
    {
        ThrowUnlessMetered();
        if (BillingUnit is not (BillingUnits.Token or BillingUnits.Request)) return CostOf(units, new CallFacts(at)).Total;
        return CostOf(new Usage(inputTokens, 0, 0, outputTokens, 0), new CallFacts(at)).Total;
    }

    /// <summary>Whether a usage says anything in the unit that this bills by.</summary>
    public bool Meters(in Usage usage) => BillingUnit switch
    {
        BillingUnits.Image => usage.Images > 0,
        BillingUnits.Minute => usage.AudioMs > 0,
        BillingUnits.Character => usage.Characters > 0,
        BillingUnits.Token => usage.Total > 0 || (usage.Images, usage.AudioMs, usage.Characters) == (0, 0, 0)
            || (usage.Images > 0 && Details?.ImagePrice is not null) || (usage.AudioMs > 0 && Details?.MinutePrice is not null)
            || (usage.Characters > 0 && Details?.CharacterPrice is not null) || Free,
        _ => true,
    };

    private decimal MostOfUnits(in Usage units, DateTimeOffset? at)
    {
        var cost = CostOf(units, new CallFacts(at ?? default));
        if (IsPlain) return cost.Total;
        var (dearest, here) = Tariff.Of(this).MetersOf(at);
        return here <= 0 ? cost.Total : Usd.Ceiling12(cost.PerCall + ((cost.Total - cost.PerCall) * Math.Max(1, dearest / here)) + Usd.Step);
    }

    private bool IsExact(decimal price) => decimal.Round(price / UnitSize, Usd.Decimals) * UnitSize == price;

    private decimal Of(decimal units, decimal price) => Usd.Round12(units * price / UnitSize);

    private void ThrowUnlessMetered()
    {
        if (!IsMetered)
            throw new InvalidOperationException($"A price by {BillingUnit} does not price calls.");
    }
}
