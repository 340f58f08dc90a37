using System.Text.Json.Serialization;

namespace AiPortal.Core.Catalog.Terms;

/// <summary>
/// Under some condition other prices hold: the row's times <see cref="Multiplier"/>, or prices of its own in the row's currency
/// and unit size. A kind without a price of its own keeps its proportion to the input or output.
/// </summary>
public abstract record PriceVariant
{
    /// <summary>0.5: half price. Not beside prices of its own.</summary>
    public decimal? Multiplier { get; init; }

    public decimal? InputPrice { get; init; }

    public decimal? OutputPrice { get; init; }

    public decimal? CachedInputPrice { get; init; }

    public decimal? CacheWritePrice { get; init; }

    [JsonPropertyName("cache_write_1h_price")]
    public decimal? CacheWrite1hPrice { get; init; }

    public decimal? ReasoningPrice { get; init; }

    public decimal? AudioInputPrice { get; init; }

    public decimal? AudioOutputPrice { get; init; }

    public decimal? ImageInputPrice { get; init; }

    public decimal? ImageOutputPrice { get; init; }

    [JsonIgnore]
    internal IEnumerable<decimal?> OwnPrices =>
    [
        InputPrice, OutputPrice, CachedInputPrice, CacheWritePrice, CacheWrite1hPrice, ReasoningPrice, AudioInputPrice, AudioOutputPrice,
        ImageInputPrice, ImageOutputPrice,
    ];
}

/// <summary>For calls with more input tokens than <see cref="Above"/>, cached ones counted: it prices the whole call, not the tokens beyond.</summary>
public sealed record ContextTier : PriceVariant
{
    public long Above { get; init; }
}

/// <summary>For calls that the provider served in this tier: <c>batch</c>, <c>flex</c>, <c>priority</c>, <c>fast</c>.</summary>
public sealed record ServiceTier : PriceVariant
{
    /// <summary>As the answer names it.</summary>
    public string Name { get; init => field = value ?? ""; } = "";
}

/// <summary>For calls that the provider served in this region.</summary>
public sealed record RegionTerms : PriceVariant
{
    /// <summary>As the answer names it.</summary>
    public string Name { get; init => field = value ?? ""; } = "";
}

/// <summary>For calls that begin from <see cref="From"/> (null: ever) to, without, <see cref="Until"/>.</summary>
public sealed record Promotion : PriceVariant
{
    public string? Name { get; init; }

    public DateTimeOffset? From { get; init; }

    public DateTimeOffset Until { get; init; }
}

/// <summary>For calls that begin at certain hours of the vendor's days.</summary>
public sealed record TimeWindow : PriceVariant
{
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>IANA id.</summary>
    public string Zone { get; init => field = value ?? ""; } = "UTC";

    /// <summary>Three letters each, from <c>mon</c>; empty: every day. An hour past midnight belongs to the day it lies in.</summary>
    public IReadOnlyList<string> Days { get; init => field = value ?? []; } = [];

    /// <summary>As <c>01:00-04:00</c>, the end exclusive and at most <c>24:00</c>; empty: the whole day.</summary>
    public IReadOnlyList<string> Hours { get; init => field = value ?? []; } = [];

    /// <summary>Days that are none of <see cref="Days"/>, holidays for instance.</summary>
    public IReadOnlyList<DateOnly> ExceptDates { get; init => field = value ?? []; } = [];

    /// <summary>It is for all other hours: those given are the peak, and this is the price off it.</summary>
    public bool Outside { get; init; }

    public DateTimeOffset? From { get; init; }

    public DateTimeOffset? Until { get; init; }
}
