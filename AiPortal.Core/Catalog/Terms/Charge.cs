using AiPortal.Core.Money;

namespace AiPortal.Core.Catalog.Terms;

/// <summary>Works out what a call costs by a price.</summary>
internal static class Charge
{
    private const decimal MsPerMinute = 60_000;
    private const decimal CharactersPerUnit = 1_000_000;

    public static Cost Of(Price price, in Usage usage, in CallFacts facts)
    {
        var card = CardOf(price, usage, facts);
        var cost = price.BillingUnit switch
        {
            BillingUnits.Token => OfTokens(price, usage, card),
            BillingUnits.Request => new Cost(Rounded(price, 1, price.InputPrice * card.Meters), 0, 0, 0, 0, 0),
            BillingUnits.Image when usage.Images > 0 || usage.Total == 0 => new Cost { Images = Rounded(price, usage.Images, price.OutputPrice * card.Meters) },
            BillingUnits.Minute when usage.AudioMs > 0 || usage.Total == 0 => new Cost { AudioTime = Rounded(price, usage.AudioMs / MsPerMinute, price.InputPrice * card.Meters) },
            BillingUnits.Character when usage.Characters > 0 || usage.Total == 0 => new Cost { Characters = Rounded(price, usage.Characters, price.InputPrice * card.Meters) },
            _ => throw new InvalidOperationException($"A price by {price.BillingUnit} does not price a call of tokens."),
        };
        cost = cost with
        {
            Base = Usd.Round12(price.BasePrice * card.Money),
            Searches = price.Details?.SearchPrice is { } search ? Usd.Round12(usage.Searches * search * card.Money) : 0,
        };
        return facts.ReportedCost is { } reported && price.ReportedRule == ReportedCostRule.Take
            ? cost with { ReportedDifference = Usd.Round12(reported) - cost.Total }
            : cost;
    }

    /// <summary>The prices by which <see cref="Of"/> prices such a call.</summary>
    public static CallRates RatesOf(Price price, in Usage usage, in CallFacts facts)
    {
        var card = CardOf(price, usage, facts);
        var tokens = card.Tokens;
        var (unit, details) = (price.BillingUnit, price.Details);
        return new CallRates
        {
            Input = unit == BillingUnits.Token ? tokens.Input : price.InputPrice * card.Meters,
            CachedInput = tokens.CachedInput,
            CacheWrite = tokens.CacheWrite,
            CacheWrite1h = tokens.CacheWrite1h,
            AudioInput = tokens.AudioInput,
            ImageInput = tokens.ImageInput,
            Output = unit == BillingUnits.Token ? OutputOf(price, usage, tokens) : price.OutputPrice * card.Meters,
            Reasoning = tokens.Reasoning,
            AudioOutput = tokens.AudioOutput,
            ImageOutput = tokens.ImageOutput,
            Image = (unit == BillingUnits.Image ? price.OutputPrice : details?.ImagePrice) * card.Meters,
            Minute = (unit == BillingUnits.Minute ? price.InputPrice : details?.MinutePrice) * card.Meters,
            Character = (unit == BillingUnits.Character ? price.InputPrice : details?.CharacterPrice) * card.Meters,
            Search = details?.SearchPrice * card.Money,
            Base = price.BasePrice * card.Money,
        };
    }

    private static TariffCard CardOf(Price price, in Usage usage, in CallFacts facts) =>
        price.IsPlain ? new TariffCard(RateCard.Of(price), 1, 1) : Tariff.Of(price).For(facts, usage.TotalInput);

    // Where text beside images has its own price and the answer does not tell them apart, all of it may be images.
    private static decimal OutputOf(Price price, in Usage usage, in RateCard tokens) =>
        price.Details?.TextOutputPrice is not null && usage.ImageOutput == 0 ? tokens.ImageOutput : tokens.Output;

    private static Cost OfTokens(Price price, in Usage usage, in TariffCard card)
    {
        var tokens = card.Tokens;
        var cost = new Cost(
            Rounded(price, usage.Input, tokens.Input), Rounded(price, usage.CachedInput, tokens.CachedInput), Rounded(price, usage.CacheWrite, tokens.CacheWrite),
            Rounded(price, usage.Output, OutputOf(price, usage, tokens)), Rounded(price, usage.Reasoning, tokens.Reasoning), 0);
        if (usage.CacheWrite1h != 0) cost = cost with { CacheWrite1h = Rounded(price, usage.CacheWrite1h, tokens.CacheWrite1h) };
        if (usage.AudioInput != 0) cost = cost with { AudioInput = Rounded(price, usage.AudioInput, tokens.AudioInput) };
        if (usage.AudioOutput != 0) cost = cost with { AudioOutput = Rounded(price, usage.AudioOutput, tokens.AudioOutput) };
        if (usage.ImageInput != 0) cost = cost with { ImageInput = Rounded(price, usage.ImageInput, tokens.ImageInput) };
        if (usage.ImageOutput != 0) cost = cost with { ImageOutput = Rounded(price, usage.ImageOutput, tokens.ImageOutput) };

        // Two meters for one thing are never added: where the answer names tokens, tokens count.
        if (usage.Total != 0 || price.Details is not { } details) return cost;
        return cost with
        {
            Images = details.ImagePrice is { } image ? Usd.Round12(usage.Images * image * card.Meters) : 0,
            AudioTime = details.MinutePrice is { } minute ? Usd.Round12(usage.AudioMs * minute * card.Meters / MsPerMinute) : 0,
            Characters = details.CharacterPrice is { } character ? Usd.Round12(usage.Characters * character * card.Meters / CharactersPerUnit) : 0,
        };
    }

    private static decimal Rounded(Price price, decimal units, decimal rate) => units == 0 ? 0 : Usd.Round12(units * rate / price.UnitSize);
}
