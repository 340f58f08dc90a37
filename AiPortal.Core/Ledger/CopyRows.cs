using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Npgsql;
using NpgsqlTypes;

namespace AiPortal.Core.Ledger;

/// <summary>
/// Rows in PostgreSQL's binary COPY format, made in memory and sent in large pieces: value by value the driver takes ten times as long,
/// and then the portal, not the database, would bound the ledger.
/// </summary>
internal static class CopyRows
{
    private const int PieceBytes = 128 * 1024;
    private const int GroupDigits = 4;
    private const int Group = 10_000;
    private static readonly byte[] Header = [.. "PGCOPY\n"u8, 0xFF, (byte)'\r', (byte)'\n', 0, 0, 0, 0, 0, 0, 0, 0, 0];
    private static readonly byte[] Trailer = [0xFF, 0xFF];
    private static readonly long Year2000 = new DateTimeOffset(2000, 1, 1, 0, 0, 0, TimeSpan.Zero).Ticks;

    public static async Task SendAsync<T>(NpgsqlConnection connection, string copy, IReadOnlyList<LedgerColumn<T>> columns, IReadOnlyList<T> rows, CancellationToken token)
    {
        var buffer = new ArrayBufferWriter<byte>(PieceBytes * 2);
        await using var stream = await connection.BeginRawBinaryCopyAsync(copy, token);
        buffer.Write(Header);
        foreach (var row in rows)
        {
            WriteInt16(buffer, (short)columns.Count);
            foreach (var (_, type, value) in columns) Write(buffer, type, value(row));
            if (buffer.WrittenCount < PieceBytes) continue;
            await stream.WriteAsync(buffer.WrittenMemory, token);
            buffer.ResetWrittenCount();
        }

        buffer.Write(Trailer);
        await stream.WriteAsync(buffer.WrittenMemory, token);
    }

    /// <summary>A field: its length, then its bytes; null has the length −1.</summary>
    /// <exception cref="InvalidCastException">The value is not of the column's type.</exception>
    internal static void Write(ArrayBufferWriter<byte> buffer, NpgsqlDbType type, object? value)
    {
        if (value is null)
        {
            WriteInt32(buffer, -1);
            return;
        }

        switch (type)
        {
            case NpgsqlDbType.Uuid:
                WriteInt32(buffer, 16);
                ((Guid)value).TryWriteBytes(buffer.GetSpan(16), bigEndian: true, out _);
                buffer.Advance(16);
                break;
            case NpgsqlDbType.TimestampTz:
                WriteInt32(buffer, 8);
                WriteInt64(buffer, (((DateTimeOffset)value).UtcTicks - Year2000) / TimeSpan.TicksPerMicrosecond);
                break;
            case NpgsqlDbType.Integer:
                WriteInt32(buffer, 4);
                WriteInt32(buffer, (int)value);
                break;
            case NpgsqlDbType.Bigint:
                WriteInt32(buffer, 8);
                WriteInt64(buffer, (long)value);
                break;
            case NpgsqlDbType.Boolean:
                WriteInt32(buffer, 1);
                WriteByte(buffer, (bool)value ? (byte)1 : (byte)0);
                break;
            case NpgsqlDbType.Numeric:
                WriteNumeric(buffer, (decimal)value);
                break;
            case NpgsqlDbType.Text or NpgsqlDbType.Varchar:
                WriteInt32(buffer, Encoding.UTF8.GetByteCount((string)value));
                Encoding.UTF8.GetBytes((string)value, buffer);
                break;
            case NpgsqlDbType.Jsonb:
                WriteInt32(buffer, 1 + Encoding.UTF8.GetByteCount((string)value));
                WriteByte(buffer, 1);
                Encoding.UTF8.GetBytes((string)value, buffer);
                break;
            default:
                throw new InvalidCastException($"{type} is not copied.");
        }
    }

    /// <summary>Groups of four decimal digits, the highest first: how many, the first one's power of 10,000, sign, digits after the point.</summary>
    private static void WriteNumeric(ArrayBufferWriter<byte> buffer, decimal value)
    {
        Span<int> bits = stackalloc int[4];
        decimal.GetBits(value, bits);
        var scale = (bits[3] >> 16) & 0xFF;
        var rest = new UInt128((uint)bits[2], ((ulong)(uint)bits[1] << 32) | (uint)bits[0]);
        var groupsAfterPoint = (scale + GroupDigits - 1) / GroupDigits;
        for (var pad = (groupsAfterPoint * GroupDigits) - scale; pad > 0; pad--) rest *= 10;

        Span<short> groups = stackalloc short[12];
        var (count, dropped) = (0, 0);
        while (rest != 0)
        {
            var (quotient, digit) = rest <= ulong.MaxValue ? Split((ulong)rest) : (rest / Group, (short)(rest % Group));
            rest = quotient;
            if (count == 0 && digit == 0) dropped++;
            else groups[count++] = digit;
        }

        WriteInt32(buffer, 8 + (2 * count));
        WriteInt16(buffer, (short)count);
        WriteInt16(buffer, (short)(count == 0 ? 0 : count + dropped - groupsAfterPoint - 1));
        WriteInt16(buffer, (short)(bits[3] < 0 && count > 0 ? 0x4000 : 0));
        WriteInt16(buffer, (short)scale);
        while (count > 0) WriteInt16(buffer, groups[--count]);
    }

    private static (UInt128 Quotient, short Digit) Split(ulong value)
    {
        var (quotient, digit) = Math.DivRem(value, Group);
        return (quotient, (short)digit);
    }

    private static void WriteByte(ArrayBufferWriter<byte> buffer, byte value)
    {
        buffer.GetSpan(1)[0] = value;
        buffer.Advance(1);
    }

    private static void WriteInt16(ArrayBufferWriter<byte> buffer, short value)
    {
        BinaryPrimitives.WriteInt16BigEndian(buffer.GetSpan(2), value);
        buffer.Advance(2);
    }

    private static void WriteInt32(ArrayBufferWriter<byte> buffer, int value)
    {
        BinaryPrimitives.WriteInt32BigEndian(buffer.GetSpan(4), value);
        buffer.Advance(4);
    }

    private static void WriteInt64(ArrayBufferWriter<byte> buffer, long value)
    {
        BinaryPrimitives.WriteInt64BigEndian(buffer.GetSpan(8), value);
        buffer.Advance(8);
    }
}
