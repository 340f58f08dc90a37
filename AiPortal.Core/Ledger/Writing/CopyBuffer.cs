using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace AiPortal.Core.Ledger.Writing;

/// <summary>
/// Rows in PostgreSQL's binary COPY format, in pooled pieces, made before any lock is taken. Value by value the driver takes ten times
/// as long, and boxes each. A field is its length, then its bytes; null has the length −1.
/// </summary>
internal sealed class CopyBuffer : IDisposable
{
    private const int PieceBytes = 64 * 1024;
    private const int GroupDigits = 4;
    private const int Group = 10_000;
    private static readonly long Year2000 = new DateTimeOffset(2000, 1, 1, 0, 0, 0, TimeSpan.Zero).Ticks;
    private readonly List<(byte[] Bytes, int Length)> _full = [];
    private byte[] _piece = ArrayPool<byte>.Shared.Rent(PieceBytes);
    private int _length;

    public IEnumerable<ReadOnlyMemory<byte>> Pieces => _full.Select(piece => (ReadOnlyMemory<byte>)piece.Bytes.AsMemory(0, piece.Length)).Append(_piece.AsMemory(0, _length));

    public void Raw(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Take(bytes.Length));

    public void Columns(int count) => BinaryPrimitives.WriteInt16BigEndian(Take(2), (short)count);

    public void Null() => BinaryPrimitives.WriteInt32BigEndian(Take(4), -1);

    public void Value(Guid value)
    {
        var field = Field(16);
        value.TryWriteBytes(field, bigEndian: true, out _);
    }

    public void Value(DateTimeOffset value) => BinaryPrimitives.WriteInt64BigEndian(Field(8), (value.UtcTicks - Year2000) / TimeSpan.TicksPerMicrosecond);

    public void Value(int value) => BinaryPrimitives.WriteInt32BigEndian(Field(4), value);

    public void Value(long value) => BinaryPrimitives.WriteInt64BigEndian(Field(8), value);

    public void Value(bool value) => Field(1)[0] = value ? (byte)1 : (byte)0;

    public void Value(string value) => Encoding.UTF8.GetBytes(value, Field(Encoding.UTF8.GetByteCount(value)));

    /// <summary>A jsonb field: its version, 1, then the text.</summary>
    public void Json(string value)
    {
        var field = Field(1 + Encoding.UTF8.GetByteCount(value));
        field[0] = 1;
        Encoding.UTF8.GetBytes(value, field[1..]);
    }

    /// <summary>Groups of four decimal digits, the highest first: how many, the first one's power of 10,000, sign, digits after the point.</summary>
    public void Value(decimal value)
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

        var field = Field(8 + (2 * count));
        BinaryPrimitives.WriteInt16BigEndian(field, (short)count);
        BinaryPrimitives.WriteInt16BigEndian(field[2..], (short)(count == 0 ? 0 : count + dropped - groupsAfterPoint - 1));
        BinaryPrimitives.WriteInt16BigEndian(field[4..], (short)(bits[3] < 0 && count > 0 ? 0x4000 : 0));
        BinaryPrimitives.WriteInt16BigEndian(field[6..], (short)scale);
        for (var at = 8; count > 0; at += 2) BinaryPrimitives.WriteInt16BigEndian(field[at..], groups[--count]);
    }

    public void Dispose()
    {
        foreach (var (bytes, _) in _full) ArrayPool<byte>.Shared.Return(bytes);
        _full.Clear();
        ArrayPool<byte>.Shared.Return(_piece);
        _piece = [];
        _length = 0;
    }

    private static (UInt128 Quotient, short Digit) Split(ulong value)
    {
        var (quotient, digit) = Math.DivRem(value, Group);
        return (quotient, (short)digit);
    }

    private Span<byte> Field(int length)
    {
        var field = Take(4 + length);
        BinaryPrimitives.WriteInt32BigEndian(field, length);
        return field[4..];
    }

    private Span<byte> Take(int count)
    {
        if (_piece.Length - _length < count)
        {
            _full.Add((_piece, _length));
            _piece = ArrayPool<byte>.Shared.Rent(Math.Max(count, PieceBytes));
            _length = 0;
        }

        var taken = _piece.AsSpan(_length, count);
        _length += count;
        return taken;
    }
}
