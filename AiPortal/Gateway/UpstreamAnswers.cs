using System.IO.Compression;
using System.Text;

namespace AiPortal.Gateway;

/// <summary>What a provider's answer says in its headers, read as text, and its body, unpacked.</summary>
internal static class UpstreamAnswers
{
    private const int MaxIdLength = 128;

    // OpenAI and its kind, Anthropic; Gemini names its own in the body.
    private static readonly string[] IdHeaders = ["x-request-id", "request-id", "apim-request-id"];

    /// <summary>The body. We ask for none that is compressed; one that is all the same is read, by its outermost encoding.</summary>
    public static async ValueTask<Stream> OpenAsync(HttpResponseMessage response, CancellationToken token)
    {
        var stream = await response.Content.ReadAsStreamAsync(token);
        if (!response.Content.Headers.NonValidated.TryGetValues("Content-Encoding", out var encodings)) return stream;
        var names = encodings.ToString();
        return names[(names.LastIndexOf(',') + 1)..].Trim().ToUpperInvariant() switch
        {
            "GZIP" or "X-GZIP" => new GZipStream(stream, CompressionMode.Decompress),
            "DEFLATE" => new ZLibStream(stream, CompressionMode.Decompress),
            "BR" => new BrotliStream(stream, CompressionMode.Decompress),
            _ => stream,
        };
    }

    /// <summary>As it is written; null when it says nothing that could be passed on.</summary>
    public static string? ContentTypeOf(HttpResponseMessage response) =>
        response.Content.Headers.NonValidated.TryGetValues("Content-Type", out var types) && types.ToString() is var type && Ascii.IsValid(type) ? type : null;

    /// <summary>Without its parameters.</summary>
    public static ReadOnlySpan<char> MediaTypeOf(HttpResponseMessage response)
    {
        var type = ContentTypeOf(response).AsSpan();
        var end = type.IndexOf(';');
        return (end < 0 ? type : type[..end]).Trim();
    }

    /// <summary>What the provider calls its answer in its headers; null when it says nothing, or too much.</summary>
    public static string? IdOf(HttpResponseMessage response)
    {
        foreach (var name in IdHeaders)
        {
            if (!response.Headers.NonValidated.TryGetValues(name, out var values)) continue;
            foreach (var id in values)
            {
                if (id.Length is > 0 and <= MaxIdLength) return id;
                break;
            }
        }

        return null;
    }

    /// <summary>How long the provider asks to be left alone.</summary>
    public static TimeSpan? RetryAfterOf(HttpResponseMessage response) => response.Headers.RetryAfter switch
    {
        // Azure and OpenAI tell it finer.
        _ when response.Headers.TryGetValues("retry-after-ms", out var texts) && long.TryParse(texts.FirstOrDefault(), out var wait) && wait is > 0 and < 86_400_000 => TimeSpan.FromMilliseconds(wait),
        { Delta: { } delta } => delta,
        { Date: { } date } when date - TimeProvider.System.GetUtcNow() is { Ticks: > 0 } wait => wait,
        _ => null,
    };
}
