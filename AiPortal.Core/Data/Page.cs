using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace AiPortal.Core.Data;

/// <summary>Part of a list; <c>NextCursor</c> is null at its end.</summary>
public sealed record Page<T>(IReadOnlyList<T> Data, string? NextCursor)
{
    /// <summary>Makes a page of what was read with one row more than <paramref name="limit"/>.</summary>
    public static Page<T> Of(IReadOnlyList<T> read, int limit, Func<T, string> cursorOf) =>
        read.Count <= limit ? new Page<T>(read, null) : new Page<T>([.. read.Take(limit)], cursorOf(read[limit - 1]));

    /// <summary>The same page of other rows.</summary>
    public Page<TOther> Select<TOther>(Func<T, TOther> change) => new([.. Data.Select(change)], NextCursor);
}

/// <summary>A cursor names the last row of a page by its sort keys, as opaque base64url text.</summary>
public static class Cursor
{
    public const int DefaultLimit = 50;
    public const int MaxLimit = 500;
    private const int MaxLength = 2000;

    public static string Of(params ReadOnlySpan<string> keys) =>
        Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(keys.ToArray()));

    /// <summary>A cursor over an instant and an id.</summary>
    public static string Of(DateTimeOffset at, Guid id) =>
        Of(at.UtcTicks.ToString(CultureInfo.InvariantCulture), id.ToString());

    /// <summary>False when the text was not made by <see cref="Of(ReadOnlySpan{string})"/> with so many keys.</summary>
    public static bool TryRead(string? cursor, int count, out string[] keys)
    {
        keys = [];
        if (cursor is null or { Length: > MaxLength } || !Base64Url.IsValid(cursor)) return false;
        try
        {
            keys = JsonSerializer.Deserialize<string[]>(Encoding.UTF8.GetString(Base64Url.DecodeFromChars(cursor))) ?? [];
        }
        catch (JsonException)
        {
            return false;
        }

        return keys.Length == count && Array.TrueForAll(keys, key => key is not null && !key.Contains('\0', StringComparison.Ordinal));
    }

    /// <summary>Reads a cursor over an instant and an id.</summary>
    public static bool TryRead(string? cursor, out DateTimeOffset at, out Guid id)
    {
        (at, id) = (default, default);
        if (!TryRead(cursor, 2, out var keys) || !Guid.TryParse(keys[1], out id)) return false;
        if (!long.TryParse(keys[0], NumberStyles.None, CultureInfo.InvariantCulture, out var ticks) || ticks > DateTimeOffset.MaxValue.UtcTicks) return false;
        at = new DateTimeOffset(ticks, TimeSpan.Zero);
        return true;
    }
}
