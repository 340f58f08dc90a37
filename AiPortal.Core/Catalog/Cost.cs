using System.Text.Json.Serialization;

namespace AiPortal.Core.Catalog;

/// <summary>
/// What a call cost in USD by kind, as <see cref="Usage"/> names them. Each kind was rounded once, to twelve decimals; sums of
/// kinds are exact. Journals on disk hold it as JSON: new members are optional.
/// </summary>
public readonly record struct Cost(
    decimal Input, decimal CachedInput, decimal CacheWrite, decimal Output, decimal Reasoning, decimal Base)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public decimal CacheWrite1h { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public decimal AudioInput { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public decimal AudioOutput { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public decimal ImageInput { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public decimal ImageOutput { get; init; }

    /// <summary>Of images priced each.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public decimal Images { get; init; }

    /// <summary>Of audio priced by the minute.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public decimal AudioTime { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public decimal Characters { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public decimal Searches { get; init; }

    /// <summary>What the provider says the call cost less what the price says, where the provider's word counts; may be negative.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public decimal ReportedDifference { get; init; }

    /// <summary>Both lifetimes.</summary>
    public decimal CacheWrites => CacheWrite + CacheWrite1h;

    /// <summary>Input that is neither cached nor written to a cache, of whatever form.</summary>
    public decimal FreshInput => Input + AudioInput + ImageInput + AudioTime + Characters;

    /// <summary>Output without reasoning, of whatever form.</summary>
    public decimal PlainOutput => Output + AudioOutput + ImageOutput + Images;

    /// <summary>What belongs to the call as such: its base price, its searches, what the provider's own figure adds.</summary>
    public decimal PerCall => Base + Searches + ReportedDifference;

    /// <summary>All input, cached input and cache writes included.</summary>
    public decimal TotalInput => FreshInput + CachedInput + CacheWrites;

    /// <summary>All output, reasoning included.</summary>
    public decimal TotalOutput => PlainOutput + Reasoning;

    /// <summary>The exact sum of all kinds.</summary>
    public decimal Total => TotalInput + TotalOutput + PerCall;

    /// <summary>The cost of so many calls like this one.</summary>
    public Cost Times(long count) => new(Input * count, CachedInput * count, CacheWrite * count, Output * count, Reasoning * count, Base * count)
    {
        CacheWrite1h = CacheWrite1h * count,
        AudioInput = AudioInput * count,
        AudioOutput = AudioOutput * count,
        ImageInput = ImageInput * count,
        ImageOutput = ImageOutput * count,
        Images = Images * count,
        AudioTime = AudioTime * count,
        Characters = Characters * count,
        Searches = Searches * count,
        ReportedDifference = ReportedDifference * count,
    };
}
