using System.Text.Json;
using System.Text.RegularExpressions;

namespace AiPortal.Tests.Fixtures;

/// <summary>What Google refuses with INVALID_ARGUMENT: unknown members, wrong types, and what its documents forbid.</summary>
public static partial class GeminiWireRules
{
    private static readonly string[] Request = ["contents", "systemInstruction", "tools", "toolConfig", "generationConfig", "safetySettings", "cachedContent", "model"];
    private static readonly string[] PartData = ["text", "inlineData", "fileData", "functionCall", "functionResponse", "executableCode", "codeExecutionResult"];
    private static readonly string[] PartMembers = [.. PartData, "thought", "thoughtSignature", "videoMetadata", "mediaResolution"];

    /// <summary>Null for a request the real one would take.</summary>
    public static string? FaultOf(FakeGeminiRequest request)
    {
        try
        {
            Check(request.Method == "POST", $"Method {request.Method} not found.");
            if (request.Json is not { ValueKind: JsonValueKind.Object } body) throw new WireFault("Invalid JSON payload received.");
            Check(request.Header("Content-Type")?.StartsWith("application/json", StringComparison.Ordinal) == true, "Content-Type must be application/json.");
            switch (request.Verb)
            {
                case "generateContent": CheckRequest(body, request.Model!); break;
                case "streamGenerateContent":
                    Check(request.Query == "?alt=sse", "The stream is asked for as events.");
                    CheckRequest(body, request.Model!);
                    break;
                case "countTokens":
                    Names(body, "countTokens", [.. Request, "generateContentRequest"]);
                    CheckRequest(Get(body, "generateContentRequest") ?? body, request.Model!);
                    break;
                case "embedContent": CheckEmbedding(body, request.Model!); break;
                case "batchEmbedContents":
                    Names(body, "batchEmbedContents", ["requests"]);
                    Check(List(body, "requests").Count is > 0 and <= 100, "* BatchEmbedContentsRequest.requests: at most 100 requests can be in one batch");
                    foreach (var each in List(body, "requests"))
                    {
                        Text(Need(each, "model"));
                        CheckEmbedding(each, request.Model!);
                    }

                    break;
                default: throw new WireFault($"Unknown method {request.Verb}.");
            }

            return null;
        }
        catch (WireFault fault)
        {
            return fault.Message;
        }
    }

    private static void CheckRequest(JsonElement body, string model)
    {
        Names(body, "request", Request);
        if (Get(body, "model") is { } named) Check(Text(named) == "models/" + model, "model differs from the path.");
        if (Get(body, "systemInstruction") is { } system) CheckContent(system, "systemInstruction", textOnly: true);
        var contents = List(body, "contents");
        Check(contents.Count > 0, "GenerateContentRequest.contents: contents is not specified");
        GeminiTurnRules.Check(contents, model);
        foreach (var content in contents) CheckContent(content, "contents", textOnly: false);
        GeminiConfigRules.Check(body);
    }

    private static void CheckEmbedding(JsonElement body, string model)
    {
        Names(body, "embed", ["model", "content", "taskType", "title", "outputDimensionality"]);
        if (Get(body, "model") is { } named) Check(Text(named) == "models/" + model, "model differs from the path.");
        CheckContent(Get(body, "content") ?? throw new WireFault("content is required."), "content", textOnly: true);
    }

    private static void CheckContent(JsonElement content, string at, bool textOnly)
    {
        Names(content, at, ["role", "parts"]);
        if (Get(content, "role") is { } role) Check(Text(role) is "user" or "model" or "function" || (at == "systemInstruction" && Text(role) == "system"), "Please use a valid role: user, model.");
        var parts = List(content, "parts");
        Check(parts.Count > 0, $"{at}.parts must not be empty.");
        foreach (var part in parts)
        {
            Names(part, $"{at}.parts", PartMembers);
            Check(PartData.Count(name => Get(part, name) is not null) == 1, "required oneof field 'data' must have one initialized field");
            if (Get(part, "text") is { } text) Text(text);
            else Check(!textOnly, $"{at} must be text.");
            if (Get(part, "thoughtSignature") is { } seal) Base64(seal, "thoughtSignature");
            if (Get(part, "inlineData") is { } inline)
            {
                Names(inline, "inlineData", ["mimeType", "data", "displayName"]);
                Check(MediaType().IsMatch(Text(Need(inline, "mimeType"))), "Unsupported MIME type");
                Base64(Need(inline, "data"), "data");
            }

            if (Get(part, "fileData") is { } file)
            {
                Names(file, "fileData", ["mimeType", "fileUri", "displayName"]);
                Check(Uri.TryCreate(Text(Need(file, "fileUri")), UriKind.Absolute, out _), "Invalid or unsupported file uri");
            }
        }
    }

    internal static void Names(JsonElement element, string at, IReadOnlyList<string> known)
    {
        Check(element.ValueKind == JsonValueKind.Object, $"Invalid value at '{at}'.");
        var seen = new HashSet<string>();
        foreach (var member in element.EnumerateObject())
        {
            var camel = Underscore().Replace(member.Name, found => found.Groups[1].Value.ToUpperInvariant());
            Check(known.Contains(camel), $"Invalid JSON payload received. Unknown name \"{member.Name}\" at '{at}': Cannot find field.");
            Check(seen.Add(camel), $"Duplicate field {camel}.");
        }
    }

    internal static JsonElement? Get(JsonElement element, string camel)
    {
        var snake = Capital().Replace(camel, found => "_" + found.Value.ToLowerInvariant());
        return (element.TryGetProperty(camel, out var value) || element.TryGetProperty(snake, out value)) && value.ValueKind != JsonValueKind.Null ? value : null;
    }

    internal static JsonElement Need(JsonElement element, string name) => Get(element, name) ?? throw new WireFault($"{name} is required.");

    internal static string Text(JsonElement element) => element.ValueKind == JsonValueKind.String ? element.GetString()! : throw new WireFault("Invalid value (oneof), expected a string.");

    internal static IReadOnlyList<JsonElement> List(JsonElement element, string name)
    {
        if (Get(element, name) is not { } list) return [];
        Check(list.ValueKind == JsonValueKind.Array, $"{name} must be a list.");
        return [.. list.EnumerateArray()];
    }

    internal static void Check(bool holds, string message)
    {
        if (!holds) throw new WireFault(message);
    }

    private static void Base64(JsonElement value, string name)
    {
        var text = Text(value).Replace('-', '+').Replace('_', '/');
        Check(Convert.TryFromBase64String(text.PadRight((text.Length + 3) / 4 * 4, '='), new byte[text.Length + 4], out _), $"Invalid value at '{name}' (TYPE_BYTES), Base64 decoding failed");
    }

    [GeneratedRegex("_([a-z])")]
    private static partial Regex Underscore();

    [GeneratedRegex("[A-Z]")]
    private static partial Regex Capital();

    [GeneratedRegex(@"^(image/(png|jpeg|webp|heic|heif|gif)|audio/(wav|mp3|mpeg|aiff|aac|ogg|flac)|video/[a-z0-9]+|application/pdf|text/[a-z]+)$")]
    private static partial Regex MediaType();
}

/// <summary>What is wrong with a request.</summary>
internal sealed class WireFault(string message) : Exception(message);
