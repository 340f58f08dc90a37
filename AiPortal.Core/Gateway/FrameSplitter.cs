using System.Buffers;

namespace AiPortal.Core.Gateway;

/// <summary>Cuts an event stream into its frames: the bytes up to and with an empty line, however the pieces fall.</summary>
internal sealed class FrameSplitter(int maxFrameBytes) : IDisposable
{
    private const int FirstBufferBytes = 4 * 1024;
    private const int KeptBufferBytes = 64 * 1024;

    private byte[]? _held;
    private int _count;
    private int _used;
    private bool _lineIsBlank = true;

    /// <summary>A frame was longer than allowed; nothing more can be read.</summary>
    public bool IsTooLong { get; private set; }

    /// <summary>What has come of the frame that is not finished.</summary>
    public ReadOnlySpan<byte> Rest => _held is null ? default : _held.AsSpan(_used, _count - _used);

    /// <summary>The next whole frame, valid until the next call; takes from <paramref name="chunk"/> what it has read.</summary>
    public bool TryNext(ref ReadOnlySpan<byte> chunk, out ReadOnlySpan<byte> frame)
    {
        frame = default;
        if (_used > 0)
        {
            (_count, _used) = (0, 0);
            if (_held!.Length > KeptBufferBytes) Dispose();
        }

        for (var read = 0; read < chunk.Length;)
        {
            var newline = chunk[read..].IndexOf((byte)'\n');
            var line = newline < 0 ? chunk[read..] : chunk.Slice(read, newline);
            var blank = _lineIsBlank && (line.IsEmpty || line.SequenceEqual("\r"u8));
            if (newline < 0)
            {
                _lineIsBlank = blank;
                break;
            }

            read += newline + 1;
            _lineIsBlank = true;
            if (!blank) continue;
            if (!Keep(chunk[..read])) return false;
            chunk = chunk[read..];
            _used = _count;
            frame = _held.AsSpan(0, _count);
            return true;
        }

        Keep(chunk);
        chunk = default;
        return false;
    }

    public void Dispose()
    {
        if (_held is not null) ArrayPool<byte>.Shared.Return(_held);
        _held = null;
    }

    private bool Keep(ReadOnlySpan<byte> part)
    {
        var needed = _count + part.Length;
        IsTooLong |= needed > maxFrameBytes;
        if (IsTooLong) return false;
        if (_held is null || _held.Length < needed)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(FirstBufferBytes, Math.Max(needed, 2 * (_held?.Length ?? 0))));
            _held.AsSpan(0, _count).CopyTo(larger);
            Dispose();
            _held = larger;
        }

        part.CopyTo(_held.AsSpan(_count));
        _count = needed;
        return true;
    }
}
