using System.Text.Json;
using AiPortal.Core.Gateway.Translation;

namespace AiPortal.Core.Gateway.Chat;

/// <summary>Writes the parts of an assistant's message.</summary>
internal static class ChatParts
{
    public static string Word(EndReason reason) => reason switch
    {
        EndReason.Stop => "stop",
        EndReason.Length => "length",
        EndReason.ToolCalls => "tool_calls",
        EndReason.Filtered => "content_filter",
    };

    /// <param name="mint">An id for a call by its place.</param>
    public static void WriteMessage(Utf8JsonWriter json, IReadOnlyList<ContentPart> parts, Func<int, string> mint)
    {
        json.WriteString("role"u8, "assistant"u8);
        WriteJoined(json, "content", parts.OfType<TextPart>().Select(part => part.Text));
        WriteJoined(json, "refusal", parts.OfType<RefusalPart>().Select(part => part.Text));
        ReasoningPart[] thoughts = [.. parts.OfType<ReasoningPart>()];
        if (thoughts.Any(thought => thought.Text.Length > 0)) WriteJoined(json, "reasoning_content", thoughts.Select(thought => thought.Text));
        WriteDetails(json, [.. thoughts.Where(thought => thought.Signature is not null || thought.Redacted is not null)]);
        WriteImages(json, [.. parts.OfType<ImagePart>()]);
        ToolCallPart[] calls = [.. parts.OfType<ToolCallPart>()];
        if (calls.Length == 0) return;
        json.WriteStartArray("tool_calls"u8);
        for (var i = 0; i < calls.Length; i++)
        {
            json.WriteStartObject();
            WriteCall(json, calls[i].Id.Length > 0 ? calls[i] : calls[i] with { Id = mint(i) });
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    public static void WriteCall(Utf8JsonWriter json, ToolCallPart call)
    {
        json.WriteString("id"u8, call.Id);
        json.WriteString("type"u8, "function"u8);
        json.WriteStartObject("function"u8);
        json.WriteString("name"u8, call.Name);
        json.WriteString("arguments"u8, call.Arguments);
        json.WriteEndObject();
        if (call.Signature is not { } signature) return;
        // Where Google's own OpenAI-compatible interface has it.
        json.WriteStartObject("extra_content"u8);
        json.WriteStartObject("google"u8);
        json.WriteString("thought_signature"u8, signature);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <summary>What must come back with the next request, in the form that OpenRouter's clients know.</summary>
    public static void WriteDetails(Utf8JsonWriter json, IReadOnlyList<ReasoningPart> thoughts)
    {
        if (thoughts.Count == 0) return;
        json.WriteStartArray("reasoning_details"u8);
        foreach (var thought in thoughts)
        {
            json.WriteStartObject();
            json.WriteString("type"u8, thought.Redacted is null ? "reasoning.text"u8 : "reasoning.encrypted"u8);
            if (thought.Redacted is { } data) json.WriteString("data"u8, data);
            else json.WriteString("text"u8, thought.Text);
            if (thought.Signature is { } signature) json.WriteString("signature"u8, signature);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    public static void WriteImages(Utf8JsonWriter json, IReadOnlyList<ImagePart> images)
    {
        if (images.Count == 0) return;
        json.WriteStartArray("images"u8);
        foreach (var image in images)
        {
            json.WriteStartObject();
            json.WriteString("type"u8, "image_url"u8);
            json.WriteStartObject("image_url"u8);
            json.WriteString("url"u8, image.Url ?? DataUrl.Write(image.MediaType!, image.Data!));
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteJoined(Utf8JsonWriter json, string name, IEnumerable<string> pieces)
    {
        var joined = string.Concat(pieces);
        if (joined.Length > 0) json.WriteString(name, joined);
        else json.WriteNull(name);
    }
}
