using System.Text;
using System.Text.Json;
using AiPortal.Core.Gateway.Translation;

namespace AiPortal.Core.Gateway.Anthropic;

/// <summary>Writes instructions and turns: what tools answered comes first in its turn; blocks without a word, which are refused, are left out.</summary>
/// <param name="model">The provider's own name: thoughts of other models stay here.</param>
internal sealed class MessagesContentWriter(string model, CacheMarks marks)
{
    private readonly ToolIds _ids = new();

    public CacheMarks Marks => marks;

    /// <summary>The last turn of the model called a tool and does not begin with the thoughts that led to it.</summary>
    public bool MissesThoughts(IReadOnlyList<ChatTurn> turns) =>
        turns.LastOrDefault(turn => turn.Role == TurnRole.Assistant) is { } last && last.Parts.Any(part => part is ToolCallPart) && !(last.Parts[0] is ReasoningPart thought && Own(thought) is not null);

    /// <exception cref="PromptFault">Instructions are text here.</exception>
    public void WriteSystem(Utf8JsonWriter json, IReadOnlyList<ContentPart> parts)
    {
        TextPart[] texts = [.. parts.Select(part => part as TextPart ?? throw PromptFault.Inexpressible("system")).Where(text => !string.IsNullOrWhiteSpace(text.Text))];
        if (texts.Length == 0) return;
        if (texts.All(text => text.CacheTtl is null))
        {
            json.WriteString("system"u8, string.Join("\n\n", texts.Select(text => text.Text)));
            return;
        }

        json.WriteStartArray("system"u8);
        foreach (var text in texts) WriteText(json, text.Text, text.CacheTtl);
        json.WriteEndArray();
    }

    /// <exception cref="PromptFault">A part cannot be said here, or nothing is left.</exception>
    public void WriteTurns(Utf8JsonWriter json, IReadOnlyList<ChatTurn> turns, bool withThoughts)
    {
        json.WriteStartArray("messages"u8);
        var written = 0;
        for (var i = 0; i < turns.Count; i++)
        {
            var parts = Ready(turns[i], withThoughts, isLast: i == turns.Count - 1);
            if (parts.Count == 0) continue;
            written++;
            json.WriteStartObject();
            json.WriteString("role"u8, turns[i].Role == TurnRole.User ? "user"u8 : "assistant"u8);
            if (parts is [TextPart { CacheTtl: null } only]) json.WriteString("content"u8, only.Text);
            else
            {
                json.WriteStartArray("content"u8);
                foreach (var part in parts) WritePart(json, part);
                json.WriteEndArray();
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        if (written == 0) throw new PromptFault("messages", "The provider that serves this model needs at least one message that is not an instruction.");
    }

    private List<ContentPart> Ready(ChatTurn turn, bool withThoughts, bool isLast)
    {
        var parts = new List<ContentPart>(turn.Parts.Where(part => part is ToolResultPart));
        foreach (var part in turn.Parts)
        {
            switch (part)
            {
                case ToolResultPart: break;
                case TextPart text when string.IsNullOrWhiteSpace(text.Text): break;
                case RefusalPart refusal: parts.Add(new TextPart(refusal.Text)); break;
                case ReasoningPart thought:
                    if (withThoughts && Own(thought) is { } own) parts.Add(own);
                    break;
                default: parts.Add(part); break;
            }
        }

        // An answer that is to be continued may not end with space.
        if (isLast && turn.Role == TurnRole.Assistant && parts is [.., TextPart begun]) parts[^1] = begun with { Text = begun.Text.TrimEnd() };
        return parts;
    }

    private ReasoningPart? Own(ReasoningPart thought)
    {
        if (thought.Redacted is { } data) return ThoughtSeal.Open(data, model) is { } hidden ? thought with { Redacted = hidden } : null;
        return ThoughtSeal.Open(thought.Signature, model) is { } signature ? thought with { Signature = signature } : null;
    }

    private void WritePart(Utf8JsonWriter json, ContentPart part)
    {
        switch (part)
        {
            case TextPart text: WriteText(json, text.Text, text.CacheTtl); break;
            case ReasoningPart thought: MessagesParts.WriteThought(json, thought); break;
            case ToolCallPart call: MessagesParts.WriteCall(json, call with { Id = _ids.Of(call) }, inner => marks.Write(inner, call.CacheTtl)); break;
            case ToolResultPart result: WriteResult(json, result); break;
            case ImagePart image: WriteImage(json, image); break;
            case DocumentPart document: WriteDocument(json, document); break;
            default: throw PromptFault.Inexpressible("messages");
        }
    }

    private void WriteText(Utf8JsonWriter json, string text, string? cacheTtl)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "text"u8);
        json.WriteString("text"u8, text);
        marks.Write(json, cacheTtl);
        json.WriteEndObject();
    }

