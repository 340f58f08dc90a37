using System.Text.Json;

namespace AiPortal.Tests.Fixtures;

/// <summary>What scripted vendors hold requests to is written with these.</summary>
internal static class JsonRules
{
    public static bool IsName(string name, int longest) => name.Length > 0 && name.Length <= longest && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-');

    public static bool IsBase64(string? text) => text is { Length: > 0 } && Convert.TryFromBase64String(text, new byte[text.Length], out _);

    public static void Only(JsonElement element, string at, string[] members)
    {
        var seen = new HashSet<string>();
        foreach (var member in element.EnumerateObject())
        {
            Need(members.Contains(member.Name), $"{at}{member.Name}: Extra inputs are not permitted");
            Need(seen.Add(member.Name), $"{at}{member.Name}: given twice");
        }
    }

    public static void Need(bool holds, string fault)
    {
        if (!holds) throw new RuleFault(fault);
    }

    public static JsonValueKind? Kind(JsonElement element, string name) => element.TryGetProperty(name, out var member) ? member.ValueKind : null;

    public static string? Str(JsonElement element, string name) => Kind(element, name) == JsonValueKind.String ? element.GetProperty(name).GetString() : null;

    public static long? Int(JsonElement element, string name) => Kind(element, name) == JsonValueKind.Number && element.GetProperty(name).TryGetInt64(out var number) ? number : null;

    public static decimal? Num(JsonElement element, string name) => Kind(element, name) == JsonValueKind.Number ? element.GetProperty(name).GetDecimal() : null;

    public static JsonElement? Obj(JsonElement element, string name) => Kind(element, name) == JsonValueKind.Object ? element.GetProperty(name) : null;

    public static IReadOnlyList<JsonElement> Items(JsonElement element, string name) => Kind(element, name) == JsonValueKind.Array ? [.. element.GetProperty(name).EnumerateArray()] : [];
}

/// <summary>A rule that a request breaks.</summary>
internal sealed class RuleFault(string message) : Exception(message);
