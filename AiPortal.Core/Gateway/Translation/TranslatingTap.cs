using System.Buffers;
using System.Text;
using System.Text.Json;

namespace AiPortal.Core.Gateway.Translation;

/// <summary>Turns a provider's stream into the caller's, frame by frame: what a frame says goes on when the frame is whole.</summary>
internal sealed class TranslatingTap(IAnswerReader reader, IAnswerWriter writer, int maxFrameBytes = TranslatingTap.DefaultMaxFrameBytes) : IStreamTap
{
    /// <summary>An image that comes in one frame may take some megabytes.</summary>
    public const int DefaultMaxFrameBytes = 32 * 1024 * 1024;

    private readonly FrameSplitter _frames = new(maxFrameBytes);
    private readonly List<AnswerEvent> _events = [];

    public AnswerObservation Seen { get; } = new();

    public bool IsComplete => reader.IsComplete && Seen.Error is null && Fault is null;

    public bool IsMidFrame => false;

    public bool ErrorPassed => false;

    public GatewayFailure? Fault { get; private set; }

    public bool Push(ReadOnlySpan<byte> chunk, IBufferWriter<byte> output)
    {
        while (Fault is null && _frames.TryNext(ref chunk, out var frame)) Take(frame, output);
        if (_frames.IsTooLong) Fault = GatewayFailure.UpstreamGarbled;
        return Fault is null;
    }

    public void Finish(IBufferWriter<byte> output)
    {
        if (Fault is null && _frames.Rest is { IsEmpty: false } frame) Take(frame, output);
    }

    public void WriteEnd(IBufferWriter<byte> output) => writer.WriteEnd(output);

    public void Dispose() => _frames.Dispose();

    private void Take(ReadOnlySpan<byte> frame, IBufferWriter<byte> output)
    {
        var payload = SseFrame.Payload(frame, out ReadOnlySpan<byte> name);
        if (payload.IsEmpty || reader.ReadMarker(payload)) return;
        try
        {
            var json = new Utf8JsonReader(payload);
            using var document = JsonDocument.ParseValue(ref json);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
                reader.ReadFrame(name.IsEmpty ? null : Encoding.UTF8.GetString(name), document.RootElement, _events);
            else Seen.Unreadable++;
        }
        // The second is half of a surrogate pair.
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            Seen.Unreadable++;
        }

        foreach (var happened in _events)
        {
            Seen.Note(happened);
            // Nothing follows an error; the relay says it in the caller's own way.
            if (Seen.Error is null) writer.Write(happened, output);
        }

        _events.Clear();
    }
}
