namespace AiPortal.Core.Catalog.Terms;

/// <summary>What each kind of token costs, for the row's unit size: nothing left open.</summary>
internal readonly record struct RateCard(
    decimal Input, decimal CachedInput, decimal CacheWrite, decimal CacheWrite1h, decimal AudioInput, decimal ImageInput,
    decimal Output, decimal Reasoning, decimal AudioOutput, decimal ImageOutput)
{
    public decimal DearestInput => Math.Max(Math.Max(Math.Max(Input, CachedInput), Math.Max(CacheWrite, CacheWrite1h)), Math.Max(AudioInput, ImageInput));

    public decimal DearestOutput => Math.Max(Math.Max(Output, Reasoning), Math.Max(AudioOutput, ImageOutput));

    public static RateCard Of(Price price)
    {
        var details = price.Details;
        var write = price.CacheWritePrice ?? price.InputPrice;
        var text = details?.TextOutputPrice ?? price.OutputPrice;
        return new RateCard(
            price.InputPrice, price.CachedInputPrice ?? price.InputPrice, write, details?.CacheWrite1hPrice ?? write,
            details?.AudioInputPrice ?? price.InputPrice, details?.ImageInputPrice ?? price.InputPrice,
            text, price.ReasoningPrice ?? text, details?.AudioOutputPrice ?? price.OutputPrice, details?.ImageOutputPrice ?? price.OutputPrice);
    }

    /// <summary>The card under a variant with prices of its own; <paramref name="price"/> is the row whose card this is.</summary>
    public RateCard Under(PriceVariant variant, Price price)
    {
        var input = variant.InputPrice ?? Input;
        var output = variant.OutputPrice ?? price.OutputPrice;
        var (from, to) = (price.InputPrice, price.OutputPrice);
        return new RateCard(
            input, In(variant.CachedInputPrice, CachedInput), In(variant.CacheWritePrice, CacheWrite),
            variant.CacheWrite1hPrice ?? (variant.CacheWritePrice is { } write && price.Details?.CacheWrite1hPrice is null ? write : In(null, CacheWrite1h)),
            In(variant.AudioInputPrice, AudioInput), In(variant.ImageInputPrice, ImageInput),
            Out(null, Output), Out(variant.ReasoningPrice, Reasoning), Out(variant.AudioOutputPrice, AudioOutput), Out(variant.ImageOutputPrice, ImageOutput));

        decimal In(decimal? own, decimal before) => own ?? (from == 0 ? before : before * input / from);
        decimal Out(decimal? own, decimal before) => own ?? (to == 0 ? before : before * output / to);
    }

    public RateCard Times(decimal factor) => factor == 1 ? this : new RateCard(
        Input * factor, CachedInput * factor, CacheWrite * factor, CacheWrite1h * factor, AudioInput * factor, ImageInput * factor,
        Output * factor, Reasoning * factor, AudioOutput * factor, ImageOutput * factor);

    /// <summary>This card changed as <paramref name="changed"/> differs from <paramref name="from"/>, kind by kind; what costs nothing there takes the changed price.</summary>
    public RateCard ChangedAs(in RateCard from, in RateCard changed)
    {
        if (this == from) return changed;
        return new RateCard(
            Of(Input, from.Input, changed.Input), Of(CachedInput, from.CachedInput, changed.CachedInput),
            Of(CacheWrite, from.CacheWrite, changed.CacheWrite), Of(CacheWrite1h, from.CacheWrite1h, changed.CacheWrite1h),
            Of(AudioInput, from.AudioInput, changed.AudioInput), Of(ImageInput, from.ImageInput, changed.ImageInput),
            Of(Output, from.Output, changed.Output), Of(Reasoning, from.Reasoning, changed.Reasoning),
            Of(AudioOutput, from.AudioOutput, changed.AudioOutput), Of(ImageOutput, from.ImageOutput, changed.ImageOutput));

        static decimal Of(decimal now, decimal from, decimal changed) => from == 0 ? Math.Max(now, changed) : now * changed / from;
    }

    public static RateCard Max(in RateCard a, in RateCard b) => new(
        Math.Max(a.Input, b.Input), Math.Max(a.CachedInput, b.CachedInput), Math.Max(a.CacheWrite, b.CacheWrite),
        Math.Max(a.CacheWrite1h, b.CacheWrite1h), Math.Max(a.AudioInput, b.AudioInput), Math.Max(a.ImageInput, b.ImageInput),
        Math.Max(a.Output, b.Output), Math.Max(a.Reasoning, b.Reasoning), Math.Max(a.AudioOutput, b.AudioOutput), Math.Max(a.ImageOutput, b.ImageOutput));

    public bool All(Func<decimal, bool> holds) =>
        holds(Input) && holds(CachedInput) && holds(CacheWrite) && holds(CacheWrite1h) && holds(AudioInput) && holds(ImageInput)
        && holds(Output) && holds(Reasoning) && holds(AudioOutput) && holds(ImageOutput);
}
