using System.Buffers;
using System.Text.Json;

namespace AiPortal.Core.Gateway.Gemini;

/// <summary>Gemini at a provider that speaks it too: bytes pass through but for an output bound.</summary>
public sealed class GenerateContentPassage : IUpstreamExchange
{
    private readonly bool _counts;

    private GenerateContentPassage(bool counts) => _counts = counts;

    public static GenerateContentPassage Instance { get; } = new(counts: false);

    /// <summary>The same request, only to be counted.</summary>
    public static GenerateContentPassage Counting { get; } = new(counts: true);

    /// <summary>Where a request goes, relative to the account's address.</summary>
    public static string PathOf(ExchangeRequest request) =>
        GeminiModelName.Path(request.UpstreamModel, request.Scan.Stream ? "streamGenerateContent?alt=sse" : "generateContent");

    public GatewayRefusal? WriteRequest(ExchangeRequest request, IBufferWriter<byte> output, out UpstreamTarget target)
    {
        target = new UpstreamTarget(_counts ? GeminiModelName.Path(request.UpstreamModel, "countTokens") : PathOf(request));
        new GenerateContentRewrite(request.UpstreamModel, request.Cap).Write(output, request.Body, (GenerateContentScan)request.Scan);
        return null;
    }

    public PlainAnswer ReadPlain(ExchangeRequest request, in ReadOnlySequence<byte> body) => new(Read(body));

    public IStreamTap Tap(ExchangeRequest request, bool holdEnd) => new GeminiTap();

    public AnswerObservation ReadRefusal(in ReadOnlySequence<byte> body) => Read(body);

    internal static AnswerObservation Read(in ReadOnlySequence<byte> body)
    {
        var seen = new AnswerObservation();
        var reader = new Utf8JsonReader(body);
        try
        {
            GeminiPayload.Read(ref reader, seen);
        }
        // The second is half of a surrogate pair in a member's name.
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            seen.Unreadable = 1;
        }

        return seen;
    }
}
