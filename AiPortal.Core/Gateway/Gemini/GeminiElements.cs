using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using AiPortal.Core.Gateway.Translation;

namespace AiPortal.Core.Gateway.Gemini;

/// <summary>Looks up members by Google's two names, <c>maxOutputTokens</c> and <c>max_output_tokens</c>.</summary>
internal static class GeminiElements
{
    private static readonly ConcurrentDictionary<string, string> Snakes = new(StringComparer.Ordinal);

    /// <summary>The name under which the element has the member; the camel one where it has none.</summary>
    public static string Spelt(this JsonElement element, string camel)
    {
        if (element.ValueKind != JsonValueKind.Object || element.TryGetProperty(camel, out _)) return camel;
        var snake = Snakes.GetOrAdd(camel, static name => Snake(name));
        return element.TryGetProperty(snake, out _) ? snake : camel;
    }

    public static JsonElement? Any(this JsonElement element, string camel) => element.Member(element.Spelt(camel));

    public static JsonElement? AnyObject(this JsonElement element, string camel) => element.Object(element.Spelt(camel));

    public static string? AnyText(this JsonElement element, string camel) => element.Text(element.Spelt(camel));

    public static bool? AnyFlag(this JsonElement element, string camel) => element.Flag(element.Spelt(camel));

    public static long? AnyWhole(this JsonElement element, string camel) => element.Whole(element.Spelt(camel));

    public static decimal? AnyNumber(this JsonElement element, string camel) => element.Number(element.Spelt(camel));

    /// <summary>The elements of a list; Google takes a single one for a list of one.</summary>
    public static IEnumerable<JsonElement> AnyItems(this JsonElement element, string camel) => element.Any(camel) switch
    {
        { ValueKind: JsonValueKind.Array } list => list.EnumerateArray(),
        { } single => [single],
        null => [],
    };

    /// <summary>The strings of a list; what is no string counts as absent.</summary>
    public static IEnumerable<string> AnyStrings(this JsonElement element, string camel) =>
        element.AnyItems(camel).Where(item => item.ValueKind == JsonValueKind.String).Select(item => item.GetString()!);

    internal static string Snake(string camel)
    {
        var snake = new StringBuilder();
        foreach (var character in camel)
        {
            if (char.IsAsciiLetterUpper(character)) snake.Append('_').Append(char.ToLowerInvariant(character));
            else snake.Append(character);
        }

        return snake.ToString();
    }
}
