using System.Buffers;
using System.Text.Json;

namespace AiPortal.Core.Gateway.Anthropic;

/// <summary>
/// Stands beside the relay of a message's stream: each event goes on untouched as soon as it is whole, which is when its reader can use
/// it; one that broke off goes no further.
/// </summary>
/// <param name="holdEnd">The event that ends the stream goes on by <see cref="WriteEnd"/>.</param>
internal sealed class MessagesTap(bool holdEnd, int maxFrameBytes = MessagesTap.DefaultMaxFrameBytes) : IStreamTap
{
    public const int DefaultMaxFrameBytes = 4 * 1024 * 1024;

    private const int MaxUnreadable = 256;

    private readonly FrameSplitter _frames = new(maxFrameBytes);
    private MessagesPayload? _payload;
    private ArrayBufferWriter<byte>? _end;
    private bool _isStopped;
    private bool _brokeOff;

    public AnswerObservation Seen { get; } = new();

    public bool IsComplete => (_isStopped || Seen.FinishReason is not null) && !_brokeOff && Seen.Error is null && Fault is null;

    public bool ErrorPassed => Seen.Error is not null;

    public bool IsMidFrame => false;

    public GatewayFailure? Fault { get; private set; }

    public bool Push(ReadOnlySpan<byte> chunk, IBufferWriter<byte> output)
    {
        while (Fault is null && _frames.TryNext(ref chunk, out var frame)) Take(frame, output);
        if (_frames.IsTooLong) Fault = GatewayFailure.UpstreamGarbled;
        return Fault is null;
    }

    public void Finish(IBufferWriter<byte> output)
    {
        if (Fault is not null || _frames.Rest is not { IsEmpty: false } frame || SseFrame.Payload(frame, out bool _).IsEmpty) return;
        var (unreadable, complete) = (Seen.Unreadable, new ArrayBufferWriter<byte>());
        Take(frame, complete);
        // What a broken event said before its break has not reached the caller.
        _brokeOff = Seen.Unreadable > unreadable;
        if (!_brokeOff) output.Write(complete.WrittenSpan);
    }

    public void WriteEnd(IBufferWriter<byte> output)
    {
        if (_end is { } end) output.Write(end.WrittenSpan);
    }

    public void Dispose() => _frames.Dispose();

    private void Take(ReadOnlySpan<byte> frame, IBufferWriter<byte> output)
    {
        var payload = SseFrame.Payload(frame, out ReadOnlySpan<byte> name);
        if (!payload.IsEmpty && Seen.Unreadable < MaxUnreadable) Read(payload);
        if (name.SequenceEqual("error"u8)) Seen.Error ??= new UpstreamErrorText(null, null, null, null);
        if (holdEnd && _isStopped) (_end ??= new ArrayBufferWriter<byte>()).Write(frame);
        else output.Write(frame);
    }

    private void Read(ReadOnlySpan<byte> payload)
    {
        try
        {
            var reader = new Utf8JsonReader(payload);
            _isStopped |= (_payload ??= new MessagesPayload(Seen)).Read(ref reader);
        }
        // The second is half of a surrogate pair in a member's name.
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            Seen.Unreadable++;
        }
    }
}
