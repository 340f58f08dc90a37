using System.Text.Json;
using static AiPortal.Tests.Fixtures.JsonRules;

namespace AiPortal.Tests.Fixtures.Anthropic;

/// <summary>What conversations must look like.</summary>
internal static class AnthropicMessageRules
{
    private const int MostCacheMarks = 4;

    public static void Check(JsonElement body)
    {
        var marks = Items(body, "tools").Count(HasMark);
        if (Kind(body, "system") is { } system)
        {
            Need(system is JsonValueKind.String or JsonValueKind.Array, "system: must be text or blocks");
            foreach (var block in Items(body, "system"))
            {
                Need(Str(block, "type") == "text", "system.type: must be text");
                CheckBlock(block, "system", ref marks);
            }
        }

        var messages = Items(body, "messages");
        Need(messages.Count > 0, "messages: at least one message is required");
        Need(Str(messages[0], "role") == "user", "messages: first message must use the user role");
        HashSet<string> open = [];
        for (var i = 0; i < messages.Count; i++)
        {
            Only(messages[i], $"messages.{i}.", ["role", "content"]);
            var role = Str(messages[i], "role");
            Need(role is "user" or "assistant", $"messages.{i}.role: must be user or assistant");
            if (Str(messages[i], "content") is { } text) Need(!string.IsNullOrWhiteSpace(text), $"messages.{i}: text content must be non-empty");
            else Need(Items(messages[i], "content").Count > 0, $"messages.{i}.content: must have at least one block");
            var blocks = Items(messages[i], "content");
            foreach (var block in blocks) CheckBlock(block, role!, ref marks);
            open = CheckCalls(blocks, role!, open, i);
        }

        Need(open.Count == 0, "messages: tool_use ids were found without tool_result blocks immediately after");
        Need(marks <= MostCacheMarks, "A maximum of 4 blocks with cache_control may be provided");
        var last = messages[^1];
        if (Str(last, "role") != "assistant") return;
        var end = Str(last, "content") ?? (Items(last, "content")[^1] is var block2 && Str(block2, "type") == "text" ? Str(block2, "text") : null);
        Need(end is null || end.TrimEnd() == end, "messages: final assistant content cannot end with trailing whitespace");
    }

    private static HashSet<string> CheckCalls(IReadOnlyList<JsonElement> blocks, string role, HashSet<string> open, int index)
    {
        var others = false;
        foreach (var block in blocks)
        {
            if (Str(block, "type") != "tool_result")
            {
                others = true;
                continue;
            }

            Need(role == "user" && !others, $"messages.{index}: tool_result blocks come first in a user message");
            Need(open.Remove(Str(block, "tool_use_id") ?? ""), $"messages.{index}: unexpected tool_use_id found in tool_result blocks");
        }

        Need(open.Count == 0, $"messages.{index}: tool_use ids were found without tool_result blocks immediately after");
        HashSet<string> calls = [];
        foreach (var block in blocks.Where(block => Str(block, "type") == "tool_use"))
        {
            Need(role == "assistant", $"messages.{index}: tool_use blocks are the assistant's");
            Need(calls.Add(Str(block, "id")!), $"messages.{index}: tool_use ids must be unique");
        }

        return calls;
    }

    private static void CheckBlock(JsonElement block, string role, ref int marks)
    {
        if (HasMark(block)) marks++;
        if (Obj(block, "cache_control") is { } mark)
        {
            Only(mark, "cache_control.", ["type", "ttl"]);
            Need(Str(mark, "type") == "ephemeral" && Str(mark, "ttl") is null or "5m" or "1h", "cache_control: unknown");
        }

        switch (Str(block, "type"))
        {
            case "text":
                Only(block, "text.", ["type", "text", "cache_control", "citations"]);
                Need(!string.IsNullOrWhiteSpace(Str(block, "text")), "text: content blocks must contain non-whitespace text");
                break;
            case "image":
                Only(block, "image.", ["type", "source", "cache_control"]);
                Need(role == "user", "image: only in user messages");
                CheckSource(Obj(block, "source"), ["image/jpeg", "image/png", "image/gif", "image/webp"]);
                break;
            case "document":
                Only(block, "document.", ["type", "source", "title", "context", "citations", "cache_control"]);
                CheckSource(Obj(block, "source"), ["application/pdf"]);
                break;
            case "tool_use":
                Only(block, "tool_use.", ["type", "id", "name", "input", "cache_control", "caller"]);
                Need(Str(block, "id") is { } id && IsName(id, 256), "tool_use.id: must match ^[a-zA-Z0-9_-]+$");
                Need(Str(block, "name") is { Length: > 0 } && Obj(block, "input") is not null, "tool_use.input: must be an object");
                break;
            case "tool_result":
                Only(block, "tool_result.", ["type", "tool_use_id", "content", "is_error", "cache_control"]);
                foreach (var inner in Items(block, "content")) CheckBlock(inner, "user", ref marks);
                break;
            case "thinking":
                Only(block, "thinking.", ["type", "thinking", "signature"]);
                Need(role == "assistant" && Str(block, "signature") is { Length: > 0 }, "thinking.signature: Field required");
                break;
            case "redacted_thinking":
                Need(role == "assistant" && Str(block, "data") is { Length: > 0 }, "redacted_thinking.data: Field required");
                break;
            default: Need(false, $"content.type: unknown {Str(block, "type")}"); break;
        }
    }

    private static void CheckSource(JsonElement? given, string[] mediaTypes)
    {
        Need(given is not null, "source: Field required");
        var source = given!.Value;
        switch (Str(source, "type"))
        {
            case "base64":
                Only(source, "source.", ["type", "media_type", "data"]);
                Need(mediaTypes.Contains(Str(source, "media_type")), "source.media_type: not supported");
                Need(Str(source, "data") is { Length: > 0 } data && Convert.TryFromBase64String(data, new byte[data.Length], out _), "source.data: not base64");
                break;
            case "url": Need(Uri.TryCreate(Str(source, "url"), UriKind.Absolute, out var uri) && uri.Scheme == Uri.UriSchemeHttps, "source.url: must be https"); break;
            case "text": Need(Str(source, "media_type") == "text/plain" && Str(source, "data") is { Length: > 0 }, "source.media_type: must be text/plain"); break;
            case "file": Need(Str(source, "file_id") is { Length: > 0 }, "source.file_id: Field required"); break;
            case "content": break;
            default: Need(false, "source.type: unknown"); break;
        }
    }

    private static bool HasMark(JsonElement block) => block.ValueKind == JsonValueKind.Object && Kind(block, "cache_control") == JsonValueKind.Object;
}
