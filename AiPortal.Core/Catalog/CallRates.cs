namespace AiPortal.Core.Catalog;

/// <summary>
/// The prices that held for one call, in USD, everything that changes a list price included. Those of tokens are for the price's
/// unit size; <see cref="Image"/> and <see cref="Character"/> too where it bills by them, else for one image and a million
/// characters. <see cref="Minute"/> is for a minute. Null: the price has none.
/// </summary>
public sealed record CallRates
{
    public decimal Input { get; init; }

    public decimal CachedInput { get; init; }

    public decimal CacheWrite { get; init; }

    public decimal CacheWrite1h { get; init; }

    public decimal AudioInput { get; init; }

    public decimal ImageInput { get; init; }

    public decimal Output { get; init; }

    public decimal Reasoning { get; init; }

    public decimal AudioOutput { get; init; }

    public decimal ImageOutput { get; init; }

    public decimal? Image { get; init; }

    public decimal? Minute { get; init; }

    public decimal? Character { get; init; }

    public decimal? Search { get; init; }

    public decimal Base { get; init; }
}
