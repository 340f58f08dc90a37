using System.Buffers;
using System.Text.Unicode;

namespace AiPortal.Core.Gateway;

/// <summary>Whether bytes in several segments are well-formed UTF-8. The JSON reader does not look inside strings.</summary>
internal static class Utf8Check
{
    private const int LongestCharacter = 4;

    public static bool IsWellFormed(in ReadOnlySequence<byte> bytes)
    {
        if (bytes.IsSingleSegment) return Utf8.IsValid(bytes.FirstSpan);

        Span<byte> split = stackalloc byte[LongestCharacter];
        var pending = 0;
        foreach (var segment in bytes)
        {
            var rest = segment.Span;
            while (pending > 0 && !rest.IsEmpty)
            {
                split[pending++] = rest[0];
                rest = rest[1..];
                if (pending < LengthByLead(split[0])) continue;
                if (!Utf8.IsValid(split[..pending])) return false;
                pending = 0;
            }

            var whole = rest.Length - UnfinishedTail(rest);
            if (!Utf8.IsValid(rest[..whole])) return false;
            if (whole == rest.Length) continue;
            rest[whole..].CopyTo(split);
            pending = rest.Length - whole;
        }

        return pending == 0;
    }

    private static int UnfinishedTail(ReadOnlySpan<byte> bytes)
    {
        for (var back = 1; back < LongestCharacter && back <= bytes.Length; back++)
        {
            var value = bytes[^back];
            if (value >= 0xC0) return LengthByLead(value) > back ? back : 0;
            if (value < 0x80) return 0;
        }

        return 0;
    }

    private static int LengthByLead(byte lead) => lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
}
