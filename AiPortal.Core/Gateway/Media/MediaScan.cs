using AiPortal.Core.Catalog;
using AiPortal.Core.Gateway.OpenAi;

namespace AiPortal.Core.Gateway.Media;

/// <summary>A request for images or about sound, after one pass over its bytes.</summary>
public sealed class MediaScan : JsonRequestScan
{
    internal MediaScan()
    {
    }

    /// <summary>Of a form, with its boundary; null for JSON.</summary>
    internal string? ContentType { get; set; }

    /// <summary>Of a form.</summary>
    internal string? Boundary { get; set; }

    internal string? ResponseFormat { get; set; }

    /// <summary>Images asked for.</summary>
    internal long ImagesWanted { get; set; }

    /// <summary>Characters to be read aloud.</summary>
    internal long Characters { get; set; }

    /// <summary>Milliseconds of sound in the request, or at most in the answer.</summary>
    internal long AudioMs { get; set; }

    public override Usage Units => new() { Images = ImagesWanted, Characters = Characters, AudioMs = AudioMs };

    public override Usage Estimate(AnswerObservation seen)
    {
        var tokens = TokenEstimate.Of(this, seen);
        return tokens with { ImageOutput = ImagesWanted * MediaTokens.LikelyPerImage, Images = ImagesWanted, Characters = Characters, AudioMs = AudioMs };
    }
}

/// <summary>Tokens of what is no text, where the answer does not tell. Vendors count them by rules of each model; these are bounds and middles of the published ones.</summary>
internal static class MediaTokens
{
    /// <summary>The dearest published image takes 6,240; larger ones have room.</summary>
    public const long MostPerImage = 16_384;

    /// <summary>One of middle quality, 1024 × 1024.</summary>
    public const long LikelyPerImage = 1_056;

    /// <summary>Of heard sound; ten are usual.</summary>
    public const long HeardPerSecond = 40;

    /// <summary>Of spoken sound.</summary>
    public const long SpokenPerSecond = 25;

    /// <summary>Of the text that is made of heard sound: nobody speaks faster.</summary>
    public const long WrittenPerSecond = 10;

    /// <summary>Room for a text that says there is none.</summary>
    public const long WrittenAtLeast = 200;

    /// <summary>The slowest script, read slowly.</summary>
    public const long MostMsPerCharacter = 500;
}
