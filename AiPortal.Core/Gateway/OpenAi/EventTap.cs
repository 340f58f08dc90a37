using System.Buffers;
using System.Text.Json;
using AiPortal.Core.Gateway.Translation;

namespace AiPortal.Core.Gateway.OpenAi;

/// <summary>Stands beside a stream of typed events that goes on as it comes. Only the event that ends it is kept back, where something has to go before it.</summary>
internal abstract class EventTap(bool holdEnd, int maxFrameBytes = TranslatingTap.DefaultMaxFrameBytes) : IStreamTap
{
    private readonly FrameSplitter _frames = new(maxFrameBytes);
    private byte[]? _end;
    private bool _ended;

    public AnswerObservation Seen { get; } = new();

    public bool IsComplete => _ended && Seen.Error is null && Fault is null;

    public bool ErrorPassed => Seen.Error is not null;

    public bool IsMidFrame => !holdEnd && !_frames.Rest.IsEmpty;

    public GatewayFailure? Fault { get; private set; }

    public bool Push(ReadOnlySpan<byte> chunk, IBufferWriter<byte> output)
    {
        if (!holdEnd) output.Write(chunk);
        while (Fault is null && _frames.TryNext(ref chunk, out var frame)) Take(frame, output);
        if (_frames.IsTooLong) Fault = GatewayFailure.UpstreamGarbled;
        return Fault is null;
    }

    public void Finish(IBufferWriter<byte> output)
    {
        if (Fault is null && _frames.Rest is { IsEmpty: false } frame) Take(frame, output);
    }

    public void WriteEnd(IBufferWriter<byte> output)
    {
        if (_end is not null) output.Write(_end);
    }

    public void Dispose() => _frames.Dispose();

    /// <summary>Notes what an event says; true for one that can end the stream.</summary>
    /// <exception cref="JsonException">The bytes are not JSON.</exception>
    protected abstract bool Read(ReadOnlySpan<byte> payload);

    private void Take(ReadOnlySpan<byte> frame, IBufferWriter<byte> output)
    {
        var isEnd = IsEnd(frame);
        _ended |= isEnd;
        if (!holdEnd) return;
        if (_end is not null) output.Write(_end);
        _end = isEnd ? frame.ToArray() : null;
        if (!isEnd) output.Write(frame);
    }

    private bool IsEnd(ReadOnlySpan<byte> frame)
    {
        var payload = SseFrame.Payload(frame, out bool isError);
        if (payload.IsEmpty) return false;
        if (payload.SequenceEqual("[DONE]"u8)) return true;
        try
        {
            var isEnd = Read(payload);
            if (isError) Seen.Error ??= new UpstreamErrorText(null, null, null, null);
            return isEnd;
        }
        // The second is half of a surrogate pair.
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            Seen.Unreadable++;
            return false;
        }
    }
}
