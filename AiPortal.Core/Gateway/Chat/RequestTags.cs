using System.Text.Json;

namespace AiPortal.Core.Gateway.Chat;

/// <summary>The body's <c>metadata</c>, such as <c>{"feature":"search","customer":"42"}</c>, as tags.</summary>
internal static class RequestTags
{
    private const int MaxTags = 16;
    private const int MaxNameLength = 64;
    private const int MaxValueLength = 512;

    public static IReadOnlyList<KeyValuePair<string, string>> Read(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return [];
        }

        List<KeyValuePair<string, string>>? tags = null;
        Span<char> name = stackalloc char[MaxNameLength * 6];
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var rawLength = reader.HasValueSequence ? reader.ValueSequence.Length : reader.ValueSpan.Length;
            var nameLength = rawLength <= name.Length ? reader.CopyString(name) : int.MaxValue;
            reader.Read();
            if (nameLength is > 0 and <= MaxNameLength && (tags?.Count ?? 0) < MaxTags
                && JsonText.ReadUpTo(ref reader, MaxValueLength) is { } value)
                (tags ??= []).Add(new(new string(name[..nameLength]), value));
            reader.Skip();
        }

        return tags ?? [];
    }
}
