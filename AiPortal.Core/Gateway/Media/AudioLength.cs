using System.Buffers;
using System.Buffers.Binary;

namespace AiPortal.Core.Gateway.Media;

/// <summary>How long sound lasts, told from its bytes: exactly for WAV and for MP3 whose frames are alike or counted, else guessed from its size.</summary>
internal static class AudioLength
{
    /// <summary>Of speech in a form that is not known here (AAC, Opus, FLAC and others take more): so its length is guessed rather too long.</summary>
    private const long GuessedBitsPerSecond = 24_000;

    /// <summary>What of a sound is looked at.</summary>
    public const int HeadBytes = 4 * 1024;

    private const int MsPerSecond = 1000;
    private static readonly int[] Version1Kbits = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0];
    private static readonly int[] Version2Kbits = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0];
    private static readonly int[] Version1Rates = [44_100, 48_000, 32_000, 0];

    /// <summary>Milliseconds.</summary>
    public static long Of(in ReadOnlySequence<byte> sound)
    {
        Span<byte> head = stackalloc byte[HeadBytes];
        head = head[..(int)Math.Min(HeadBytes, sound.Length)];
        sound.Slice(0, head.Length).CopyTo(head);
        return Of(head, sound.Length);
    }

    /// <param name="head">Its first bytes.</param>
    /// <param name="length">Of the whole, in bytes.</param>
    public static long Of(ReadOnlySpan<byte> head, long length) => Wav(head, length) ?? Mp3(head, length) ?? Up(length * 8 * MsPerSecond, GuessedBitsPerSecond);

    /// <summary>Of samples without any header.</summary>
    public static long OfSamples(long bytes, long bytesPerSecond) => Up(bytes * MsPerSecond, bytesPerSecond);

    // RIFF, size, WAVE; then chunks: four letters, size, content. "fmt " tells bytes a second at 8, "data" is the sound.
    private static long? Wav(ReadOnlySpan<byte> head, long length)
    {
        if (head.Length < 12 || !head.StartsWith("RIFF"u8) || !head[8..].StartsWith("WAVE"u8)) return null;
        uint rate = 0;
        for (var at = 12; at + 8 <= head.Length;)
        {
            var size = BinaryPrimitives.ReadUInt32LittleEndian(head[(at + 4)..]);
            var name = head.Slice(at, 4);
            at += 8;
            if (name.SequenceEqual("fmt "u8) && at + 12 <= head.Length) rate = BinaryPrimitives.ReadUInt32LittleEndian(head[(at + 8)..]);
            // A size that was not known when the header was written says nothing.
            if (name.SequenceEqual("data"u8)) return rate == 0 ? null : Up(Math.Min(size, length - at) * MsPerSecond, rate);
            if (size > head.Length) return null;
            at += (int)size + (int)(size & 1);
        }

        return null;
    }

    private static long? Mp3(ReadOnlySpan<byte> head, long length)
    {
        var start = 0;
        // Tags before the sound: "ID3", version, flags, size in four times seven bits.
        if (head.Length > 10 && head.StartsWith("ID3"u8)) start = 10 + ((head[6] & 0x7F) << 21) + ((head[7] & 0x7F) << 14) + ((head[8] & 0x7F) << 7) + (head[9] & 0x7F);
        if (start + 4 > head.Length || head[start] != 0xFF || (head[start + 1] & 0xE6) != 0xE2) return null;
        var version = (head[start + 1] >> 3) & 3;
        var kbits = (version == 3 ? Version1Kbits : Version2Kbits)[head[start + 2] >> 4];
        var rate = Version1Rates[(head[start + 2] >> 2) & 3] >> (version switch { 3 => 0, 2 => 1, _ => 2 });
        if (version == 1 || kbits == 0 || rate == 0) return null;
        var frame = head[start..];
        var counted = frame[..Math.Min(frame.Length, 64)].IndexOf("Xing"u8);
        if (counted > 0 && counted + 12 <= frame.Length && (frame[counted + 7] & 1) != 0)
            return Up(BinaryPrimitives.ReadUInt32BigEndian(frame[(counted + 8)..]) * (version == 3 ? 1152L : 576L) * MsPerSecond, rate);
        return Up((length - start) * 8, kbits);
    }

    private static long Up(long amount, long per) => (amount + per - 1) / per;
}
