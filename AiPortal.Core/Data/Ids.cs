using System.Buffers.Binary;
using System.Security.Cryptography;

namespace AiPortal.Core.Data;

/// <summary>Row ids: UUIDv7, so that they sort by the instant they were made.</summary>
public static class Ids
{
    private const int RandomBytes = 10;

    // Random bytes are fetched for many ids at once: one by one, each costs a call into the kernel.
    [ThreadStatic]
    private static byte[]? _random;

    [ThreadStatic]
    private static int _used;

    public static Guid New(TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(clock);
        return New(clock.GetUtcNow());
    }

    internal static Guid New(DateTimeOffset at)
    {
        var milliseconds = at.ToUnixTimeMilliseconds();
        ArgumentOutOfRangeException.ThrowIfNegative(milliseconds, nameof(at));
        Span<byte> id = stackalloc byte[16];
        BinaryPrimitives.WriteInt64BigEndian(id, milliseconds << 16);
        Random().CopyTo(id[6..]);
        id[6] = (byte)(0x70 | (id[6] & 0x0F));
        id[8] = (byte)(0x80 | (id[8] & 0x3F));
        return new Guid(id, bigEndian: true);
    }

    private static ReadOnlySpan<byte> Random()
    {
        var random = _random ??= new byte[200 * RandomBytes];
        if (_used == 0) RandomNumberGenerator.Fill(random);
        var next = random.AsSpan(_used, RandomBytes);
        _used = (_used + RandomBytes) % random.Length;
        return next;
    }
}
