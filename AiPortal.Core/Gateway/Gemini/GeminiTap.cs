using System.Buffers;
using System.Text.Json;

namespace AiPortal.Core.Gateway.Gemini;

/// <summary>
/// Stands beside the relay of a Gemini stream: bytes go on as they come and at once, frames are read for usage, text and ending. The
/// dialect has no end marker: the stream is whole when a reason to finish was seen, or the prompt was blocked.
/// </summary>
internal sealed class GeminiTap(int maxFrameBytes = GeminiTap.DefaultMaxFrameBytes) : IStreamTap
{
    /// <summary>An image that comes in one frame may take some megabytes.</summary>
    public const int DefaultMaxFrameBytes = 32 * 1024 * 1024;

    private const int MaxUnreadable = 256;

    private readonly FrameSplitter _frames = new(maxFrameBytes);
    private bool _finished;
    private bool _brokenOff;

    public AnswerObservation Seen { get; } = new();

    public bool IsComplete => Seen.FinishReason is not null && Seen.Error is null && Fault is null && !_brokenOff;

    public bool IsMidFrame => !_finished && !_frames.Rest.IsEmpty;

    /// <summary>An error of the provider's goes on like any frame.</summary>
    public bool ErrorPassed => Seen.Error is not null;

    public GatewayFailure? Fault { get; private set; }

    public bool Push(ReadOnlySpan<byte> chunk, IBufferWriter<byte> output)
    {
        if (Fault is not null) return false;
        var rest = chunk;
        while (_frames.TryNext(ref rest, out var frame)) Inspect(frame);
        if (_frames.IsTooLong)
        {
            Fault = GatewayFailure.UpstreamGarbled;
            return false;
        }

        output.Write(chunk);
        return true;
    }

    /// <summary>A last frame without its empty line counts.</summary>
    public void Finish(IBufferWriter<byte> output)
    {
        if (Fault is not null || _frames.Rest is not { IsEmpty: false } frame) return;
        var unreadable = Seen.Unreadable;
        Inspect(frame);
        _brokenOff = Seen.Unreadable > unreadable;
        // Whoever reads by empty lines would never see it otherwise.
        if (!IsComplete) return;
        output.Write("\n\n"u8);
        _finished = true;
    }

    public void WriteEnd(IBufferWriter<byte> output)
    {
        // The end of the connection is the end.
    }

    public void Dispose() => _frames.Dispose();

    private void Inspect(ReadOnlySpan<byte> frame)
    {
        var payload = SseFrame.Payload(frame, out ReadOnlySpan<byte> _);
        if (payload.IsEmpty || Seen.Unreadable >= MaxUnreadable) return;
        try
        {
            var reader = new Utf8JsonReader(payload);
            GeminiPayload.Read(ref reader, Seen);
        }
        // The second is half of a surrogate pair in a member's name.
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            Seen.Unreadable++;
        }
    }
}
