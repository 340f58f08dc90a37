using System.Globalization;
using System.Text.Json;

namespace AiPortal.Ui.Panels;

/// <summary>A field that differs; null where a side does not have it.</summary>
internal sealed record FieldDifference(string Field, string? Before, string? After);

/// <summary>What differs between two JSON objects, field by field; members of inner objects are named <c>outer.inner</c>.</summary>
internal static class Differences
{
    private const int MaxDepth = 4;
    private static readonly string[] SecretWords = ["secret", "password", "token_hash", "key_hash", "api_key", "cipher", "recovery_code", "credential"];

    /// <param name="before">JSON, or null for nothing.</param>
    /// <param name="after">The same afterwards.</param>
    /// <param name="hidden">Stands in place of a secret, should one ever be there.</param>
    public static IReadOnlyList<FieldDifference> Of(string? before, string? after, string hidden)
    {
        var (old, now) = (Flat(before, hidden), Flat(after, hidden));
        return [.. old.Keys.Concat(now.Keys).Distinct().Select(field => new FieldDifference(field, old.GetValueOrDefault(field), now.GetValueOrDefault(field))).Where(row => row.Before != row.After)];
    }

    private static Dictionary<string, string> Flat(string? json, string hidden)
    {
        var fields = new Dictionary<string, string>();
        if (json is null) return fields;
        using var document = JsonDocument.Parse(json);
        if (document.RootElement.ValueKind == JsonValueKind.Object) Read(document.RootElement, "", 0);
        else fields[""] = Text(document.RootElement);
        return fields;

        void Read(JsonElement element, string path, int depth)
        {
            foreach (var member in element.EnumerateObject())
            {
                var name = path + member.Name;
                if (IsSecret(member.Name)) fields[name] = hidden;
                else if (member.Value.ValueKind == JsonValueKind.Object && depth < MaxDepth) Read(member.Value, name + ".", depth + 1);
                else if (member.Value.ValueKind is not (JsonValueKind.Null or JsonValueKind.Undefined)) fields[name] = Text(member.Value);
            }
        }
    }

    private static bool IsSecret(string name) =>
        SecretWords.Any(word => name.Contains(word, StringComparison.OrdinalIgnoreCase)) && !name.EndsWith("_hint", StringComparison.Ordinal);

    private static string Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.Number when value.TryGetDecimal(out var number) => number.ToString("#,0.############", CultureInfo.CurrentCulture),
        JsonValueKind.Array => string.Join(", ", value.EnumerateArray().Select(Text)),
        _ => value.GetRawText(),
    };
}
