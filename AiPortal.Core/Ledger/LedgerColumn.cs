using System.Text;
using System.Text.Json;
using AiPortal.Core.Data;
using NpgsqlTypes;

namespace AiPortal.Core.Ledger;

/// <summary>A column that is copied into staging.</summary>
internal sealed record LedgerColumn<T>(string Name, NpgsqlDbType Type, Func<T, object?> Value);

/// <summary>How values are written where every call passes.</summary>
internal static class LedgerText
{
    private static readonly string[] Kinds = [.. Enum.GetValues<EntryKind>().Select(EnumWord.Of)];
    private static readonly string[] Statuses = [.. Enum.GetValues<EntryStatus>().Select(EnumWord.Of)];
    private static readonly string[] CallStatuses = [.. Enum.GetValues<CallStatus>().Select(EnumWord.Of)];

    public static string Of(EntryKind kind) => Kinds[(int)kind];

    public static string Of(EntryStatus status) => Statuses[(int)status];

    public static string Of(CallStatus status) => CallStatuses[(int)status];

    public static string? Json(IReadOnlyDictionary<string, string>? tags) =>
        tags is null or { Count: 0 } ? null : JsonSerializer.Serialize(tags.ToDictionary(tag => Clean(tag.Key)!, tag => Clean(tag.Value)));

    /// <summary>PostgreSQL takes neither NUL nor half a surrogate pair; one such name must not hold up the ledger.</summary>
    public static string? Clean(string? text)
    {
        if (text is null || !text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF') && !text.Contains('\0'))
            return text;
        return Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)).Replace("\0", "", StringComparison.Ordinal);
    }
}
