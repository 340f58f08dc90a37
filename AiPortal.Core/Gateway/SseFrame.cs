using System.Buffers;

namespace AiPortal.Core.Gateway;

/// <summary>One frame of an event stream, such as <c>data: {"id":"chatcmpl-1"}</c> and an empty line.</summary>
internal static class SseFrame
{
    /// <summary>The frame's data, its lines joined; empty for comments. A frame that is bare JSON (an error written behind the stream) is its own data.</summary>
    public static ReadOnlySpan<byte> Payload(ReadOnlySpan<byte> frame, out bool isErrorEvent)
    {
        var payload = Payload(frame, out ReadOnlySpan<byte> name);
        isErrorEvent = name.SequenceEqual("error"u8);
        return payload;
    }

    /// <inheritdoc cref="Payload(ReadOnlySpan{byte}, out bool)"/>
    /// <param name="name">The frame's <c>event:</c>, empty where it has none.</param>
    public static ReadOnlySpan<byte> Payload(ReadOnlySpan<byte> frame, out ReadOnlySpan<byte> name)
    {
        name = default;
        ReadOnlySpan<byte> first = default;
        ArrayBufferWriter<byte>? joined = null;
        var dataLines = 0;
        for (var rest = frame; !rest.IsEmpty;)
        {
            var line = NextLine(ref rest);
            if (line.StartsWith("event:"u8)) name = line["event:"u8.Length..].Trim((byte)' ');
            if (!line.StartsWith("data:"u8)) continue;

            line = line["data:"u8.Length..];
            if (dataLines++ == 0)
            {
                first = line;
                continue;
            }

            if (joined is null) (joined = new ArrayBufferWriter<byte>()).Write(first);
            joined.Write("\n"u8);
            joined.Write(line);
        }

        if (dataLines > 0) return TrimSpace(joined is null ? first : joined.WrittenSpan);
        var bare = TrimSpace(frame);
        return bare.StartsWith("{"u8) ? bare : default;
    }

    private static ReadOnlySpan<byte> NextLine(scoped ref ReadOnlySpan<byte> rest)
    {
        var end = rest.IndexOf((byte)'\n');
        var line = end < 0 ? rest : rest[..end];
        rest = end < 0 ? default : rest[(end + 1)..];
        return line.EndsWith("\r"u8) ? line[..^1] : line;
    }

    private static ReadOnlySpan<byte> TrimSpace(ReadOnlySpan<byte> text) => text.Trim(" \t\r\n"u8);
}
