using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using AiPortal.Core.Gateway.OpenAi;

namespace AiPortal.Core.Gateway.Responses;

/// <summary>A response at a provider that makes them itself: bytes pass through but for the model and the output bound.</summary>
internal sealed class ResponsesPassage() : JsonPassage("responses")
{
    public static ResponsesPassage Instance { get; } = new();

    public override PlainAnswer ReadPlain(ExchangeRequest request, in ReadOnlySequence<byte> body) => new(Read(body));

    public override IStreamTap Tap(ExchangeRequest request, bool holdEnd) => new ResponsesTap(holdEnd);

    protected override void Change(ExchangeRequest request, List<BodyEdit> edits)
    {
        var scan = (ResponsesRequestScan)request.Scan;
        if (request.Cap is not { } cap || scan.MaxOutput is not null) return;
        var figure = cap.ToString(CultureInfo.InvariantCulture);
        edits.Add(scan.MaxOutputRange is { } own
            ? new BodyEdit(own, Encoding.ASCII.GetBytes(figure))
            : new BodyEdit(new ByteRange(scan.MembersStart, 0), Encoding.ASCII.GetBytes($"\"max_output_tokens\":{figure},")));
    }

    private static AnswerObservation Read(in ReadOnlySequence<byte> body)
    {
        var seen = new AnswerObservation();
        var reader = new Utf8JsonReader(body);
        try
        {
            ResponsesPayload.ReadWhole(ref reader, seen);
        }
        // The second is half of a surrogate pair in a member's name.
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            seen.Unreadable = 1;
        }

        return seen;
    }

    private sealed class ResponsesTap(bool holdEnd) : EventTap(holdEnd)
    {
        protected override bool Read(ReadOnlySpan<byte> payload)
        {
            var reader = new Utf8JsonReader(payload);
            return ResponsesPayload.ReadEvent(ref reader, Seen) is "response.completed" or "response.incomplete" or "response.failed" or "response.cancelled";
        }
    }
}
