using System.Text.Json;
using System.Text.Json.Serialization;
using AiPortal.Core.Catalog;

namespace AiPortal.Core.Ledger;

/// <summary>What besides its units, its price and its tier made an attempt's cost. Journals on disk hold it as JSON: members are optional.</summary>
public sealed record CostNotes
{
    /// <summary>Where the answer says it was made.</summary>
    public string? Region { get; init; }

    /// <summary>What the organization's contract took off.</summary>
    public decimal? DiscountPercent { get; init; }

    /// <summary>USD, as the provider's answer says.</summary>
    public decimal? ReportedCost { get; init; }

    /// <summary>What the provider reported differs from what the price says by more than the tolerance.</summary>
    public bool? CostDiffers { get; init; }

    /// <summary>The answer names a tier that the price does not know: the list price was taken.</summary>
    public bool? TierUnpriced { get; init; }

    /// <summary>Answered as an equal request was before; the provider was not asked.</summary>
    public bool? Cached { get; init; }

    /// <summary>Null where there is nothing to note.</summary>
    internal CostNotes? OrNull() => this == new CostNotes() ? null : this;
}

/// <summary>The kinds of unit that an entry's columns hold together with others, as on <see cref="Usage"/>.</summary>
public sealed record UsageDetail
{
    [JsonPropertyName("cache_write_1h")]
    public long CacheWrite1h { get; init; }

    public long AudioInput { get; init; }

    public long AudioOutput { get; init; }

    public long ImageInput { get; init; }

    public long ImageOutput { get; init; }

    public long Images { get; init; }

    public long AudioMs { get; init; }

    public long Characters { get; init; }

    public long Searches { get; init; }

    internal static UsageDetail? Of(in Usage usage)
    {
        if ((usage.CacheWrite1h | usage.AudioInput | usage.AudioOutput | usage.ImageInput | usage.ImageOutput
            | usage.Images | usage.AudioMs | usage.Characters | usage.Searches) == 0)
            return null;
        return new UsageDetail
        {
            CacheWrite1h = usage.CacheWrite1h,
            AudioInput = usage.AudioInput,
            AudioOutput = usage.AudioOutput,
            ImageInput = usage.ImageInput,
            ImageOutput = usage.ImageOutput,
            Images = usage.Images,
            AudioMs = usage.AudioMs,
            Characters = usage.Characters,
            Searches = usage.Searches,
        };
    }

    internal string ToJson() => JsonSerializer.Serialize(this, EntryDetailJson.Default.UsageDetail);
}

/// <summary>The kinds of cost (USD) that an entry's columns hold together with others, as on <see cref="Cost"/>, and the notes of its settlement.</summary>
public sealed record CostDetail
{
    [JsonPropertyName("cache_write_1h")]
    public decimal CacheWrite1h { get; init; }

    public decimal AudioInput { get; init; }

    public decimal AudioOutput { get; init; }

    public decimal ImageInput { get; init; }

    public decimal ImageOutput { get; init; }

    public decimal Images { get; init; }

    public decimal AudioTime { get; init; }

    public decimal Characters { get; init; }

    public decimal Searches { get; init; }

    public decimal ReportedDifference { get; init; }

    public CostNotes? Notes { get; init; }

    internal static CostDetail? Of(in Cost cost, CostNotes? notes)
    {
        var detail = new CostDetail
        {
            CacheWrite1h = cost.CacheWrite1h,
            AudioInput = cost.AudioInput,
            AudioOutput = cost.AudioOutput,
            ImageInput = cost.ImageInput,
            ImageOutput = cost.ImageOutput,
            Images = cost.Images,
            AudioTime = cost.AudioTime,
            Characters = cost.Characters,
            Searches = cost.Searches,
            ReportedDifference = cost.ReportedDifference,
            Notes = notes,
        };
        return detail == Nothing ? null : detail;
    }

    private static CostDetail Nothing { get; } = new();

    internal string ToJson() => JsonSerializer.Serialize(this, EntryDetailJson.Default.CostDetail);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(UsageDetail))]
[JsonSerializable(typeof(CostDetail))]
internal sealed partial class EntryDetailJson : JsonSerializerContext;

/// <summary>An entry's units and cost with every kind apart, as they were priced.</summary>
public static class EntryKinds
{
    public static Usage UsageOf(LedgerEntry entry)
    {
        var detail = entry.UsageDetail ?? new UsageDetail();
        return new Usage(
            entry.InputUnits - detail.AudioInput - detail.ImageInput, entry.CachedInputUnits, entry.CacheWriteUnits - detail.CacheWrite1h,
            entry.OutputUnits - detail.AudioOutput - detail.ImageOutput, entry.ReasoningUnits)
        {
            CacheWrite1h = detail.CacheWrite1h,
            AudioInput = detail.AudioInput,
            AudioOutput = detail.AudioOutput,
            ImageInput = detail.ImageInput,
            ImageOutput = detail.ImageOutput,
            Images = detail.Images,
            AudioMs = detail.AudioMs,
            Characters = detail.Characters,
            Searches = detail.Searches,
        };
    }

    public static Cost CostOf(LedgerEntry entry)
    {
        var detail = entry.CostDetail ?? new CostDetail();
        return new Cost(
            entry.InputCost - detail.AudioInput - detail.ImageInput - detail.AudioTime - detail.Characters, entry.CachedInputCost,
            entry.CacheWriteCost - detail.CacheWrite1h, entry.OutputCost - detail.AudioOutput - detail.ImageOutput - detail.Images,
            entry.ReasoningCost, entry.BaseCost - detail.Searches - detail.ReportedDifference)
        {
            CacheWrite1h = detail.CacheWrite1h,
            AudioInput = detail.AudioInput,
            AudioOutput = detail.AudioOutput,
            ImageInput = detail.ImageInput,
            ImageOutput = detail.ImageOutput,
            Images = detail.Images,
            AudioTime = detail.AudioTime,
            Characters = detail.Characters,
            Searches = detail.Searches,
            ReportedDifference = detail.ReportedDifference,
        };
    }

    /// <summary>What decided the entry's cost beside its units.</summary>
    public static CallFacts FactsOf(LedgerEntry entry) =>
        new(entry.StartedAt, entry.ServiceTier, entry.CostDetail?.Notes?.Region, entry.CostDetail?.Notes?.ReportedCost);
}
