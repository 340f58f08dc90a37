using System.Text.Json;
using AiPortal.Core.Gateway.Translation;

namespace AiPortal.Core.Gateway.Responses;

/// <summary>Reads the input of a response, a string or items, into instructions and turns.</summary>
internal static class ResponsesInputReader
{
    /// <exception cref="PromptFault">An item makes no sense, or is one that nobody else understands.</exception>
    public static (List<ContentPart> System, IReadOnlyList<ChatTurn> Turns) Read(JsonElement body)
    {
        var system = new List<ContentPart>();
        var turns = new TurnList();
        if (body.Text("input") is { } text) turns.Add(TurnRole.User, [new TextPart(text)]);
        var index = 0;
        foreach (var item in body.Items("input"))
        {
            var at = $"input[{index++}]";
            switch (item.Text("type") ?? "message")
            {
                case "message":
                    switch (item.Text("role"))
                    {
                        case "system" or "developer": system.AddRange(Content(item, "content", at)); break;
                        case "user": turns.Add(TurnRole.User, Content(item, "content", at)); break;
                        case "assistant": turns.Add(TurnRole.Assistant, Content(item, "content", at)); break;
                        default: throw new PromptFault($"{at}.role", $"'{at}.role' must be system, developer, user or assistant.");
                    }

                    break;
                case "function_call": turns.Add(TurnRole.Assistant, [Call(item, at)]); break;
                case "function_call_output": turns.Add(TurnRole.User, [Result(item, turns, at)]); break;
                case "reasoning": turns.Add(TurnRole.Assistant, Thought(item)); break;
                default: throw PromptFault.Inexpressible($"{at}.type");
            }
        }

        return (system, turns.ToTurns());
    }

    private static ToolCallPart Call(JsonElement item, string at)
    {
        if (item.Text("name") is not { Length: > 0 } name) throw new PromptFault($"{at}.name", $"'{at}.name' must be a non-empty string.");
        return new ToolCallPart(item.Text("call_id") ?? "", name, item.Text("arguments") is { Length: > 0 } arguments ? arguments : "{}")
        {
            Signature = item.Object("extra_content")?.Object("google")?.Text("thought_signature"),
        };
    }

    private static ToolResultPart Result(JsonElement item, TurnList turns, string at)
    {
        var id = item.Text("call_id") ?? throw new PromptFault($"{at}.call_id", $"'{at}.call_id' must be a string.");
        return new ToolResultPart(id, turns.ToolName(id), Content(item, "output", at), item.Text("status") == "incomplete");
    }

    /// <summary>Thoughts go back only with the seal that this portal wrote into the item; another vendor's seal opens nothing.</summary>
    private static ReasoningPart[] Thought(JsonElement item) => ReasoningSeal.Read(item.Text("encrypted_content")) switch
    {
        { Signature: { } signature } => [new ReasoningPart(string.Concat(item.Items("summary").Select(part => part.Text("text"))), signature)],
        { Redacted: { } data } => [new ReasoningPart("", null, data)],
        _ => [],
    };

    private static List<ContentPart> Content(JsonElement item, string member, string at)
    {
        if (item.Text(member) is { } text) return text.Length == 0 ? [] : [new TextPart(text)];
        var parts = new List<ContentPart>();
        foreach (var part in item.Items(member)) parts.Add(Part(part, $"{at}.{member}[{parts.Count}]"));
        return parts;
    }

    private static ContentPart Part(JsonElement part, string at) => part.Text("type") switch
    {
        "input_text" or "output_text" or "text" when part.Text("text") is { } text => new TextPart(text) { CacheTtl = part.Member("prompt_cache_breakpoint") is null ? null : "5m" },
        "refusal" when part.Text("refusal") is { } refusal => new RefusalPart(refusal),
        "input_image" when part.Text("image_url") is { } url => DataUrl.TryRead(url, out var type, out var data)
            ? new ImagePart(type, data, null, part.Text("detail"))
            : new ImagePart(null, null, url, part.Text("detail")),
        "input_audio" when part.Object("input_audio") is { } audio && audio.Text("data") is { } sound => new AudioPart(audio.Text("format") ?? "wav", sound),
        "input_file" when part.Text("file_data") is { } given => DataUrl.TryRead(given, out var type, out var data)
            ? new DocumentPart(type, data, null, null, part.Text("filename"))
            : new DocumentPart("application/pdf", given, null, null, part.Text("filename")),
        "input_file" when part.Text("file_url") is { } address => new DocumentPart(null, null, address, null, part.Text("filename")),
        // Its bytes are at the caller's vendor, and nobody else has them.
        "input_image" or "input_file" when part.Member("file_id") is not null => throw PromptFault.Inexpressible($"{at}.file_id"),
        _ => throw PromptFault.Inexpressible(at),
    };
}
