using System.Text;
using System.Text.Json;
using AiPortal.Core.Data;

namespace AiPortal.Core.Ledger;

/// <summary>How values are written where every call passes.</summary>
internal static class LedgerText
{
    private static readonly string[] Kinds = [.. Enum.GetValues<EntryKind>().Select(EnumWord.Of)];
    private static readonly string[] Statuses = [.. Enum.GetValues<EntryStatus>().Select(EnumWord.Of)];
    private static readonly string[] CallStatuses = [.. Enum.GetValues<CallStatus>().Select(EnumWord.Of)];

    public static string Of(EntryKind kind) => Kinds[(int)kind];

    public static string Of(EntryStatus status) => Statuses[(int)status];

    public static string Of(CallStatus status) => CallStatuses[(int)status];

    public static string? Json(IReadOnlyDictionary<string, string>? tags)
    {
        if (tags is null or { Count: 0 })
            return null;
        var clean = tags.All(tag => IsClean(tag.Key) && IsClean(tag.Value)) ? tags : tags.ToDictionary(tag => Clean(tag.Key)!, tag => Clean(tag.Value)!);
        return JsonSerializer.Serialize(clean);
    }

    /// <summary>PostgreSQL takes neither NUL nor half a surrogate pair; one such name must not hold up the ledger.</summary>
    public static string? Clean(string? text) =>
        text is null || IsClean(text) ? text : Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)).Replace("\0", "", StringComparison.Ordinal);

    private static bool IsClean(string text) => !text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF') && !text.Contains('\0');
}
