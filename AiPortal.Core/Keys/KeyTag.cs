using System.Text.Json;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Keys;

/// <summary>A tag to look for: its name, and its value where that counts.</summary>
public sealed record KeyTag(string Name, string? Value)
{
    /// <summary>As people write it: <c>feature</c> or <c>feature=search</c>; null for nothing.</summary>
    public static KeyTag? Parse(string? text) => (text ?? "").Split('=', 2, StringSplitOptions.TrimEntries) switch
    {
        [{ Length: > 0 } name, { Length: > 0 } value] => new KeyTag(name, value),
        [{ Length: > 0 } name, ..] => new KeyTag(name, null),
        _ => null,
    };

    /// <summary>The keys that have it.</summary>
    internal IQueryable<ApiKey> Of(DbSet<ApiKey> keys)
    {
        if (Value is null) return keys.FromSql($"SELECT * FROM api_keys WHERE tags ? {Name}");
        var pair = JsonSerializer.Serialize(new Dictionary<string, string> { [Name] = Value });
        return keys.FromSql($"SELECT * FROM api_keys WHERE tags @> {pair}::jsonb");
    }
}