    private void WriteResult(Utf8JsonWriter json, ToolResultPart result)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "tool_result"u8);
        json.WriteString("tool_use_id"u8, _ids.Of(result));
        ContentPart[] content = [.. result.Content.Where(part => part is not TextPart { Text: var text } || !string.IsNullOrWhiteSpace(text))];
        if (content is [TextPart { CacheTtl: null } only]) json.WriteString("content"u8, only.Text);
        else if (content.Length > 0)
        {
            json.WriteStartArray("content"u8);
            foreach (var part in content) WritePart(json, part);
            json.WriteEndArray();
        }

        if (result.IsError) json.WriteBoolean("is_error"u8, true);
        marks.Write(json, result.CacheTtl);
        json.WriteEndObject();
    }

    private void WriteImage(Utf8JsonWriter json, ImagePart image)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "image"u8);
        json.WriteStartObject("source"u8);
        if (image.Data is { } data) WriteBase64(json, image.MediaType is "image/jpg" ? "image/jpeg" : image.MediaType ?? "image/png", data);
        else WriteUrl(json, image.Url ?? throw PromptFault.Inexpressible("messages"));
        json.WriteEndObject();
        marks.Write(json, image.CacheTtl);
        json.WriteEndObject();
    }

    private void WriteDocument(Utf8JsonWriter json, DocumentPart document)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "document"u8);
        json.WriteStartObject("source"u8);
        if (document.Url is { } url) WriteUrl(json, url);
        else if (document.Data is not { } data) throw PromptFault.Inexpressible("messages");
        else if (document.MediaType is null or "application/pdf") WriteBase64(json, "application/pdf", data);
        else
        {
            json.WriteString("type"u8, "text"u8);
            json.WriteString("media_type"u8, "text/plain"u8);
            json.WriteString("data"u8, TextOf(document.MediaType, data));
        }

        json.WriteEndObject();
        if (document.Name is { Length: > 0 } name) json.WriteString("title"u8, name);
        marks.Write(json, document.CacheTtl);
        json.WriteEndObject();
    }

    private static string TextOf(string mediaType, string data)
    {
        var isText = mediaType.StartsWith("text/", StringComparison.OrdinalIgnoreCase) || mediaType is "application/json" or "application/xml";
        var bytes = new byte[(data.Length / 4 * 3) + 3];
        if (!isText || !Convert.TryFromBase64String(data, bytes, out var length)) throw PromptFault.Inexpressible("messages");
        return Encoding.UTF8.GetString(bytes, 0, length);
    }

    private static void WriteBase64(Utf8JsonWriter json, string mediaType, string data)
    {
        json.WriteString("type"u8, "base64"u8);
        json.WriteString("media_type"u8, mediaType);
        json.WriteString("data"u8, data);
    }

    private static void WriteUrl(Utf8JsonWriter json, string url)
    {
        if (!url.StartsWith("https://", StringComparison.OrdinalIgnoreCase)) throw new PromptFault("messages", "The provider that serves this model fetches https addresses only.");
        json.WriteString("type"u8, "url"u8);
        json.WriteString("url"u8, url);
    }
}
