using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace AiPortal.Core.Bodies;

/// <summary>
/// An event stream put together to the one answer that it spells in pieces: what must be redacted is seldom inside one piece. One
/// line of it: <c>data: {"choices":[{"index":0,"delta":{"content":"Hel"}}]}</c>. Texts are joined, the pieces of an array by their
/// <c>index</c>; of everything else the last counts.
/// </summary>
internal static class StreamedAnswer
{
    // These are said whole, again in each event or once.
    private static readonly HashSet<string> SaidWhole = new(StringComparer.Ordinal)
    {
        "id", "object", "model", "type", "role", "finish_reason", "service_tier", "system_fingerprint", "provider", "name", "status",
    };

    private static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The whole answer as JSON; events that are none, as a last one that was cut, are left out.</summary>
    public static string Join(string events)
    {
        var answer = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var line in events.AsSpan().EnumerateLines())
        {
            if (!line.StartsWith("data:", StringComparison.Ordinal) || line[5..].Trim() is not ['{', ..] data) continue;
            if (Parse(data.ToString()) is not { } piece) continue;
            using (piece) Merge(answer, piece.RootElement);
        }

        using var bytes = new MemoryStream();
        using (var writer = new Utf8JsonWriter(bytes, Relaxed)) Write(writer, answer);
        return Encoding.UTF8.GetString(bytes.GetBuffer().AsSpan(0, (int)bytes.Length));
    }

    private static JsonDocument? Parse(string data)
    {
        try
        {
            var document = JsonDocument.Parse(data);
            return document;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static void Merge(Dictionary<string, object?> into, JsonElement piece)
    {
        foreach (var member in piece.EnumerateObject())
        {
            // It says a second time what the text says.
            if (member.Name == "logprobs") continue;
            var name = member.Name == "delta" ? "message" : member.Name;
            into[name] = Merged(name, into.GetValueOrDefault(name), member.Value);
        }
    }

    private static object? Merged(string name, object? before, JsonElement piece)
    {
        switch (piece.ValueKind)
        {
            case JsonValueKind.Object:
                var members = before as Dictionary<string, object?> ?? new Dictionary<string, object?>(StringComparer.Ordinal);
                Merge(members, piece);
                return members;
            case JsonValueKind.Array:
                var items = before as List<object?> ?? [];
                foreach (var item in piece.EnumerateArray()) MergeItem(items, item);
                return items;
            case JsonValueKind.String when SaidWhole.Contains(name):
                return piece.GetString();
            case JsonValueKind.String:
                return (before as StringBuilder ?? new StringBuilder()).Append(piece.GetString());
            case JsonValueKind.Null or JsonValueKind.Undefined:
                return before;
            case JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False:
                return piece.Clone();
        }

        throw new InvalidOperationException($"JSON has no {piece.ValueKind}.");
    }

    private static void MergeItem(List<object?> items, JsonElement piece)
    {
        var known = piece.ValueKind == JsonValueKind.Object && piece.TryGetProperty("index", out var index)
            ? items.OfType<Dictionary<string, object?>>().FirstOrDefault(item => item.GetValueOrDefault("index") is JsonElement its && its.GetRawText() == index.GetRawText())
            : null;
        if (known is not null) Merge(known, piece);
        else items.Add(Merged("", null, piece));
    }

    private static void Write(Utf8JsonWriter writer, object? value)
    {
        switch (value)
        {
            case Dictionary<string, object?> members:
                writer.WriteStartObject();
                foreach (var (name, member) in members)
                {
                    writer.WritePropertyName(name);
                    Write(writer, member);
                }

                writer.WriteEndObject();
                break;
            case List<object?> items:
                writer.WriteStartArray();
                items.ForEach(item => Write(writer, item));
                writer.WriteEndArray();
                break;
            case JsonElement element:
                element.WriteTo(writer);
                break;
            case null:
                writer.WriteNullValue();
                break;
            default:
                writer.WriteStringValue(value.ToString());
                break;
        }
    }
}
