using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using AiPortal.Core.Gateway.Translation;
using AiPortal.Core.Providers;

namespace AiPortal.Core.Gateway.Chat;

/// <summary>Writes instructions and turns as messages: what tools answered becomes messages of its own, before the turn's other words.</summary>
internal static class ChatMessagesWriter
{
    private const int LongestCallId = 40;

    /// <exception cref="PromptFault">A part cannot be said here.</exception>
    public static void Write(Utf8JsonWriter json, ChatPrompt prompt, ProviderKind kind)
    {
        json.WriteStartArray("messages"u8);
        if (prompt.System.Count > 0)
        {
            json.WriteStartObject();
            json.WriteString("role"u8, "system"u8);
            json.WriteString("content"u8, string.Join("\n\n", prompt.System.Select(part => part is TextPart text ? text.Text : throw PromptFault.Inexpressible("system"))));
            json.WriteEndObject();
        }

        foreach (var turn in prompt.Turns)
        {
            if (turn.Role == TurnRole.Assistant) WriteAssistant(json, turn.Parts, kind);
            else WriteUser(json, turn.Parts);
        }

        json.WriteEndArray();
    }

    private static void WriteAssistant(Utf8JsonWriter json, IReadOnlyList<ContentPart> parts, ProviderKind kind)
    {
        json.WriteStartObject();
        // Thoughts stay with the vendor that had them, and so does its seal of a call, but where it may be that vendor.
        var said = parts.Where(part => part is TextPart or RefusalPart or ToolCallPart)
            .Select(part => part is ToolCallPart call ? call with { Id = ShortId(call.Id), Signature = kind.TakesCallSeals ? call.Signature : null } : part);
        ChatParts.WriteMessage(json, [.. said], index => $"call_{index}");
        json.WriteEndObject();
    }

    /// <summary>An id that is longer than OpenAI takes becomes another, always the same.</summary>
    private static string ShortId(string id) =>
        id.Length <= LongestCallId ? id : "call_" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(id)).AsSpan(0, 16));

    private static void WriteUser(Utf8JsonWriter json, IReadOnlyList<ContentPart> parts)
    {
        var said = new List<ContentPart>();
        foreach (var part in parts)
        {
            if (part is not ToolResultPart result)
            {
                said.Add(part);
                continue;
            }

            json.WriteStartObject();
            json.WriteString("role"u8, "tool"u8);
            json.WriteString("tool_call_id"u8, ShortId(result.CallId));
            json.WriteString("content"u8, string.Join("\n", result.Content.OfType<TextPart>().Select(text => text.Text)));
            json.WriteEndObject();
            // A tool's message is text here; an image it gave follows as the user's.
            said.AddRange(result.Content.Where(content => content is not TextPart));
        }

        if (said.Count == 0) return;
        json.WriteStartObject();
        json.WriteString("role"u8, "user"u8);
        if (said is [TextPart only]) json.WriteString("content"u8, only.Text);
        else
        {
            json.WriteStartArray("content"u8);
            foreach (var part in said) WritePart(json, part);
            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static void WritePart(Utf8JsonWriter json, ContentPart part)
    {
        json.WriteStartObject();
        switch (part)
        {
            case TextPart text:
                json.WriteString("type"u8, "text"u8);
                json.WriteString("text"u8, text.Text);
                break;
            case ImagePart image:
                json.WriteString("type"u8, "image_url"u8);
                json.WriteStartObject("image_url"u8);
                json.WriteString("url"u8, image.Url ?? DataUrl.Write(image.MediaType ?? "image/png", image.Data!));
                if (image.Detail is { } detail) json.WriteString("detail"u8, detail);
                json.WriteEndObject();
                break;
            case AudioPart audio:
                json.WriteString("type"u8, "input_audio"u8);
                json.WriteStartObject("input_audio"u8);
                json.WriteString("data"u8, audio.Data);
                json.WriteString("format"u8, audio.Format);
                json.WriteEndObject();
                break;
            case DocumentPart { Data: { } data } document:
                json.WriteString("type"u8, "file"u8);
                json.WriteStartObject("file"u8);
                json.WriteString("filename"u8, document.Name ?? "document.pdf");
                json.WriteString("file_data"u8, DataUrl.Write(document.MediaType ?? "application/pdf", data));
                json.WriteEndObject();
                break;
            default: throw PromptFault.Inexpressible("messages");
        }

        json.WriteEndObject();
    }
}
