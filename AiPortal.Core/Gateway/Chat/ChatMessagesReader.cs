using System.Text.Json;
using AiPortal.Core.Gateway.Translation;

namespace AiPortal.Core.Gateway.Chat;

/// <summary>Reads the messages of a chat request into instructions and turns.</summary>
internal static class ChatMessagesReader
{
    /// <exception cref="PromptFault">A message makes no sense, or has a part that nobody else understands.</exception>
    public static (IReadOnlyList<ContentPart> System, IReadOnlyList<ChatTurn> Turns) Read(JsonElement body)
    {
        var system = new List<ContentPart>();
        var turns = new TurnList();
        var index = 0;
        foreach (var message in body.Items("messages"))
        {
            var at = $"messages[{index++}]";
            switch (message.Text("role"))
            {
                case "system" or "developer": system.AddRange(Content(message, at)); break;
                case "user": turns.Add(TurnRole.User, Content(message, at)); break;
                case "assistant": turns.Add(TurnRole.Assistant, Assistant(message, at)); break;
                case "tool": turns.Add(TurnRole.User, [Result(message, turns, at)]); break;
                default: throw new PromptFault($"{at}.role", $"'{at}.role' must be system, developer, user, assistant or tool.");
            }
        }

        return (system, turns.ToTurns());
    }

    private static ToolResultPart Result(JsonElement message, TurnList turns, string at)
    {
        var id = message.Text("tool_call_id") ?? throw new PromptFault($"{at}.tool_call_id", $"'{at}.tool_call_id' must be a string.");
        return new ToolResultPart(id, turns.ToolName(id), Content(message, at), IsError: false);
    }

    private static List<ContentPart> Assistant(JsonElement message, string at)
    {
        var parts = new List<ContentPart>();
        foreach (var detail in message.Items("reasoning_details"))
        {
            if (detail.Text("type") == "reasoning.encrypted" && detail.Text("data") is { } data) parts.Add(new ReasoningPart("", null, data));
            else if (detail.Text("signature") is { } seal) parts.Add(new ReasoningPart(detail.Text("text") ?? message.Text("reasoning_content") ?? "", seal));
        }

        parts.AddRange(Content(message, at));
        if (message.Text("refusal") is { Length: > 0 } refusal) parts.Add(new RefusalPart(refusal));
        foreach (var call in message.Items("tool_calls"))
        {
            if (call.Object("function") is not { } function || function.Text("name") is not { Length: > 0 } name)
                throw PromptFault.Inexpressible($"{at}.tool_calls");
            parts.Add(new ToolCallPart(call.Text("id") ?? "", name, function.Text("arguments") is { Length: > 0 } arguments ? arguments : "{}")
            {
                Signature = call.Object("extra_content")?.Object("google")?.Text("thought_signature"),
            });
        }

        return parts;
    }

    private static List<ContentPart> Content(JsonElement message, string at)
    {
        if (message.Text("content") is { } text) return text.Length == 0 ? [] : [new TextPart(text)];
        var parts = new List<ContentPart>();
        foreach (var part in message.Items("content")) parts.Add(Part(part, $"{at}.content[{parts.Count}]"));
        return parts;
    }

    private static ContentPart Part(JsonElement part, string at) => part.Text("type") switch
    {
        "text" when part.Text("text") is { } text => new TextPart(text) { CacheTtl = part.Member("prompt_cache_breakpoint") is null ? null : "5m" },
        "refusal" when part.Text("refusal") is { } refusal => new RefusalPart(refusal),
        "image_url" when part.Object("image_url") is { } image && image.Text("url") is { } url => Image(url, image.Text("detail")),
        "input_audio" when part.Object("input_audio") is { } audio && audio.Text("data") is { } data => new AudioPart(audio.Text("format") ?? "wav", data),
        "file" when part.Object("file") is { } file => File(file, at),
        _ => throw PromptFault.Inexpressible(at),
    };

    private static ImagePart Image(string url, string? detail) =>
        DataUrl.TryRead(url, out var type, out var data) ? new ImagePart(type, data, null, detail) : new ImagePart(null, null, url, detail);

    private static DocumentPart File(JsonElement file, string at)
    {
        if (file.Text("file_data") is { } given)
        {
            return DataUrl.TryRead(given, out var type, out var data)
                ? new DocumentPart(type, data, null, null, file.Text("filename"))
                : new DocumentPart("application/pdf", given, null, null, file.Text("filename"));
        }

        // Its bytes are at the caller's vendor, and nobody else has them.
        throw PromptFault.Inexpressible(file.Text("file_id") is null ? $"{at}.file" : $"{at}.file.file_id");
    }
}
