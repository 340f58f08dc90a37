using System.Text.Json;
using System.Text.Json.Serialization;

namespace AiPortal.Core.Catalog.Terms;

/// <summary>Whose word counts when a provider reports what a call cost.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ReportedCostRule>))]
public enum ReportedCostRule
{
    /// <summary>The price's; what the provider reports is not looked at.</summary>
    [JsonStringEnumMemberName("ignore")] Ignore,

    /// <summary>The price's; a difference is marked.</summary>
    [JsonStringEnumMemberName("compare")] Compare,

    /// <summary>The provider's; a difference is marked.</summary>
    [JsonStringEnumMemberName("take")] Take,
}

/// <summary>
/// What a price says beyond input, output, cached input, cache write and reasoning. Prices are in the row's currency; those of
/// tokens are for the row's unit size. Equal by what is said.
/// </summary>
public sealed record PriceDetails
{
    /// <summary>How it is read and written: snake_case, unknown members refused.</summary>
    public static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    };

    /// <summary>Null: as a cache write of the shorter lifetime.</summary>
    [JsonPropertyName("cache_write_1h_price")]
    public decimal? CacheWrite1hPrice { get; init; }

    /// <summary>Null: as input.</summary>
    public decimal? AudioInputPrice { get; init; }

    /// <summary>Null: as output.</summary>
    public decimal? AudioOutputPrice { get; init; }

    /// <summary>Null: as input.</summary>
    public decimal? ImageInputPrice { get; init; }

    /// <summary>Null: as output.</summary>
    public decimal? ImageOutputPrice { get; init; }

    /// <summary>Where the output price is for images: the price of text beside them. Null: as output.</summary>
    public decimal? TextOutputPrice { get; init; }

    /// <summary>Each; counts where the answer names no tokens, never beside them.</summary>
    public decimal? ImagePrice { get; init; }

    /// <summary>Per minute of audio; counts where the answer names no tokens, never beside them.</summary>
    public decimal? MinutePrice { get; init; }

    /// <summary>Per million characters; counts where the answer names no tokens, never beside them.</summary>
    public decimal? CharacterPrice { get; init; }

    /// <summary>For each search, beside everything else.</summary>
    public decimal? SearchPrice { get; init; }

    public IReadOnlyList<ContextTier>? ContextTiers { get; init; }

    public IReadOnlyList<ServiceTier>? ServiceTiers { get; init; }

    public IReadOnlyList<RegionTerms>? Regions { get; init; }

    public IReadOnlyList<TimeWindow>? TimeWindows { get; init; }

    public IReadOnlyList<Promotion>? Promotions { get; init; }

    public ReportedCostRule? ReportedCost { get; init; }

    /// <summary>USD for one unit of the row's currency, as it was when this version was made; null for prices in USD.</summary>
    public decimal? ExchangeRate { get; init; }

    /// <summary>Since when that rate was the latest.</summary>
    public DateTimeOffset? ExchangeRateAt { get; init; }

    [JsonIgnore]
    internal bool IsEmpty => Equals(new PriceDetails());

    [JsonIgnore]
    internal IEnumerable<PriceVariant> Variants =>
        [.. ContextTiers ?? [], .. ServiceTiers ?? [], .. Regions ?? [], .. TimeWindows ?? [], .. Promotions ?? []];

    [JsonIgnore]
    internal IEnumerable<decimal?> OwnPrices =>
    [
        CacheWrite1hPrice, AudioInputPrice, AudioOutputPrice, ImageInputPrice, ImageOutputPrice, TextOutputPrice,
        ImagePrice, MinutePrice, CharacterPrice, SearchPrice,
    ];

    /// <summary>These details with what they leave open taken from others; service tiers by name.</summary>
    internal PriceDetails Over(PriceDetails? before)
    {
        if (before is null) return this;
        var tiers = before.ServiceTiers is { } old
            ? [.. old.Select(tier => ServiceTiers?.FirstOrDefault(own => own.Name == tier.Name) ?? tier), .. (ServiceTiers ?? []).Where(own => old.All(tier => tier.Name != own.Name))]
            : ServiceTiers;
        return this with
        {
            CacheWrite1hPrice = CacheWrite1hPrice ?? before.CacheWrite1hPrice,
            AudioInputPrice = AudioInputPrice ?? before.AudioInputPrice,
            AudioOutputPrice = AudioOutputPrice ?? before.AudioOutputPrice,
            ImageInputPrice = ImageInputPrice ?? before.ImageInputPrice,
            ImageOutputPrice = ImageOutputPrice ?? before.ImageOutputPrice,
            TextOutputPrice = TextOutputPrice ?? before.TextOutputPrice,
            ImagePrice = ImagePrice ?? before.ImagePrice,
            MinutePrice = MinutePrice ?? before.MinutePrice,
            CharacterPrice = CharacterPrice ?? before.CharacterPrice,
            SearchPrice = SearchPrice ?? before.SearchPrice,
            ContextTiers = ContextTiers ?? before.ContextTiers,
            ServiceTiers = tiers,
            Regions = Regions ?? before.Regions,
            TimeWindows = TimeWindows ?? before.TimeWindows,
            Promotions = Promotions ?? before.Promotions,
            ReportedCost = ReportedCost ?? before.ReportedCost,
        };
    }

    public bool Equals(PriceDetails? other) => other is not null && Text == other.Text;

    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);

    [JsonIgnore]
    private string Text => JsonSerializer.Serialize(this, Json);
}
