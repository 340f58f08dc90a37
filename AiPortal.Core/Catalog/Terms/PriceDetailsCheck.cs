using AiPortal.Core.Data;
using AiPortal.Core.Money;

namespace AiPortal.Core.Catalog.Terms;

/// <summary>What a price's details must be to be taken, and to be used.</summary>
internal static class PriceDetailsCheck
{
    /// <summary>So that a ceiling is found among a bounded number of cards.</summary>
    private const int MostTiers = 8;
    private const int MostOthers = 4;
    private const decimal GreatestMultiplier = 100;
    private const long LongestContext = 100_000_000;

    /// <summary>Whether a row with these details may price: nothing negative, nothing that cannot be read.</summary>
    public static bool IsUsable(PriceDetails details)
    {
        var faults = new FieldFaults();
        Check(details, faults);
        return !faults.Any;
    }

    public static void Check(PriceDetails details, FieldFaults faults)
    {
        Prices(faults, details.OwnPrices, "details");
        Count(faults, details.ContextTiers?.Count, "context_tiers", MostTiers);
        Count(faults, details.ServiceTiers?.Count, "service_tiers", MostTiers);
        Count(faults, details.Regions?.Count, "regions", MostOthers);
        Count(faults, details.Promotions?.Count, "promotions", MostOthers);
        Count(faults, details.TimeWindows?.Count, "time_windows", MostOthers);
        faults.Require(details.Variants.All(variant => variant is not null), "details", "A list holds a null.");
        if (faults.Any) return;
        foreach (var (variant, index) in (details.ContextTiers ?? []).Select((tier, i) => (tier, i)))
        {
            Variant(faults, variant, $"context_tiers[{index}]");
            faults.Require(variant.Above is >= 1 and <= LongestContext, $"context_tiers[{index}].above", $"Must be 1 to {LongestContext} tokens.");
        }

        faults.Require((details.ContextTiers ?? []).Select(tier => tier.Above).Distinct().Count() == (details.ContextTiers?.Count ?? 0),
            "context_tiers", "Two tiers begin above the same number of tokens.");
        Named(faults, details.ServiceTiers, tier => tier.Name, "service_tiers");
        Named(faults, details.Regions, region => region.Name, "regions");
        foreach (var (promotion, index) in (details.Promotions ?? []).Select((p, i) => (p, i)))
        {
            Variant(faults, promotion, $"promotions[{index}]");
            faults.Require(PriceWords.IsStorable(promotion.Until) && (promotion.From is not { } from || from < promotion.Until),
                $"promotions[{index}].until", "Must be an instant after the promotion's beginning.");
        }

        foreach (var (window, index) in (details.TimeWindows ?? []).Select((w, i) => (w, i))) Window(faults, window, $"time_windows[{index}]");
        faults.Require(details.ExchangeRate is null or (> 0 and <= 1_000_000), "currency", "The rate must be above zero.");
    }

    private static void Named<T>(FieldFaults faults, IReadOnlyList<T>? variants, Func<T, string> name, string field)
        where T : PriceVariant
    {
        if (variants is null) return;
        foreach (var (variant, index) in variants.Select((v, i) => (v, i)))
        {
            Variant(faults, variant, $"{field}[{index}]");
            faults.Require(name(variant).Length is > 0 and <= 60, $"{field}[{index}].name", "Must be 1 to 60 characters.");
        }

        faults.Require(variants.Select(name).Distinct(StringComparer.OrdinalIgnoreCase).Count() == variants.Count, field, "Two have the same name.");
        if (typeof(T) == typeof(ServiceTier))
            faults.Require(!variants.Select(name).Any(ServiceWords.IsStandard), field, "The standard tier is what the price itself says.");
    }

    private static void Window(FieldFaults faults, TimeWindow window, string field)
    {
        Variant(faults, window, field);
        faults.Require(OrganizationCalendar.KnowsZone(window.Zone), field + ".zone", "Must be an IANA time zone.");
        faults.Require(window.Days.All(OpenHours.DayWords.Contains), field + ".days", $"Must be among {string.Join(", ", OpenHours.DayWords)}.");
        faults.Require(window.Hours.All(hours => hours is not null && OpenHours.TryRead(hours) is not null), field + ".hours", "Must be spans as 01:00-04:00, the end after the beginning and at most 24:00.");
        faults.Require(window.Days.Count <= 7 && window.Hours.Count <= 24 && window.ExceptDates.Count <= 400, field, "Has too many entries.");
        faults.Require(window.From is not { } from || window.Until is not { } until || from < until, field + ".until", "Must be later than its beginning.");
    }

    private static void Variant(FieldFaults faults, PriceVariant variant, string field)
    {
        Prices(faults, variant.OwnPrices, field);
        var own = variant.OwnPrices.Any(price => price is not null);
        faults.Require(own != variant.Multiplier is not null, field, "Give either a multiplier or prices.");
        faults.Require(variant.Multiplier is null or (> 0 and <= GreatestMultiplier), field + ".multiplier", $"Must be above 0 and at most {GreatestMultiplier}.");
        faults.Require(!own || variant.OwnPrices.Any(price => price > 0), field, "A price of zero is none.");
    }

    private static void Prices(FieldFaults faults, IEnumerable<decimal?> prices, string field) =>
        faults.Require(prices.All(price => price is null || (price >= 0 && Usd.IsStorable(price.Value))), field,
            "Prices must not be negative and have at most twelve decimals and twelve digits before them.");

    private static void Count(FieldFaults faults, int? count, string field, int most) =>
        faults.Require(count is null || count <= most, field, $"Must be at most {most}.");
}
