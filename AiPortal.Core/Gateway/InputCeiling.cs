
namespace AiPortal.Core.Gateway;

/// <summary>
/// The most input tokens a request can be charged for. No vocabulary makes more tokens than bytes; to these comes what
/// vendors write around messages, tools and images. Never more than the context window, which nothing sent can exceed.
/// </summary>
public static class InputCeiling
{
    /// <summary>Around every request: markers and the few lines some vendors put before the first message.</summary>
    public const int PerRequest = 256;
    public const int PerMessage = 16;
    public const int PerTool = 32;

    /// <summary>The preamble that declares tools.</summary>
    public const int ForTools = 512;

    /// <summary>The dearest published rule for an image, 2,833 tokens and 5,667 for each of at most 8 tiles, rounded up.</summary>
    public const int PerImage = 49_152;

    /// <summary>The same rule for an image of low detail.</summary>
    public const int PerLowDetailImage = 3_072;

    /// <param name="contextWindow">Of the model, in tokens; null where nobody knows it.</param>
    /// <returns>Null when the input cannot be bounded: it has files, audio or a web search, and the context window is unknown.</returns>
    public static long? Tokens(RequestScan scan, long? contextWindow)
    {
        contextWindow *= scan.Inputs;
        if (scan.HasOpaqueInput) return contextWindow;
        var tokens = PerRequest + scan.Text.Bytes + ((long)PerMessage * scan.Messages)
            + (scan.Tools > 0 ? ForTools + ((long)PerTool * scan.Tools) : 0)
            + ((long)PerLowDetailImage * scan.LowDetailImages) + ((long)PerImage * (scan.Images - scan.LowDetailImages));
        return contextWindow is { } window ? Math.Min(tokens, window) : tokens;
    }
}
