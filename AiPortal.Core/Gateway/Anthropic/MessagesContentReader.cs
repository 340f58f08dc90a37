using System.Text.Json;
using AiPortal.Core.Gateway.Translation;

namespace AiPortal.Core.Gateway.Anthropic;

/// <summary>Reads <c>system</c> and <c>messages</c> into instructions and turns.</summary>
internal static class MessagesContentReader
{
    /// <exception cref="PromptFault">A message makes no sense, or has a block that nobody else understands.</exception>
    public static (IReadOnlyList<ContentPart> System, IReadOnlyList<ChatTurn> Turns) Read(JsonElement body)
    {
        var system = new List<ContentPart>();
        ReadInto(system, body, "system", "system", new TurnList());
        var turns = new TurnList();
        var index = 0;
        foreach (var message in body.Items("messages"))
        {
            var at = $"messages[{index++}]";
            var role = message.Text("role") switch
            {
                "user" => TurnRole.User,
                "assistant" => TurnRole.Assistant,
                _ => throw new PromptFault($"{at}.role", $"{at}.role: must be user or assistant."),
            };
            var parts = new List<ContentPart>();
            ReadInto(parts, message, "content", $"{at}.content", turns);
            turns.Add(role, parts);
        }

        return (system, turns.ToTurns());
    }

    /// <summary>Null where no prompt cache is to end behind the block.</summary>
    public static string? CacheTtl(JsonElement block) => block.Object("cache_control") is { } mark ? mark.Text("ttl") == "1h" ? "1h" : "5m" : null;

    private static void ReadInto(List<ContentPart> parts, JsonElement owner, string name, string at, TurnList turns)
    {
        if (owner.Text(name) is { } text)
        {
            if (text.Length > 0) parts.Add(new TextPart(text));
            return;
        }

        var index = 0;
        foreach (var block in owner.Items(name)) ReadBlock(parts, block, $"{at}[{index++}]", turns);
    }

    private static void ReadBlock(List<ContentPart> parts, JsonElement block, string at, TurnList turns)
    {
        var before = parts.Count;
        switch (block.Text("type"))
        {
            case "text" when block.Text("text") is { } text: parts.Add(new TextPart(text)); break;
            case "image" when block.Object("source") is { } source: parts.Add(Image(source, $"{at}.source")); break;
            case "document" when block.Object("source") is { } source: ReadDocument(parts, block, source, at, turns); break;
            case "tool_use" when block.Text("name") is { } name:
                parts.Add(new ToolCallPart(block.Text("id") ?? "", name, block.Object("input")?.GetRawText() ?? "{}"));
                break;
            case "tool_result" when block.Text("tool_use_id") is { } id:
                var content = new List<ContentPart>();
                ReadInto(content, block, "content", $"{at}.content", turns);
                parts.Add(new ToolResultPart(id, turns.ToolName(id), content, block.Flag("is_error") == true));
                break;
            case "thinking": parts.Add(new ReasoningPart(block.Text("thinking") ?? "", block.Text("signature") is { Length: > 0 } seal ? seal : null)); break;
            case "redacted_thinking" when block.Text("data") is { } data: parts.Add(new ReasoningPart("", null, data)); break;
            default: throw PromptFault.Inexpressible(at);
        }

        if (CacheTtl(block) is { } ttl && parts.Count > before) parts[^1] = parts[^1] with { CacheTtl = ttl };
    }

    private static ImagePart Image(JsonElement source, string at) => source.Text("type") switch
    {
        "base64" when source.Text("data") is { } data => new ImagePart(source.Text("media_type") ?? "image/png", data, null),
        "url" when source.Text("url") is { } url => new ImagePart(null, null, url),
        // A file's bytes are at the caller's vendor, and nobody else has them.
        _ => throw PromptFault.Inexpressible(at),
    };

    private static void ReadDocument(List<ContentPart> parts, JsonElement block, JsonElement source, string at, TurnList turns)
    {
        if (block.Object("citations")?.Flag("enabled") == true) throw PromptFault.Inexpressible($"{at}.citations");
        var title = block.Text("title");
        foreach (var words in (string?[])[source.Text("type") is "text" or "content" ? title : null, block.Text("context")])
        {
            if (words is not null) parts.Add(new TextPart(words));
        }

        switch (source.Text("type"))
        {
            case "base64" when source.Text("data") is { } data: parts.Add(new DocumentPart(source.Text("media_type") ?? "application/pdf", data, null, null, title)); break;
            case "url" when source.Text("url") is { } url: parts.Add(new DocumentPart(null, null, url, null, title)); break;
            case "text" when source.Text("data") is { } text: parts.Add(new TextPart(text)); break;
            case "content": ReadInto(parts, source, "content", $"{at}.source.content", turns); break;
            default: throw PromptFault.Inexpressible($"{at}.source");
        }
    }
}
