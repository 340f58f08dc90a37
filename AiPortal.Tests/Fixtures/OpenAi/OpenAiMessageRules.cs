using System.Text.Json;
using System.Text.RegularExpressions;
using static AiPortal.Tests.Fixtures.JsonRules;

namespace AiPortal.Tests.Fixtures.OpenAi;

/// <summary>What conversations must look like.</summary>
internal static partial class OpenAiMessageRules
{
    private const int LongestCallId = 40;

    public static void Check(JsonElement body, IReadOnlySet<string> functions)
    {
        var messages = Items(body, "messages");
        Need(messages.Count > 0, "messages: [] is too short");
        HashSet<string> open = [];
        for (var i = 0; i < messages.Count; i++)
        {
            var (message, at) = (messages[i], $"messages[{i}]");
            Need(message.ValueKind == JsonValueKind.Object, $"{at}: must be an object");
            var role = Str(message, "role");
            Need(role == "tool" || open.Count == 0, $"{at}: an assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'");
            switch (role)
            {
                case "system" or "developer":
                    Only(message, at + ".", ["role", "content", "name"]);
                    CheckContent(message, at, ["text"]);
                    break;
                case "user":
                    Only(message, at + ".", ["role", "content", "name"]);
                    CheckContent(message, at, ["text", "image_url", "input_audio", "file"]);
                    break;
                case "assistant": open = CheckAssistant(message, at); break;
                case "tool":
                    Only(message, at + ".", ["role", "content", "tool_call_id"]);
                    CheckContent(message, at, ["text"]);
                    Need(open.Remove(Str(message, "tool_call_id") ?? ""), $"{at}: messages with role 'tool' must be a response to a preceding message with 'tool_calls'");
                    break;
                default: throw new RuleFault($"{at}.role: unknown");
            }
        }

        Need(open.Count == 0, "messages: an assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'");
        Need(functions.Count > 0 || !messages.Any(message => Kind(message, "tool_calls") is not null) || Str(messages[^1], "role") is "tool" or "user", "messages: calls without tools");
    }

    private static HashSet<string> CheckAssistant(JsonElement message, string at)
    {
        Only(message, at + ".", ["role", "content", "name", "refusal", "tool_calls", "function_call", "audio", "annotations"]);
        var calls = Items(message, "tool_calls");
        Need(Kind(message, "tool_calls") is null || calls.Count > 0, $"{at}.tool_calls: [] is too short");
        if (Kind(message, "content") is JsonValueKind.String or JsonValueKind.Array) CheckContent(message, at, ["text", "refusal"]);
        else Need(calls.Count > 0 || Str(message, "refusal") is not null, $"{at}.content: expected a string, got null");
        Need(Kind(message, "refusal") is null or JsonValueKind.Null or JsonValueKind.String, $"{at}.refusal: must be a string");
        HashSet<string> ids = [];
        foreach (var call in calls)
        {
            Only(call, at + ".tool_calls.", ["id", "type", "function"]);
            Need(Str(call, "type") == "function", $"{at}.tool_calls.type: must be function");
            Need(Str(call, "id") is { Length: > 0 and <= LongestCallId } id && ids.Add(id), $"{at}.tool_calls.id: unique, at most {LongestCallId} characters");
            var function = Obj(call, "function") ?? throw new RuleFault($"{at}.tool_calls.function: missing");
            Only(function, at + ".tool_calls.function.", ["name", "arguments"]);
            Need(Str(function, "name") is { } name && IsName(name, 64) && Str(function, "arguments") is not null, $"{at}.tool_calls.function: needs a name and arguments as a string");
        }

        return ids;
    }

    private static void CheckContent(JsonElement message, string at, string[] types)
    {
        if (Str(message, "content") is not null) return;
        var parts = Items(message, "content");
        Need(parts.Count > 0, $"{at}.content: must be text or parts");
        foreach (var part in parts)
        {
            var type = Str(part, "type");
            Need(types.Contains(type), $"{at}.content.type: {type} is not allowed here");
            Only(part, at + ".content.", ["type", type!, "prompt_cache_breakpoint"]);
            switch (type)
            {
                case "text": Need(Str(part, "text") is { Length: > 0 }, $"{at}.content.text: must be a non-empty string"); break;
                case "image_url": CheckImage(Obj(part, "image_url") ?? throw new RuleFault($"{at}.content.image_url: must be an object"), at); break;
                case "input_audio":
                    Need(Obj(part, "input_audio") is { } audio && Str(audio, "format") is "wav" or "mp3" && IsBase64(Str(audio, "data")), $"{at}.content.input_audio: wav or mp3 as base64");
                    break;
                case "file":
                    var file = Obj(part, "file") ?? throw new RuleFault($"{at}.content.file: must be an object");
                    Only(file, at + ".content.file.", ["file_id", "file_data", "filename"]);
                    Need(Str(file, "file_id") is not null || (Str(file, "filename") is not null && Str(file, "file_data") is { } data && DataUrl().Match(data) is { Success: true } found
                        && found.Groups["type"].Value == "application/pdf" && IsBase64(found.Groups["data"].Value)), $"{at}.content.file: an id, or a name with a PDF as data URL");
                    break;
            }
        }
    }

    private static void CheckImage(JsonElement image, string at)
    {
        Only(image, at + ".content.image_url.", ["url", "detail"]);
        Need(Str(image, "detail") is null or "auto" or "low" or "high", $"{at}.content.image_url.detail: unknown");
        var url = Str(image, "url") ?? throw new RuleFault($"{at}.content.image_url.url: missing");
        if (DataUrl().Match(url) is { Success: true } found)
            Need(found.Groups["type"].Value is "image/png" or "image/jpeg" or "image/gif" or "image/webp" && IsBase64(found.Groups["data"].Value), $"{at}.content.image_url: unsupported image");
        else Need(Uri.TryCreate(url, UriKind.Absolute, out var address) && address.Scheme is "https" or "http", $"{at}.content.image_url.url: invalid");
    }

    [GeneratedRegex("^data:(?<type>[a-z0-9.+/-]+);base64,(?<data>.+)$")]
    private static partial Regex DataUrl();
}
