using System.Buffers;
using System.Text;

namespace AiPortal.Tests.Gateway;

/// <summary>Bodies as they come from a socket: one segment, or many.</summary>
internal static class Bytes
{
    public static ReadOnlySequence<byte> Of(string text) => new(Encoding.UTF8.GetBytes(text));

    /// <summary>The same bytes in segments of <paramref name="size"/>.</summary>
    public static ReadOnlySequence<byte> InSegments(ReadOnlyMemory<byte> bytes, int size)
    {
        if (bytes.Length <= size) return new ReadOnlySequence<byte>(bytes);
        var first = new Segment(bytes[..size], 0);
        var last = first;
        for (var at = size; at < bytes.Length; at += size) last = last.Append(bytes.Slice(at, Math.Min(size, bytes.Length - at)));
        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    public static ReadOnlySequence<byte> InSegments(string text, int size) => InSegments(Encoding.UTF8.GetBytes(text), size);

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, long start)
        {
            Memory = memory;
            RunningIndex = start;
        }

        public Segment Append(ReadOnlyMemory<byte> memory)
        {
            var next = new Segment(memory, RunningIndex + Memory.Length);
            Next = next;
            return next;
        }
    }
}
