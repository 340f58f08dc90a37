using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace AiPortal.Core.Gateway.Anthropic;

/// <summary>Messages at a provider that speaks them too: bytes pass through but for the model.</summary>
public sealed class MessagesPassage : IUpstreamExchange
{
    private readonly string _path;

    private MessagesPassage(string path) => _path = path;

    public static MessagesPassage Instance { get; } = new("v1/messages");

    /// <summary>The same body, whose tokens are only counted.</summary>
    public static MessagesPassage Counting { get; } = new("v1/messages/count_tokens");

    public IReadOnlyList<string> PassedHeaders { get; } = ["anthropic-version", "anthropic-beta"];

    public GatewayRefusal? WriteRequest(ExchangeRequest request, IBufferWriter<byte> output, out UpstreamTarget target)
    {
        target = new UpstreamTarget(_path);
        var (scan, body) = ((MessagesScan)request.Scan, request.Body);
        if (request.UpstreamModel == scan.Model)
        {
            Copy(output, body);
            return null;
        }

        Copy(output, body.Slice(0, scan.ModelRange.Start));
        output.Write("\""u8);
        output.Write(JsonEncodedText.Encode(request.UpstreamModel, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes);
        output.Write("\""u8);
        Copy(output, body.Slice(scan.ModelRange.End));
        return null;
    }

    public PlainAnswer ReadPlain(ExchangeRequest request, in ReadOnlySequence<byte> body) => new(Observe(body));

    public IStreamTap Tap(ExchangeRequest request, bool holdEnd) => new MessagesTap(holdEnd);

    public AnswerObservation ReadRefusal(in ReadOnlySequence<byte> body) => Observe(body);

    private static AnswerObservation Observe(in ReadOnlySequence<byte> body)
    {
        var seen = new AnswerObservation();
        try
        {
            var reader = new Utf8JsonReader(body);
            new MessagesPayload(seen).Read(ref reader);
        }
        // The second is half of a surrogate pair in a member's name.
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            seen.Unreadable = 1;
        }

        return seen;
    }

    private static void Copy(IBufferWriter<byte> output, in ReadOnlySequence<byte> bytes)
    {
        foreach (var segment in bytes) output.Write(segment.Span);
    }
}
