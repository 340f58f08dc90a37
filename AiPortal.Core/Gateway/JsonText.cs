using System.Text.Json;

namespace AiPortal.Core.Gateway;

/// <summary>Short strings out of JSON that others wrote.</summary>
internal static class JsonText
{
    private const int BytesOfAnEscape = 6;

    /// <summary>The string under the reader, or null when it is no string or longer than <paramref name="maxLength"/> UTF-16 units.</summary>
    /// <exception cref="InvalidOperationException">The string has half of a surrogate pair.</exception>
    public static string? ReadUpTo(ref Utf8JsonReader reader, int maxLength)
    {
        if (reader.TokenType != JsonTokenType.String) return null;
        var rawLength = reader.HasValueSequence ? reader.ValueSequence.Length : reader.ValueSpan.Length;
        if (rawLength > (long)maxLength * BytesOfAnEscape) return null;
        var text = reader.GetString();
        return text is not null && text.Length <= maxLength ? text : null;
    }

    /// <summary>The same for text of a provider, where half a surrogate pair is no reason to stop.</summary>
    public static string? TryReadUpTo(ref Utf8JsonReader reader, int maxLength)
    {
        try
        {
            return ReadUpTo(ref reader, maxLength);
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
