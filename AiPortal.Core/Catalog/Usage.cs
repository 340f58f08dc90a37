namespace AiPortal.Core.Catalog;

/// <summary>
/// What a call used, in tokens by kind. The kinds are disjoint: <paramref name="Input"/> is without what was read from or
/// written to the cache, <paramref name="Output"/> without reasoning. So no token can be priced twice.
/// </summary>
public readonly record struct Usage(long Input, long CachedInput, long CacheWrite, long Output, long Reasoning)
{
    /// <summary>A count above this is a provider's mistake: no price times it may leave the ledger's column.</summary>
    public const long MaxCount = 1_000_000_000;

    /// <summary>Input, cached input and cache writes.</summary>
    public long TotalInput => Input + CachedInput + CacheWrite;

    /// <summary>Output and reasoning.</summary>
    public long TotalOutput => Output + Reasoning;

    /// <summary>All tokens.</summary>
    public long Total => TotalInput + TotalOutput;

    /// <summary>
    /// Usage from totals that contain their parts, as OpenAI reports them: cached and cache-write tokens are inside
    /// <paramref name="prompt"/>, reasoning is inside <paramref name="completion"/>. A part never exceeds its whole and no
    /// count is negative or above <see cref="MaxCount"/>, whatever the provider says.
    /// </summary>
    public static Usage FromTotals(long prompt, long cached, long cacheWrite, long completion, long reasoning)
    {
        prompt = Math.Clamp(prompt, 0, MaxCount);
        completion = Math.Clamp(completion, 0, MaxCount);
        cached = Math.Clamp(cached, 0, prompt);
        cacheWrite = Math.Clamp(cacheWrite, 0, prompt - cached);
        reasoning = Math.Clamp(reasoning, 0, completion);
        return new Usage(prompt - cached - cacheWrite, cached, cacheWrite, completion - reasoning, reasoning);
    }
}
