using System.Globalization;
using System.Text.Json;
using AiPortal.Core.Gateway.Translation;

namespace AiPortal.Core.Gateway.Gemini;

/// <summary>Reads the contents of a Gemini request into instructions and turns.</summary>
internal sealed class GeminiContentReader
{
    private readonly TurnList _turns = new();
    private readonly List<(string Id, string Name)> _open = [];
    private int _calls;

    /// <exception cref="PromptFault">It has something else than text.</exception>
    public static IReadOnlyList<ContentPart> Instruction(JsonElement body)
    {
        if (body.Any("systemInstruction") is not { } instruction) return [];
        if (instruction.ValueKind == JsonValueKind.String) return [new TextPart(instruction.GetString()!)];
        return [.. instruction.AnyItems("parts").Select(part => new TextPart(part.Text("text") ?? throw PromptFault.Inexpressible("systemInstruction.parts")))];
    }

    /// <exception cref="PromptFault">A content makes no sense, or has a part that nobody else understands.</exception>
    public static IReadOnlyList<ChatTurn> Turns(JsonElement body)
    {
        var reader = new GeminiContentReader();
        var index = 0;
        foreach (var content in body.AnyItems("contents")) reader.Read(content, $"contents[{index++}]");
        return reader._turns.ToTurns();
    }

    private void Read(JsonElement content, string at)
    {
        var role = content.Text("role") switch
        {
            // "function" is the older word for a user's turn with results.
            null or "" or "user" or "function" => TurnRole.User,
            "model" => TurnRole.Assistant,
            _ => throw new PromptFault($"{at}.role", $"'{at}.role' must be user or model."),
        };
        var parts = new List<ContentPart>();
        var place = 0;
        foreach (var part in content.AnyItems("parts")) Add(parts, part, $"{at}.parts[{place++}]");
        _turns.Add(role, parts);
    }

    private void Add(List<ContentPart> parts, JsonElement part, string at)
    {
        var signature = part.AnyText("thoughtSignature");
        if (part.Flag("thought") == true) AddThought(parts, part.Text("text") ?? "", signature);
        else if (part.Text("text") is { } text)
        {
            if (text.Length > 0) parts.Add(new TextPart(text));
        }
        else if (part.AnyObject("inlineData") is { } inline) parts.Add(Inline(inline, at));
        else if (part.AnyObject("fileData") is { } file) parts.Add(File(file, at));
        else if (part.AnyObject("functionCall") is { } call) parts.Add(Call(call, signature, at));
        else if (part.AnyObject("functionResponse") is { } response) parts.Add(Result(response, at));
        else throw PromptFault.Inexpressible(at);
    }

    /// <summary>Thoughts come in pieces; the seal is on the last one.</summary>
    private static void AddThought(List<ContentPart> parts, string text, string? signature)
    {
        if (parts is [.., ReasoningPart { Signature: null } begun]) parts[^1] = begun with { Text = begun.Text + text, Signature = signature };
        else parts.Add(new ReasoningPart(text, signature));
    }

    private static ContentPart Inline(JsonElement inline, string at)
    {
        if (inline.AnyText("mimeType") is not { Length: > 0 } type || inline.Text("data") is not { } data)
            throw new PromptFault($"{at}.inlineData", $"'{at}.inlineData' must have 'mimeType' and 'data'.");
        if (type.StartsWith("image/", StringComparison.OrdinalIgnoreCase)) return new ImagePart(type, Standard(data), null);
        if (type.StartsWith("audio/", StringComparison.OrdinalIgnoreCase)) return new AudioPart(type["audio/".Length..].ToLowerInvariant(), Standard(data));
        if (type.StartsWith("video/", StringComparison.OrdinalIgnoreCase)) throw PromptFault.Inexpressible($"{at}.inlineData");
        return new DocumentPart(type, Standard(data), null, null, inline.AnyText("displayName"));
    }

    /// <summary>Google takes base64 also in its form for addresses; others do not.</summary>
    private static string Standard(string data) => data.Replace('-', '+').Replace('_', '/');

    private static ContentPart File(JsonElement file, string at)
    {
        var (uri, type) = (file.AnyText("fileUri"), file.AnyText("mimeType"));
        // Files of Google's own store are nobody else's to read.
        if (!Uri.TryCreate(uri, UriKind.Absolute, out var address) || address.Scheme is not ("https" or "http") || address.Host.EndsWith(".googleapis.com", StringComparison.OrdinalIgnoreCase))
            throw PromptFault.Inexpressible($"{at}.fileData");
        if (type?.StartsWith("image/", StringComparison.OrdinalIgnoreCase) == true) return new ImagePart(type, null, uri);
        if (type is "application/pdf" or "text/plain") return new DocumentPart(type, null, uri, null, file.AnyText("displayName"));
        throw PromptFault.Inexpressible($"{at}.fileData");
    }

    private ToolCallPart Call(JsonElement call, string? signature, string at)
    {
        if (call.Text("name") is not { Length: > 0 } name) throw new PromptFault($"{at}.functionCall.name", $"'{at}.functionCall.name' must be a non-empty string.");
        var id = call.Text("id") is { Length: > 0 } own ? own : "call_" + (++_calls).ToString(CultureInfo.InvariantCulture);
        _open.Add((id, name));
        return new ToolCallPart(id, name, call.Object("args")?.GetRawText() ?? "{}") { Signature = signature };
    }

    /// <summary>A result without an id answers the first call of its name that has none yet.</summary>
    private ToolResultPart Result(JsonElement response, string at)
    {
        var name = response.Text("name");
        var place = response.Text("id") is { Length: > 0 } id ? _open.FindIndex(call => call.Id == id) : _open.FindIndex(call => call.Name == name);
        if (place < 0) throw new PromptFault($"{at}.functionResponse", $"'{at}.functionResponse' answers no function call that stands before it.");
        var call = _open[place];
        _open.RemoveAt(place);
        var content = new List<ContentPart>();
        var isError = false;
        if (response.Object("response") is { } given) content.Add(Words(given, out isError));
        var index = 0;
        foreach (var part in response.AnyItems("parts"))
        {
            var partAt = $"{at}.functionResponse.parts[{index++}]";
            content.Add(part.AnyObject("inlineData") is { } inline ? Inline(inline, partAt) : throw PromptFault.Inexpressible(partAt));
        }

        return new ToolResultPart(call.Id, call.Name, content, isError);
    }

    // {"output":"22 °C"} and {"error":"no such city"} are Google's own words for plain results; anything else is itself the result.
    private static TextPart Words(JsonElement response, out bool isError)
    {
        isError = false;
        var members = response.EnumerateObject().ToArray();
        if (members is not [{ Name: "output" or "result" or "error", Value: var value } only]) return new TextPart(response.GetRawText());
        isError = only.Name == "error";
        return new TextPart(value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText());
    }
}
