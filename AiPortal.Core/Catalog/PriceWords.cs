namespace AiPortal.Core.Catalog;

/// <summary>The words a price may use, and how its instants are kept.</summary>
public static class PriceWords
{
    public static IReadOnlyList<string> ModelTypes { get; } =
        ["chat", "completion", "embedding", "image", "audio_speech", "audio_transcription", "moderation", "rerank"];

    public static IReadOnlyList<string> CostTypes { get; } = ["ai_api", "storage", "bandwidth"];

    /// <summary>Every vendor that has built-in prices, and every kind of account.</summary>
    public static IReadOnlySet<string> Vendors { get; } = new HashSet<string>(
        BuiltInCatalogue.Prices.Select(price => price.Vendor)
            .Concat(["openai", "anthropic", "gemini", "azure-openai", "openai-compatible", "sandbox"]), StringComparer.Ordinal);

    internal static bool IsStorable(DateTimeOffset instant) => instant.UtcDateTime.Year is >= 2000 and < 9000;

    /// <summary>PostgreSQL keeps microseconds of UTC.</summary>
    internal static DateTimeOffset Stored(DateTimeOffset instant)
    {
        var utc = instant.ToUniversalTime();
        return utc.AddTicks(-(utc.Ticks % TimeSpan.TicksPerMicrosecond));
    }
}
