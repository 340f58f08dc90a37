using System.Collections.Concurrent;
using System.Text.Json;

namespace AiPortal.Core.Data;

/// <summary>The snake_case word of an enum member, as in the database and in JSON (<c>CostCenter</c> is <c>cost_center</c>).</summary>
public static class EnumWord
{
    private static readonly ConcurrentDictionary<(Type, string), object> Parsed = new();

    /// <summary>The member's word.</summary>
    public static string Of<T>(T value) where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());

    /// <summary>The member of a word. Throws <see cref="FormatException"/> on an unknown one.</summary>
    public static T Parse<T>(string word) where T : struct, Enum =>
        TryParse<T>(word, out var value) ? value : throw new FormatException($"'{word}' is not a {typeof(T).Name}.");

    /// <summary>False on an unknown word.</summary>
    public static bool TryParse<T>(string? word, out T value) where T : struct, Enum
    {
        value = default;
        if (word is null or { Length: > 60 }) return false;
        if (Parsed.TryGetValue((typeof(T), word), out var known))
        {
            value = (T)known;
            return true;
        }

        foreach (var member in Enum.GetValues<T>())
        {
            if (Of(member) != word) continue;
            Parsed[(typeof(T), word)] = member;
            value = member;
            return true;
        }

        return false;
    }
}
