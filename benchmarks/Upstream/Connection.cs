using System.Buffers.Text;
using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace AiPortal.Benchmarks.Upstream;

/// <summary>One client's connection, kept alive until the client closes it.</summary>
internal sealed class Connection(Socket socket)
{
    private readonly byte[] _buffer = new byte[256 * 1024];
    private readonly byte[] _chunk = Answers.ContentChunk.ToArray();
    private int _have;

    public void Serve()
    {
        MonotonicClock.Sharpen();
        using (socket)
        {
            try
            {
                while (ReadRequest() is var end and > 0)
                {
                    Answer(_buffer.AsSpan(0, end));
                    _buffer.AsSpan(end, _have - end).CopyTo(_buffer);
                    _have -= end;
                }
            }
            catch (SocketException)
            {
                // The client has gone; nobody is left to tell.
            }
        }
    }

    /// <summary>The length of the next request, head and body; 0 when the client closed.</summary>
    private int ReadRequest()
    {
        int head;
        while ((head = _buffer.AsSpan(0, _have).IndexOf("\r\n\r\n"u8)) < 0)
            if (!Receive()) return 0;
        var text = Encoding.ASCII.GetString(_buffer, 0, head + 2);
        var start = head + 4;
        if (text.Contains("transfer-encoding: chunked", StringComparison.OrdinalIgnoreCase))
        {
            int last;
            while ((last = _buffer.AsSpan(start, _have - start).IndexOf("\r\n0\r\n\r\n"u8)) < 0)
                if (!Receive()) return 0;
            return start + last + 7;
        }

        var end = start + ContentLength(text);
        while (_have < end)
            if (!Receive()) return 0;
        return end;
    }

    private static int ContentLength(string head)
    {
        const string Name = "\r\ncontent-length:";
        var at = head.IndexOf(Name, StringComparison.OrdinalIgnoreCase);
        if (at < 0) return 0;
        at += Name.Length;
        return int.Parse(head.AsSpan(at, head.IndexOf('\r', at) - at), NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture);
    }

    private bool Receive()
    {
        var length = socket.Receive(_buffer.AsSpan(_have));
        _have += length;
        return length > 0;
    }

    private void Answer(ReadOnlySpan<byte> request)
    {
        if (request.IndexOf("\"stream\":true"u8) < 0)
        {
            Send(Answers.PlainResponse);
            return;
        }

        var (chunks, delay) = (Setting(request, "chunks="u8, 40), Setting(request, "delay="u8, 0));
        var start = MonotonicClock.Now;
        Send(Answers.StreamStart);
        for (var i = 0; i < chunks; i++)
        {
            // An absolute schedule: lateness does not add up.
            MonotonicClock.SleepUntil(start + (long)i * delay * 1_000_000);
            MonotonicClock.Now.TryFormat(_chunk.AsSpan(Answers.StampAt, 19), out _, "D19", CultureInfo.InvariantCulture);
            Send(_chunk);
        }

        Send(Answers.StreamEnd(chunks));
    }

    private static int Setting(ReadOnlySpan<byte> request, ReadOnlySpan<byte> name, int standard)
    {
        var at = request.IndexOf("[["u8);
        if (at < 0) return standard;
        var settings = request[at..];
        at = settings.IndexOf(name);
        return at >= 0 && Utf8Parser.TryParse(settings[(at + name.Length)..], out int value, out _) ? value : standard;
    }

    private void Send(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty) bytes = bytes[socket.Send(bytes)..];
    }
}
