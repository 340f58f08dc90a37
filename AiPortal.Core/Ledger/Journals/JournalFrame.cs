using System.Buffers.Binary;
using System.Numerics;

namespace AiPortal.Core.Ledger.Journals;

/// <summary>What a frame holds. The numbers are on disk: never renumber.</summary>
internal enum JournalFrameType : byte
{
    /// <summary>First in every segment.</summary>
    Header = 1,
    Intent = 2,
    Settlement = 3,
}

/// <summary>
/// A record on disk, little-endian: u32 payload length, u32 CRC-32C of type and payload, u8 type, payload (UTF-8 JSON).
/// The length is never zero, so a stretch of zeros is no record.
/// </summary>
internal static class JournalFrame
{
    public const int HeaderBytes = 9;
    public const int MaxPayloadBytes = 16 << 20;

    /// <summary>Fills in the header of a frame whose payload is in place.</summary>
    public static void Seal(Span<byte> frame, JournalFrameType type)
    {
        frame[8] = (byte)type;
        BinaryPrimitives.WriteUInt32LittleEndian(frame, (uint)(frame.Length - HeaderBytes));
        BinaryPrimitives.WriteUInt32LittleEndian(frame[4..], Checksum(frame[8..]));
    }

    /// <summary>Whether a whole, undamaged frame begins here.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out JournalFrameType type, out ReadOnlySpan<byte> payload)
    {
        type = default;
        payload = default;
        if (bytes.Length <= HeaderBytes)
            return false;
        var length = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
        if (length is 0 or > MaxPayloadBytes || length > bytes.Length - HeaderBytes)
            return false;
        var body = bytes.Slice(HeaderBytes - 1, (int)length + 1);
        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]) != Checksum(body))
            return false;
        type = (JournalFrameType)body[0];
        payload = body[1..];
        return true;
    }

    private static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        for (; bytes.Length >= 8; bytes = bytes[8..])
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        foreach (var value in bytes)
            crc = BitOperations.Crc32C(crc, value);
        return ~crc;
    }
}
