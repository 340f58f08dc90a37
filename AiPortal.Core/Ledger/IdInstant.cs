namespace AiPortal.Core.Ledger;

/// <summary>When an id was made, as version 7 has it in its first 48 bits.</summary>
internal static class IdInstant
{
    private static readonly long MaxMilliseconds = new DateTimeOffset(9000, 1, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();

    public static DateTimeOffset? Of(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        if (bytes[6] >> 4 != 7) return null;
        long milliseconds = 0;
        for (var i = 0; i < 6; i++) milliseconds = (milliseconds << 8) | bytes[i];
        // A day's distance to either side must stay an instant.
        return milliseconds is > 86_400_000 && milliseconds < MaxMilliseconds ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds) : null;
    }
}
