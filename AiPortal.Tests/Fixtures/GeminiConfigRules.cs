using System.Text.Json;

namespace AiPortal.Tests.Fixtures;

/// <summary>What tools and <c>generationConfig</c> may say.</summary>
internal static class GeminiConfigRules
{
    private static readonly string[] Members =
    [
        "temperature", "topP", "topK", "maxOutputTokens", "stopSequences", "candidateCount", "seed", "presencePenalty", "frequencyPenalty", "responseMimeType",
        "responseSchema", "responseJsonSchema", "responseModalities", "thinkingConfig", "speechConfig", "mediaResolution", "responseLogprobs", "logprobs", "imageConfig",
    ];

    // The words of Google's own kind of schema; others are for parametersJsonSchema and responseJsonSchema alone.
    private static readonly string[] SchemaWords =
    [
        "type", "format", "title", "description", "nullable", "enum", "maxItems", "minItems", "properties", "required", "minProperties", "maxProperties",
        "minLength", "maxLength", "pattern", "example", "anyOf", "propertyOrdering", "default", "items", "minimum", "maximum",
    ];

    public static void Check(JsonElement body)
    {
        var functions = Functions(body);
        if (GeminiWireRules.Get(body, "toolConfig") is { } toolConfig) CheckToolConfig(toolConfig, functions);
        if (GeminiWireRules.Get(body, "generationConfig") is not { } config) return;
        GeminiWireRules.Names(config, "generation_config", Members);
        Between(config, "temperature", 0, 2);
        Between(config, "topP", 0, 1);
        Between(config, "presencePenalty", -2, 2);
        Between(config, "frequencyPenalty", -2, 2);
        Between(config, "topK", 1, 1000);
        Int32(config, "maxOutputTokens", 1);
        Int32(config, "candidateCount", 1);
        Int32(config, "seed", int.MinValue);
        GeminiWireRules.Check(GeminiWireRules.List(config, "stopSequences") is { Count: <= 5 } stops && stops.All(stop => GeminiWireRules.Text(stop).Length > 0), "The number of stop sequences must be at most 5.");
        CheckFormat(config);
        if (GeminiWireRules.Get(config, "thinkingConfig") is not { } thinking) return;
        GeminiWireRules.Names(thinking, "thinking_config", ["thinkingBudget", "thinkingLevel", "includeThoughts"]);
        Int32(thinking, "thinkingBudget", -1);
        if (GeminiWireRules.Get(thinking, "thinkingLevel") is not { } level) return;
        GeminiWireRules.Check(GeminiWireRules.Get(thinking, "thinkingBudget") is null, "You can only set only one of thinking budget and thinking level.");
        GeminiWireRules.Check(GeminiWireRules.Text(level).ToLowerInvariant() is "minimal" or "low" or "medium" or "high", "Invalid value at 'thinking_level'");
    }

    private static void CheckFormat(JsonElement config)
    {
        var mime = GeminiWireRules.Get(config, "responseMimeType") is { } given ? GeminiWireRules.Text(given) : "text/plain";
        GeminiWireRules.Check(mime is "text/plain" or "application/json" or "text/x.enum", "response_mime_type: allowed mimetypes are text/plain, application/json.");
        var (own, json) = (GeminiWireRules.Get(config, "responseSchema"), GeminiWireRules.Get(config, "responseJsonSchema"));
        GeminiWireRules.Check(own is null || json is null, "response_schema and response_json_schema exclude each other.");
        GeminiWireRules.Check((own is null && json is null) || mime != "text/plain", "A schema needs response_mime_type application/json.");
        if (own is { } schema) CheckSchema(schema);
    }

    private static List<string> Functions(JsonElement body)
    {
        var names = new List<string>();
        foreach (var tool in GeminiWireRules.List(body, "tools"))
        {
            GeminiWireRules.Names(tool, "tools", ["functionDeclarations", "googleSearch", "codeExecution", "urlContext", "googleSearchRetrieval"]);
            foreach (var function in GeminiWireRules.List(tool, "functionDeclarations"))
            {
                GeminiWireRules.Names(function, "function_declarations", ["name", "description", "behavior", "parameters", "parametersJsonSchema", "response", "responseJsonSchema"]);
                var name = GeminiWireRules.Text(GeminiWireRules.Need(function, "name"));
                GeminiWireRules.Check(name.Length is > 0 and <= 128, "Invalid function name.");
                GeminiWireRules.Check(!names.Contains(name), $"Duplicate function declaration found: {name}");
                names.Add(name);
                var own = GeminiWireRules.Get(function, "parameters");
                GeminiWireRules.Check(own is null || GeminiWireRules.Get(function, "parametersJsonSchema") is null, "parameters and parameters_json_schema exclude each other.");
                if (own is { } schema) CheckSchema(schema);
            }
        }

        return names;
    }

    private static void CheckSchema(JsonElement schema)
    {
        GeminiWireRules.Names(schema, "parameters", SchemaWords);
        if (GeminiWireRules.Get(schema, "properties") is { } properties)
        {
            foreach (var property in properties.EnumerateObject()) CheckSchema(property.Value);
        }

        if (GeminiWireRules.Get(schema, "items") is { } items) CheckSchema(items);
    }

    private static void CheckToolConfig(JsonElement toolConfig, List<string> functions)
    {
        GeminiWireRules.Names(toolConfig, "tool_config", ["functionCallingConfig", "retrievalConfig"]);
        if (GeminiWireRules.Get(toolConfig, "functionCallingConfig") is not { } calling) return;
        GeminiWireRules.Names(calling, "function_calling_config", ["mode", "allowedFunctionNames"]);
        var mode = GeminiWireRules.Get(calling, "mode") is { } given ? GeminiWireRules.Text(given) : "MODE_UNSPECIFIED";
        GeminiWireRules.Check(mode is "AUTO" or "ANY" or "NONE" or "VALIDATED" or "MODE_UNSPECIFIED", "Invalid value at 'mode'.");
        var allowed = GeminiWireRules.List(calling, "allowedFunctionNames");
        GeminiWireRules.Check(allowed.Count == 0 || mode is "ANY" or "VALIDATED", "allowed_function_names should only be set when the mode is ANY or VALIDATED.");
        GeminiWireRules.Check(allowed.All(name => functions.Contains(GeminiWireRules.Text(name))), "allowed_function_names has a name that is not declared.");
        GeminiWireRules.Check(mode != "ANY" || functions.Count > 0, "Function calling config is set without function_declarations.");
    }

    private static void Between(JsonElement config, string name, double least, double most)
    {
        if (GeminiWireRules.Get(config, name) is not { } value) return;
        GeminiWireRules.Check(value.ValueKind == JsonValueKind.Number && value.GetDouble() >= least && value.GetDouble() <= most, $"{name} must be in the range [{least}, {most}].");
    }

    private static void Int32(JsonElement config, string name, int least)
    {
        if (GeminiWireRules.Get(config, name) is not { } value) return;
        GeminiWireRules.Check(value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= least, $"Invalid value at '{name}' (TYPE_INT32).");
    }
}
