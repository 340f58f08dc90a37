using System.Text.Json;
using AiPortal.Core.Gateway.Translation;

namespace AiPortal.Core.Gateway.Gemini;

/// <summary>Writes instructions and turns as <c>systemInstruction</c> and <c>contents</c>: what tools answered stands first in its turn.</summary>
internal sealed class GeminiContentWriter(Utf8JsonWriter json, string model)
{
    private const int FirstGenerationWithSeals = 3;

    /// <summary>What Google's documentation tells to send on a call that its model did not make, where it would refuse one without a seal.</summary>
    private const string NoSeal = "skip_thought_signature_validator";

    private readonly Dictionary<string, string> _names = [];
    private TurnRole? _role;

    /// <exception cref="PromptFault">A part cannot be said here.</exception>
    public void Write(ChatPrompt prompt)
    {
        if (prompt.System.Count > 0)
        {
            json.WriteStartObject("systemInstruction"u8);
            json.WriteStartArray("parts"u8);
            foreach (var part in prompt.System) WriteText(part is TextPart text ? text.Text : throw PromptFault.Inexpressible("system"));
            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteStartArray("contents"u8);
        foreach (var turn in prompt.Turns) WriteTurn(turn);
        Close();
        json.WriteEndArray();
    }

    private void WriteTurn(ChatTurn turn)
    {
        ContentPart[] parts = [.. turn.Parts.Where(part => part is not (ReasoningPart or TextPart { Text: "" }))];
        if (parts.Length == 0) return;
        if (_role != turn.Role)
        {
            Close();
            json.WriteStartObject();
            json.WriteString("role"u8, turn.Role == TurnRole.User ? "user"u8 : "model"u8);
            json.WriteStartArray("parts"u8);
            _role = turn.Role;
        }

        var results = parts.OfType<ToolResultPart>().ToArray();
        foreach (var result in results) WriteResult(result);
        foreach (var content in results.SelectMany(result => result.Content).Where(content => content is not (TextPart or RefusalPart))) WritePart(content, false);
        var sealExpected = GeminiModelName.Generation(model) >= FirstGenerationWithSeals && !parts.OfType<ToolCallPart>().Any(call => call.Signature is not null);
        foreach (var part in parts.Where(part => part is not ToolResultPart))
        {
            WritePart(part, sealExpected);
            sealExpected &= part is not ToolCallPart;
        }
    }

    private void Close()
    {
        if (_role is null) return;
        json.WriteEndArray();
        json.WriteEndObject();
        _role = null;
    }

    private void WritePart(ContentPart part, bool sealExpected)
    {
        switch (part)
        {
            case TextPart text: WriteText(text.Text); break;
            case RefusalPart refusal: WriteText(refusal.Text); break;
            case ImagePart { Data: { } data } image: WriteInline(image.MediaType ?? "image/png", data); break;
            case ImagePart { Url: { } url } image: WriteFile(image.MediaType ?? TypeByName(url), url); break;
            case DocumentPart { Data: { } data } document: WriteInline(document.MediaType ?? "application/pdf", data); break;
            case DocumentPart { Url: { } url } document: WriteFile(document.MediaType ?? TypeByName(url) ?? "application/pdf", url); break;
            case DocumentPart: throw PromptFault.Inexpressible("file_id");
            case AudioPart audio: WriteInline("audio/" + audio.Format, audio.Data); break;
            case ToolCallPart call: WriteCall(call, sealExpected); break;
            default: throw PromptFault.Inexpressible("messages");
        }
    }

    private void WriteText(string text)
    {
        json.WriteStartObject();
        json.WriteString("text"u8, text);
        json.WriteEndObject();
    }

    private void WriteInline(string type, string data)
    {
        json.WriteStartObject();
        json.WriteStartObject("inlineData"u8);
        json.WriteString("mimeType"u8, type);
        json.WriteString("data"u8, data);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private void WriteFile(string? type, string uri)
    {
        json.WriteStartObject();
        json.WriteStartObject("fileData"u8);
        if (type is not null) json.WriteString("mimeType"u8, type);
        json.WriteString("fileUri"u8, uri);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private void WriteCall(ToolCallPart call, bool sealExpected)
    {
        if (call.Id.Length > 0) _names[call.Id] = call.Name;
        json.WriteStartObject();
        json.WriteStartObject("functionCall"u8);
        if (call.Id.Length > 0) json.WriteString("id"u8, call.Id);
        json.WriteString("name"u8, call.Name);
        json.WritePropertyName("args"u8);
        if (ObjectOf(call.Arguments) is not { } arguments) throw new PromptFault("tool_calls", $"The arguments of the earlier call of '{call.Name}' are not a JSON object, which the provider that serves this model needs.");
        arguments.WriteTo(json);
        json.WriteEndObject();
        if ((call.Signature ?? (sealExpected ? NoSeal : null)) is { } signature) json.WriteString("thoughtSignature"u8, signature);
        json.WriteEndObject();
    }

    private void WriteResult(ToolResultPart result)
    {
        var name = result.Name ?? _names.GetValueOrDefault(result.CallId)
            ?? throw new PromptFault("tool_call_id", $"The tool result '{result.CallId}' answers no call that stands before it.");
        var text = string.Join("\n", result.Content.Select(content => content is TextPart said ? said.Text : content is RefusalPart refused ? refused.Text : "").Where(said => said.Length > 0));
        json.WriteStartObject();
        json.WriteStartObject("functionResponse"u8);
        if (result.CallId.Length > 0) json.WriteString("id"u8, result.CallId);
        json.WriteString("name"u8, name);
        json.WritePropertyName("response"u8);
        // It must be an object; "output" and "error" are Google's words for results that are none.
        if (!result.IsError && ObjectOf(text) is { } whole) whole.WriteTo(json);
        else
        {
            json.WriteStartObject();
            json.WriteString(result.IsError ? "error"u8 : "output"u8, text);
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static JsonElement? ObjectOf(string text)
    {
        if (!text.AsSpan().TrimStart().StartsWith("{")) return null;
        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? TypeByName(string url) => Uri.TryCreate(url, UriKind.Absolute, out var uri)
        ? System.IO.Path.GetExtension(uri.AbsolutePath).ToLowerInvariant() switch
        {
            ".png" => "image/png",
            ".jpg" or ".jpeg" => "image/jpeg",
            ".webp" => "image/webp",
            ".gif" => "image/gif",
            ".heic" => "image/heic",
            ".pdf" => "application/pdf",
            ".txt" => "text/plain",
            _ => null,
        }
        : null;
}
