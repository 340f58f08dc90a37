using System.Buffers;

namespace AiPortal.Core.Gateway.Gemini;

/// <summary>Makes of a stream of events the one JSON array that Google's interface gives where no events are asked for, element by element as they come.</summary>
internal sealed class ArrayTap(IStreamTap events) : IStreamTap
{
    private readonly FrameSplitter _frames = new(GeminiTap.DefaultMaxFrameBytes);
    private readonly ArrayBufferWriter<byte> _passing = new();
    private bool _began;
    private bool _closed;

    public AnswerObservation Seen => events.Seen;

    public bool IsComplete => events.IsComplete && Fault is null;

    public bool ErrorPassed => events.ErrorPassed;

    public bool IsMidFrame => false;

    public string ContentType => "application/json";

    public GatewayFailure? Fault => events.Fault ?? (_frames.IsTooLong ? GatewayFailure.UpstreamGarbled : null);

    public bool Push(ReadOnlySpan<byte> chunk, IBufferWriter<byte> output)
    {
        events.Push(chunk, _passing);
        Move(output);
        return Fault is null;
    }

    public void Finish(IBufferWriter<byte> output)
    {
        events.Finish(_passing);
        Move(output);
    }

    public void WriteEnd(IBufferWriter<byte> output)
    {
        events.WriteEnd(_passing);
        Move(output);
        Close(output);
    }

    public void Dispose()
    {
        events.Dispose();
        _frames.Dispose();
    }

    private void Move(IBufferWriter<byte> output)
    {
        var chunk = _passing.WrittenSpan;
        while (_frames.TryNext(ref chunk, out var frame))
        {
            var element = SseFrame.Payload(frame, out ReadOnlySpan<byte> _);
            if (element.IsEmpty) continue;
            output.Write(_began ? ",\r\n"u8 : "["u8);
            output.Write(element);
            _began = true;
        }

        _passing.ResetWrittenCount();
        // An error of the provider's is the last element; nothing is written behind it.
        if (events.ErrorPassed) Close(output);
    }

    private void Close(IBufferWriter<byte> output)
    {
        if (_closed) return;
        output.Write(_began ? "\r\n]"u8 : "[]"u8);
        _closed = true;
    }
}
