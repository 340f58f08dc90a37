using AiPortal.Core.Catalog;

namespace AiPortal.Core.Gateway.Media;

/// <summary>What a call is about.</summary>
internal enum MediaKind
{
    /// <summary>Images made.</summary>
    Images,

    /// <summary>Text read aloud.</summary>
    Spoken,

    /// <summary>Sound written down.</summary>
    Heard,
}

/// <summary>Puts together what an answer tells and what the request tells: each unit that a price may be in, so that whatever the price counts is there.</summary>
internal static class MediaMeter
{
    public static UsageReading Measure(MediaKind kind, MediaScan scan, in MediaFacts facts, long spokenMs)
    {
        var reading = facts.Usage ?? default;
        var usage = reading.Usage;
        switch (kind)
        {
            case MediaKind.Images: return reading with { Usage = usage with { Images = facts.Images } };
            case MediaKind.Spoken: return reading with { Usage = usage with { Characters = scan.Characters, AudioMs = spokenMs }, Doubts = reading.Doubts | UsageDoubts.AudioGuessed };
            default:
                var told = usage.AudioMs > 0 ? usage.AudioMs : facts.DurationMs ?? 0;
                return told > 0
                    ? reading with { Usage = usage with { AudioMs = told } }
                    : reading with { Usage = usage with { AudioMs = scan.AudioMs }, Doubts = reading.Doubts | UsageDoubts.AudioGuessed };
        }
    }

    public static Usage Add(in Usage a, in Usage b) => new(a.Input + b.Input, a.CachedInput + b.CachedInput, a.CacheWrite + b.CacheWrite, a.Output + b.Output, a.Reasoning + b.Reasoning)
    {
        ImageInput = a.ImageInput + b.ImageInput,
        ImageOutput = a.ImageOutput + b.ImageOutput,
    };
}
