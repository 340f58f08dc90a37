using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using AiPortal.Core.Money;

namespace AiPortal.Core.Catalog.Terms;

/// <summary>The prices that hold for one call, in USD for the row's unit size.</summary>
/// <param name="Tokens">By kind of token.</param>
/// <param name="Meters">USD for one unit of the row's currency, for images, minutes and characters: with every multiplier.</param>
/// <param name="Money">The same for what belongs to the call as such: exchange rate and discount alone.</param>
internal readonly record struct TariffCard(RateCard Tokens, decimal Meters, decimal Money);

/// <summary>
/// A price with its variants made ready. Prices of its own that several conditions set are combined by proportion: a service
/// tier at half the list price is half of the context tier's price too. Multipliers multiply.
/// </summary>
internal sealed class Tariff
{
    private static readonly ConditionalWeakTable<Price, Tariff> Known = [];

    private readonly ConcurrentDictionary<(int Promotion, int Windows, int Contexts), (RateCard Card, bool Exact)> _dearest = [];
    private readonly Price _price;
    private readonly RateCard _list;
    private readonly decimal _money;
    private readonly ContextTier[] _contexts;
    private readonly ServiceTier[] _services;
    private readonly RegionTerms[] _regions;
    private readonly Promotion[] _promotions;
    private readonly OpenHours[] _windows;

    private Tariff(Price price)
    {
        var details = price.Details ?? new PriceDetails();
        _price = price;
        _list = RateCard.Of(price);
        _money = MoneyOf(price);
        _contexts = [.. (details.ContextTiers ?? []).OrderBy(tier => tier.Above)];
        _services = [.. details.ServiceTiers ?? []];
        _regions = [.. details.Regions ?? []];
        _promotions = [.. details.Promotions ?? []];
        _windows = [.. (details.TimeWindows ?? []).Select(window => new OpenHours(window))];
    }

    public static Tariff Of(Price price) => Known.GetValue(price, static p => new Tariff(p));

    /// <summary>USD for one unit of the row's currency, the organization's discount taken off.</summary>
    public static decimal MoneyOf(Price price) => (price.Details?.ExchangeRate ?? 1) * (1 - (price.DiscountPercent / 100));

    /// <summary>The prices of a call with so many input tokens.</summary>
    public TariffCard For(in CallFacts facts, long totalInput) =>
        Card(PromotionAt(facts.At), WindowsAt(facts.At), ServiceOf(facts.ServiceTier), RegionOf(facts.Region), ContextOf(totalInput));

    /// <summary>The dearest prices, kind by kind, of a call that begins at the instant with at most so many input tokens, in whatever tier and region it is served.</summary>
    /// <param name="at">Null: at any time.</param>
    /// <param name="totalInput">The most input tokens.</param>
    /// <returns>Also whether every price that can apply is exact for one unit at twelve decimals.</returns>
    public (RateCard Card, bool Exact) Dearest(DateTimeOffset? at, long totalInput)
    {
        var contexts = ContextOf(totalInput) + 1;
        var (promotion, windows) = at is { } instant ? (PromotionAt(instant), WindowsAt(instant)) : (-2, -1);
        return _dearest.GetOrAdd((promotion, windows, contexts), static (key, tariff) => tariff.Search(key.Promotion, key.Windows, key.Contexts), this);
    }

    /// <summary>USD for a unit of the row's currency, for images, minutes and characters: in the dearest tier and region, and in none, at an instant (null: when it is dearest).</summary>
    public (decimal Dearest, decimal Standard) MetersOf(DateTimeOffset? at)
    {
        var promotions = at is { } instant ? [PromotionAt(instant)] : Enumerable.Range(-1, _promotions.Length + 1);
        var hours = at is { } hour ? [WindowsAt(hour)] : Enumerable.Range(0, 1 << _windows.Length);
        var cards =
            from promotion in promotions
            from open in hours
            from service in Enumerable.Range(-1, _services.Length + 1)
            from region in Enumerable.Range(-1, _regions.Length + 1)
            select Card(promotion, open, service, region, -1).Meters;
        return (cards.Max(), Card(PromotionAt(at ?? default), WindowsAt(at ?? default), -1, -1, -1).Meters);
    }

    /// <summary>Whether a tier that an answer names has a price here; the tier of every list price has.</summary>
    public bool Knows(string? serviceTier) => ServiceWords.IsStandard(serviceTier) || ServiceOf(serviceTier) >= 0;

    private (RateCard Card, bool Exact) Search(int promotion, int windows, int contexts)
    {
        var (dearest, exact) = (default(RateCard), true);
        int[] promotions = promotion == -2 ? [.. Enumerable.Range(-1, _promotions.Length + 1)] : [promotion];
        int[] hours = windows == -1 ? [.. Enumerable.Range(0, 1 << _windows.Length)] : [windows];
        foreach (var p in promotions)
            foreach (var w in hours)
                for (var service = -1; service < _services.Length; service++)
                    for (var region = -1; region < _regions.Length; region++)
                        for (var context = -1; context < contexts; context++)
                        {
                            var card = Card(p, w, service, region, context).Tokens;
                            dearest = RateCard.Max(dearest, card);
                            exact &= card.All(rate => decimal.Round(rate / _price.UnitSize, Usd.Decimals) * _price.UnitSize == rate);
                        }

        return (dearest, exact);
    }

    private TariffCard Card(int promotion, int windows, int service, int region, int context)
    {
        var card = _list;
        var factor = 1m;
        if (promotion >= 0) Apply(_promotions[promotion]);
        for (var window = 0; window < _windows.Length; window++)
        {
            if ((windows & (1 << window)) != 0) Apply(_windows[window].Window);
        }

        if (context >= 0) Apply(_contexts[context]);
        if (service >= 0) Apply(_services[service]);
        if (region >= 0) Apply(_regions[region]);
        return new TariffCard(card.Times(factor * _money), factor * _money, _money);

        void Apply(PriceVariant variant)
        {
            if (variant.Multiplier is { } multiplier) factor *= multiplier;
            else card = card.ChangedAs(_list, _list.Under(variant, _price));
        }
    }

    private int ContextOf(long totalInput)
    {
        var tier = _contexts.Length - 1;
        while (tier >= 0 && totalInput <= _contexts[tier].Above) tier--;
        return tier;
    }

    private int ServiceOf(string? name) =>
        name is null ? -1 : Array.FindIndex(_services, tier => string.Equals(tier.Name, name, StringComparison.OrdinalIgnoreCase));

    private int RegionOf(string? name) =>
        name is null ? -1 : Array.FindIndex(_regions, region => string.Equals(region.Name, name, StringComparison.OrdinalIgnoreCase));

    private int PromotionAt(DateTimeOffset at) => Array.FindIndex(_promotions, p => (p.From is not { } from || at >= from) && at < p.Until);

    private int WindowsAt(DateTimeOffset at)
    {
        var open = 0;
        for (var window = 0; window < _windows.Length; window++)
        {
            if (_windows[window].Holds(at)) open |= 1 << window;
        }

        return open;
    }
}
