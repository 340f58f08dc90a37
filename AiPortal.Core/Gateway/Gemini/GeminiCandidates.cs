using System.Text.Json;
using AiPortal.Core.Gateway.Translation;

namespace AiPortal.Core.Gateway.Gemini;

/// <summary>Writes a candidate of an answer, such as <c>{"content":{"parts":[{"text":"Hi"}],"role":"model"},"finishReason":"STOP","index":0}</c>.</summary>
internal static class GeminiCandidates
{
    public static bool IsWhole(ToolCallPart call)
    {
        try
        {
            using var document = JsonDocument.Parse(call.Arguments);
            return document.RootElement.ValueKind == JsonValueKind.Object;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <param name="reason">Null while the candidate goes on.</param>
    public static void Write(Utf8JsonWriter json, int index, IReadOnlyList<ContentPart> parts, string? reason)
    {
        json.WriteStartObject();
        json.WriteStartObject("content"u8);
        if (parts.Count > 0)
        {
            json.WriteStartArray("parts"u8);
            foreach (var part in parts) WritePart(json, part);
            json.WriteEndArray();
        }

        json.WriteString("role"u8, "model"u8);
        json.WriteEndObject();
        if (reason is not null) json.WriteString("finishReason"u8, reason);
        json.WriteNumber("index"u8, index);
        json.WriteEndObject();
    }

    private static void WritePart(Utf8JsonWriter json, ContentPart part)
    {
        json.WriteStartObject();
        switch (part)
        {
            case TextPart text: json.WriteString("text"u8, text.Text); break;
            case RefusalPart refusal: json.WriteString("text"u8, refusal.Text); break;
            case ReasoningPart thought:
                json.WriteString("text"u8, thought.Text);
                json.WriteBoolean("thought"u8, true);
                if (thought.Signature is { } seal) json.WriteString("thoughtSignature"u8, seal);
                break;
            case ImagePart { Data: { } data } image:
                json.WriteStartObject("inlineData"u8);
                json.WriteString("mimeType"u8, image.MediaType ?? "image/png");
                json.WriteString("data"u8, data);
                json.WriteEndObject();
                break;
            case ImagePart { Url: { } url } image:
                json.WriteStartObject("fileData"u8);
                if (image.MediaType is { } type) json.WriteString("mimeType"u8, type);
                json.WriteString("fileUri"u8, url);
                json.WriteEndObject();
                break;
            case ToolCallPart call:
                json.WriteStartObject("functionCall"u8);
                if (call.Id.Length > 0) json.WriteString("id"u8, call.Id);
                json.WriteString("name"u8, call.Name);
                json.WritePropertyName("args"u8);
                using (var arguments = JsonDocument.Parse(call.Arguments))
                {
                    // Anew, because a line break in an event would end its line.
                    arguments.WriteTo(json);
                }

                json.WriteEndObject();
                if (call.Signature is { } signature) json.WriteString("thoughtSignature"u8, signature);
                break;
        }

        json.WriteEndObject();
    }
}
