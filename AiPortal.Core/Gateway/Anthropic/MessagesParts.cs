using System.Text.Json;
using AiPortal.Core.Gateway.Translation;

namespace AiPortal.Core.Gateway.Anthropic;

/// <summary>Writes the parts of an answer as content blocks.</summary>
internal static class MessagesParts
{
    public static void Write(Utf8JsonWriter json, ContentPart part)
    {
        switch (part)
        {
            case TextPart text: WriteText(json, text.Text); break;
            case RefusalPart refusal: WriteText(json, refusal.Text); break;
            case ImagePart image: WriteText(json, MessagesWords.ImageText(image.MediaType!, image.Data!)); break;
            case ReasoningPart thought: WriteThought(json, thought); break;
            case ToolCallPart call: WriteCall(json, call, WriteCaller); break;
        }
    }

    /// <summary>The model called it, and not one of the vendor's own tools; newer clients miss it where it is not said.</summary>
    public static void WriteCaller(Utf8JsonWriter json)
    {
        json.WriteStartObject("caller"u8);
        json.WriteString("type"u8, "direct"u8);
        json.WriteEndObject();
    }

    /// <param name="more">Members that only a request has, or only an answer.</param>
    public static void WriteCall(Utf8JsonWriter json, ToolCallPart call, Action<Utf8JsonWriter> more)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "tool_use"u8);
        json.WriteString("id"u8, call.Id);
        json.WriteString("name"u8, call.Name);
        WriteInput(json, call.Arguments);
        more(json);
        json.WriteEndObject();
    }

    public static void WriteThought(Utf8JsonWriter json, ReasoningPart thought)
    {
        json.WriteStartObject();
        if (thought.Redacted is { } data)
        {
            json.WriteString("type"u8, "redacted_thinking"u8);
            json.WriteString("data"u8, data);
        }
        else
        {
            json.WriteString("type"u8, "thinking"u8);
            json.WriteString("thinking"u8, thought.Text);
            json.WriteString("signature"u8, thought.Signature ?? "");
        }

        json.WriteEndObject();
    }

    /// <summary>Arguments are an object here; text that is none, because the answer was cut, becomes an empty one.</summary>
    private static void WriteInput(Utf8JsonWriter json, string arguments)
    {
        using var input = Parse(arguments) ?? JsonDocument.Parse("{}");
        json.WritePropertyName("input"u8);
        input.RootElement.WriteTo(json);
    }

    private static JsonDocument? Parse(string arguments)
    {
        try
        {
            var parsed = JsonDocument.Parse(arguments);
            if (parsed.RootElement.ValueKind == JsonValueKind.Object) return parsed;
            parsed.Dispose();
            return null;
        }
        // The second is half of a surrogate pair.
        catch (Exception fault) when (fault is JsonException or ArgumentException)
        {
            return null;
        }
    }

    private static void WriteText(Utf8JsonWriter json, string text)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "text"u8);
        json.WriteString("text"u8, text);
        json.WriteEndObject();
    }
}
