using System.Buffers.Text;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace AiPortal.Benchmarks.Load;

/// <summary>
/// One keep-alive HTTP/1.1 connection on a blocking socket: send a prepared request, then pull the decoded body piece by
/// piece. Blocking on purpose: the kernel wakes the waiting thread itself, so that the client adds no thread-pool delay to
/// what it measures, and allocates nothing for a request.
/// </summary>
internal sealed class HttpConnection(IPEndPoint server) : IDisposable
{
    private readonly byte[] _buffer = new byte[64 * 1024];
    private Socket? _socket;
    private int _start;
    private int _end;
    private long _left;
    private bool _chunked;
    private bool _inChunk;

    public int Status { get; private set; }

    public void Send(ReadOnlySpan<byte> request)
    {
        if (_socket is null)
        {
            _socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveTimeout = 30_000, SendTimeout = 30_000 };
            _socket.Connect(server);
            _start = _end = 0;
        }

        while (!request.IsEmpty) request = request[_socket.Send(request)..];
    }

    /// <exception cref="IOException">The server closed before it, or neither a length nor chunks frame the body.</exception>
    public void ReadHead()
    {
        int length;
        while ((length = Unread.IndexOf("\r\n\r\n"u8)) < 0) Receive();
        var head = _buffer.AsSpan(_start, length + 2);
        _start += length + 4;
        if (!Utf8Parser.TryParse(head["HTTP/1.1 ".Length..], out int status, out _)) throw new IOException("No status line.");
        Status = status;
        (_left, _chunked, _inChunk) = (-1, false, false);
        for (head = AfterLine(head); !head.IsEmpty; head = AfterLine(head))
        {
            if (Value(head, "content-length:"u8) is { IsEmpty: false } digits && Utf8Parser.TryParse(digits, out long bytes, out _)) _left = bytes;
            else if (Value(head, "transfer-encoding:"u8).StartsWith("chunked"u8)) (_chunked, _left) = (true, 0);
        }

        if (_left < 0) throw new IOException("The answer's end is not announced.");
    }

    /// <summary>The next piece of the body; empty at its end. Valid until the next call.</summary>
    public ReadOnlySpan<byte> ReadBody()
    {
        if (_chunked && _left == 0 && !NextChunk()) return default;
        if (_left == 0) return default;
        if (_start == _end) Receive();
        var piece = _buffer.AsSpan(_start, (int)Math.Min(_end - _start, _left));
        _start += piece.Length;
        _left -= piece.Length;
        return piece;
    }

    public void Dispose()
    {
        _socket?.Dispose();
        _socket = null;
    }

    private Span<byte> Unread => _buffer.AsSpan(_start, _end - _start);

    private bool NextChunk()
    {
        if (_inChunk) ReadLine();
        if (!Utf8Parser.TryParse(ReadLine(), out _left, out _, 'x')) throw new IOException("No chunk size.");
        _inChunk = _left > 0;
        if (_inChunk) return true;
        while (ReadLine().Length > 0)
        {
        }

        _chunked = false;
        return false;
    }

    private ReadOnlySpan<byte> ReadLine()
    {
        int length;
        while ((length = Unread.IndexOf("\r\n"u8)) < 0) Receive();
        var line = _buffer.AsSpan(_start, length);
        _start += length + 2;
        return line;
    }

    private void Receive()
    {
        if (_start == _end) _start = _end = 0;
        if (_end == _buffer.Length)
        {
            if (_start == 0) throw new IOException("A line is too long.");
            Unread.CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }

        var length = _socket!.Receive(_buffer.AsSpan(_end));
        if (length == 0) throw new IOException("The server closed inside its answer.");
        _end += length;
    }

    private static Span<byte> AfterLine(Span<byte> head) => head[(head.IndexOf((byte)'\n') + 1)..];

    private static ReadOnlySpan<byte> Value(ReadOnlySpan<byte> head, ReadOnlySpan<byte> name) =>
        head.Length > name.Length && Ascii.EqualsIgnoreCase(head[..name.Length], name) ? head[name.Length..].TrimStart((byte)' ') : default;
}
