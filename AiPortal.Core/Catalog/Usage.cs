using System.Text.Json.Serialization;

namespace AiPortal.Core.Catalog;

/// <summary>
/// What a call used, in tokens by kind and in other units. The kinds of token are disjoint: <paramref name="Input"/> is without
/// what was read from or written to the cache and without audio and images, <paramref name="Output"/> without reasoning, audio
/// and images. So no token can be priced twice. Journals on disk hold it as JSON: new members are optional.
/// </summary>
/// <param name="CacheWrite">Written to the cache for the vendor's shorter lifetime: five minutes at Anthropic.</param>
public readonly record struct Usage(long Input, long CachedInput, long CacheWrite, long Output, long Reasoning)
{
    /// <summary>A count above this is a provider's mistake: no price times it may leave the ledger's column.</summary>
    public const long MaxCount = 1_000_000_000;

    /// <summary>Written to the cache for the vendor's longer lifetime: an hour at Anthropic.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long CacheWrite1h { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long AudioInput { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long AudioOutput { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long ImageInput { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long ImageOutput { get; init; }

    /// <summary>Images made.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long Images { get; init; }

    /// <summary>Milliseconds of audio heard or spoken.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long AudioMs { get; init; }

    /// <summary>Characters read aloud.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long Characters { get; init; }

    /// <summary>Searches of the web or of documents, by the provider.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long Searches { get; init; }

    /// <summary>Everything that went in: fresh, cached, written to the cache, heard and seen.</summary>
    public long TotalInput => Input + CachedInput + CacheWrite + CacheWrite1h + AudioInput + ImageInput;

    /// <summary>Everything that came out: text, reasoning, audio and images.</summary>
    public long TotalOutput => Output + Reasoning + AudioOutput + ImageOutput;

    /// <summary>All tokens.</summary>
    public long Total => TotalInput + TotalOutput;

    /// <summary>
    /// Usage from totals that contain their parts, as OpenAI reports them: cached and cache-write tokens are inside
    /// <paramref name="prompt"/>, reasoning is inside <paramref name="completion"/>. A part never exceeds its whole and no
    /// count is negative or above <see cref="MaxCount"/>, whatever the provider says.
    /// </summary>
    public static Usage FromTotals(long prompt, long cached, long cacheWrite, long completion, long reasoning) =>
        new UsageTotals { Prompt = prompt, Cached = cached, CacheWrite = cacheWrite, Completion = completion, Reasoning = reasoning }.ToUsage();

    internal bool HasNegative =>
        (Input | CachedInput | CacheWrite | CacheWrite1h | AudioInput | ImageInput
            | Output | Reasoning | AudioOutput | ImageOutput | Images | AudioMs | Characters | Searches) < 0;
}

/// <summary>
/// Token counts that contain their parts, as most providers report them. A part is cut to what its whole has left after the
/// parts before it: cached input, cache writes, audio, images; reasoning, audio, images.
/// </summary>
public readonly record struct UsageTotals
{
    /// <summary>All input.</summary>
    public long Prompt { get; init; }

    public long Cached { get; init; }

    public long CacheWrite { get; init; }

    public long CacheWrite1h { get; init; }

    /// <summary>Without what of it was cached, where the provider tells.</summary>
    public long AudioInput { get; init; }

    /// <inheritdoc cref="AudioInput"/>
    public long ImageInput { get; init; }

    /// <summary>All output.</summary>
    public long Completion { get; init; }

    public long Reasoning { get; init; }

    public long AudioOutput { get; init; }

    public long ImageOutput { get; init; }

    /// <summary>The disjoint kinds.</summary>
    public Usage ToUsage()
    {
        var input = Math.Clamp(Prompt, 0, Usage.MaxCount);
        var cached = Take(ref input, Cached);
        var write = Take(ref input, CacheWrite);
        var write1h = Take(ref input, CacheWrite1h);
        var audioIn = Take(ref input, AudioInput);
        var imageIn = Take(ref input, ImageInput);
        var output = Math.Clamp(Completion, 0, Usage.MaxCount);
        var reasoning = Take(ref output, Reasoning);
        var audioOut = Take(ref output, AudioOutput);
        var imageOut = Take(ref output, ImageOutput);
        return new Usage(input, cached, write, output, reasoning)
        {
            CacheWrite1h = write1h,
            AudioInput = audioIn,
            ImageInput = imageIn,
            AudioOutput = audioOut,
            ImageOutput = imageOut,
        };
    }

    private static long Take(ref long rest, long part)
    {
        var taken = Math.Clamp(part, 0, rest);
        rest -= taken;
        return taken;
    }
}
