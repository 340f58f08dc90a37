using System.Buffers.Text;

namespace AiPortal.Benchmarks.Load;

/// <summary>Follows one stream's events: when its first content came, and how long each chunk was under way by the stamp it carries.</summary>
internal sealed class ChunkReader
{
    private readonly byte[] _line = new byte[16 * 1024];
    private int _length;
    private long _asked;
    private bool _measured;
    private bool _begun;
    private bool _usage;
    private bool _done;

    public Samples First { get; } = new();

    public Samples Transit { get; } = new();

    /// <summary>Streams without usage or without their end.</summary>
    public int Broken { get; private set; }

    public void Begin(long asked, bool measured)
    {
        (_asked, _measured) = (asked, measured);
        (_length, _begun, _usage, _done) = (0, false, false, false);
    }

    public void Read(ReadOnlySpan<byte> piece)
    {
        var now = MonotonicClock.Now;
        while (!piece.IsEmpty)
        {
            var end = piece.IndexOf((byte)'\n');
            var part = end < 0 ? piece : piece[..end];
            if (_length + part.Length > _line.Length) throw new IOException("An event is too long.");
            part.CopyTo(_line.AsSpan(_length));
            _length += part.Length;
            if (end < 0) return;
            piece = piece[(end + 1)..];
            See(_line.AsSpan(0, _length), now);
            _length = 0;
        }
    }

    public void End()
    {
        if (!_usage || !_done) Broken++;
    }

    private void See(ReadOnlySpan<byte> line, long now)
    {
        if (line.IndexOf((byte)'@') is var at and > 0 && Utf8Parser.TryParse(line[(at + 1)..], out long stamp, out _) && stamp > 0)
        {
            if (_measured && !_begun) First.Add(now - _asked);
            if (_measured) Transit.Add(now - stamp);
            _begun = true;
        }
        else if (line.IndexOf("\"completion_tokens\""u8) >= 0)
        {
            _usage = true;
        }
        else if (line.IndexOf("[DONE]"u8) >= 0)
        {
            _done = true;
        }
    }
}
