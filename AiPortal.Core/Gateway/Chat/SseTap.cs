using System.Buffers;
using System.Text.Json;

namespace AiPortal.Core.Gateway.Chat;

/// <summary>
/// Stands beside the relay of an event stream: bytes go on as they come, frames are read for usage, text and ending.
/// Withheld are only the usage chunk that the caller did not ask for, the end marker where something has to go before it,
/// and an unfinished frame for as long as it may be one of the two.
/// </summary>
/// <param name="hideUsageChunk">The caller did not ask for <c>stream_options.include_usage</c>.</param>
/// <param name="holdEndMarker">The caller of this class writes <see cref="EndMarker"/> itself once <see cref="EndMarkerSeen"/>.</param>
/// <param name="maxFrameBytes">A longer frame is a fault; an image inside a delta may take some megabytes.</param>
/// <param name="ignoreUsage">What is said of usage does not count.</param>
public sealed class SseTap(bool hideUsageChunk, bool holdEndMarker = false, int maxFrameBytes = SseTap.DefaultMaxFrameBytes, bool ignoreUsage = false) : IStreamTap
{
    public const int DefaultMaxFrameBytes = 4 * 1024 * 1024;

    private const int KeptBufferBytes = 64 * 1024;
    private const int MaxUnreadable = 256;

    private readonly bool _passesAll = !hideUsageChunk && !holdEndMarker;
    private FrameSniffer _sniffer = new(hideUsageChunk, holdEndMarker);
    private byte[]? _held;
    private int _heldCount;
    private int _forwarded;
    private int _lineLength;
    private bool _lineIsReturn;

    public static ReadOnlySpan<byte> EndMarker => "data: [DONE]\n\n"u8;

    public AnswerObservation Seen { get; } = new();

    public bool EndMarkerSeen { get; private set; }

    /// <summary>The provider brought its answer to an end: an end marker, or a reason to finish, and no error.</summary>
    public bool IsComplete => (EndMarkerSeen || Seen.FinishReason is not null) && Seen.Error is null && Fault is null;

    /// <summary>The last bytes passed on belong to an unfinished frame: an empty line must come before anything else is written.</summary>
    public bool IsMidFrame => _forwarded > 0;

    /// <summary>Set when a frame is too long to be one. The stream must not be relayed further.</summary>
    public GatewayFailure? Fault { get; private set; }

    /// <summary>An error of the provider's goes on like any frame.</summary>
    public bool ErrorPassed => Seen.Error is not null;

    /// <summary>Takes the next bytes and writes to <paramref name="output"/> what may go on now. False after a fault.</summary>
    public bool Push(ReadOnlySpan<byte> chunk, IBufferWriter<byte> output)
    {
        if (Fault is not null) return false;
        int run = 0, frame = 0, line = 0;
        for (int length; (length = chunk[line..].IndexOf((byte)'\n')) >= 0;)
        {
            var isBlank = EndLine(chunk.Slice(line, length));
            line += length + 1;
            if (!isBlank) continue;

            if (_heldCount + line - frame > maxFrameBytes) break;
            if (_heldCount > 0)
            {
                FinishHeld(chunk[frame..line], output);
                run = line;
            }
            else if (!Inspect(chunk[frame..line]))
            {
                output.Write(chunk[run..frame]);
                run = line;
            }

            frame = line;
        }

        output.Write(chunk[run..frame]);
        var rest = chunk[frame..];
        if (_heldCount + rest.Length > maxFrameBytes)
        {
            Fault = GatewayFailure.UpstreamGarbled;
            return false;
        }

        ContinueLine(chunk[line..]);
        Hold(rest, output);
        return true;
    }

    /// <summary>
    /// The provider closed the stream. A last frame without its empty line counts, and goes on unless it is to be withheld;
    /// a frame that broke off goes no further.
    /// </summary>
    public void Finish(IBufferWriter<byte> output)
    {
        if (_heldCount == 0 || Fault is not null) return;
        var unreadable = Seen.Unreadable;
        if (Inspect(_held.AsSpan(0, _heldCount)) && Seen.Unreadable == unreadable)
        {
            output.Write(_held.AsSpan(_forwarded, _heldCount - _forwarded));
            _forwarded = _heldCount;
        }

        _heldCount = 0;
    }

    public void WriteEnd(IBufferWriter<byte> output)
    {
        if (holdEndMarker && EndMarkerSeen) output.Write(EndMarker);
    }

    public void Dispose()
    {
        if (_held is not null) ArrayPool<byte>.Shared.Return(_held);
        _held = null;
    }

    private bool EndLine(ReadOnlySpan<byte> end)
    {
        ContinueLine(end);
        var isBlank = _lineLength == 0 || (_lineLength == 1 && _lineIsReturn);
        _lineLength = 0;
        return isBlank;
    }

    private void ContinueLine(ReadOnlySpan<byte> part)
    {
        if (_lineLength == 0 && !part.IsEmpty) _lineIsReturn = part[0] == (byte)'\r';
        _lineLength += part.Length;
    }

    private void Hold(ReadOnlySpan<byte> part, IBufferWriter<byte> output)
    {
        if (part.IsEmpty) return;
        Append(part);
        if (!_passesAll && !_sniffer.IsOrdinary(part)) return;
        output.Write(_held.AsSpan(_forwarded, _heldCount - _forwarded));
        _forwarded = _heldCount;
    }

    private void FinishHeld(ReadOnlySpan<byte> end, IBufferWriter<byte> output)
    {
        Append(end);
        if (Inspect(_held.AsSpan(0, _heldCount))) output.Write(_held.AsSpan(_forwarded, _heldCount - _forwarded));
        _heldCount = 0;
        _forwarded = 0;
        _sniffer.Reset();
        if (_held!.Length <= KeptBufferBytes) return;
        Dispose();
    }

    private void Append(ReadOnlySpan<byte> part)
    {
        var needed = _heldCount + part.Length;
        if (_held is null || _held.Length < needed)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(needed, 2 * (_held?.Length ?? 0)));
            _held.AsSpan(0, _heldCount).CopyTo(larger);
            Dispose();
            _held = larger;
        }

        part.CopyTo(_held.AsSpan(_heldCount));
        _heldCount = needed;
    }

    /// <summary>Reads a whole frame; false when it is to be withheld.</summary>
    private bool Inspect(ReadOnlySpan<byte> frame)
    {
        var payload = SseFrame.Payload(frame, out bool isErrorEvent);
        if (payload.IsEmpty) return true;
        if (payload.SequenceEqual("[DONE]"u8))
        {
            EndMarkerSeen = true;
            return !holdEndMarker;
        }

        if (Seen.Unreadable >= MaxUnreadable) return true;
        try
        {
            var reader = new Utf8JsonReader(payload);
            var shape = ChatPayload.Read(ref reader, Seen);
            if (ignoreUsage) Seen.ForgetUsage();
            if (isErrorEvent) Seen.Error ??= new UpstreamErrorText(null, null, null, null);
            return !(hideUsageChunk && shape is { HasUsage: true, Choices: 0, HasError: false });
        }
        // The second is half of a surrogate pair in a member's name.
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            Seen.Unreadable++;
            return true;
        }
    }
}
