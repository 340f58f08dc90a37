using System.Text.Json;
using static AiPortal.Tests.Fixtures.JsonRules;

namespace AiPortal.Tests.Fixtures.OpenAi;

/// <summary>What tools, the choice among them, and the shape of an answer must look like.</summary>
internal static class OpenAiToolRules
{
    private const int LongestName = 64;

    /// <returns>The names of the functions.</returns>
    public static IReadOnlySet<string> CheckTools(JsonElement body)
    {
        var names = new HashSet<string>();
        foreach (var tool in Items(body, "tools"))
        {
            Only(tool, "tools.", ["type", "function"]);
            Need(Str(tool, "type") == "function", "tools.type: must be function");
            var function = Obj(tool, "function") ?? throw new RuleFault("tools.function: missing");
            Only(function, "tools.function.", ["name", "description", "parameters", "strict"]);
            Need(Str(function, "name") is { } name && IsName(name, LongestName) && names.Add(name), "tools.function.name: must match ^[a-zA-Z0-9_-]{1,64}$ and be unique");
            Need(Kind(function, "parameters") is null || (Obj(function, "parameters") is { } schema && Str(schema, "type") == "object"), "tools.function.parameters: schema must be of type object");
            if (Kind(function, "strict") == JsonValueKind.True) CheckStrict(Obj(function, "parameters") ?? throw new RuleFault("tools.function.parameters: missing"), "tools.function.parameters");
        }

        Need(Kind(body, "tools") is null || names.Count > 0, "tools: [] is too short");
        Need(names.Count > 0 || (Kind(body, "tool_choice") is null && Kind(body, "parallel_tool_calls") is null), "tool_choice, parallel_tool_calls: only allowed when 'tools' are specified");
        Need(Kind(body, "parallel_tool_calls") is null or JsonValueKind.True or JsonValueKind.False, "parallel_tool_calls: must be a boolean");
        if (Str(body, "tool_choice") is { } word) Need(word is "none" or "auto" or "required", "tool_choice: unknown");
        if (Obj(body, "tool_choice") is { } choice) CheckChoice(choice, names);
        return names;
    }

    public static void CheckFormat(JsonElement body)
    {
        if (Obj(body, "response_format") is not { } format) return;
        switch (Str(format, "type"))
        {
            case "text": break;
            case "json_object":
                Need(body.GetProperty("messages").GetRawText().Contains("json", StringComparison.OrdinalIgnoreCase), "messages: must contain the word 'json' to use response_format json_object");
                break;
            case "json_schema":
                Only(format, "response_format.", ["type", "json_schema"]);
                var schema = Obj(format, "json_schema") ?? throw new RuleFault("response_format.json_schema: missing");
                Only(schema, "response_format.json_schema.", ["name", "description", "schema", "strict"]);
                Need(Str(schema, "name") is { } name && IsName(name, LongestName), "response_format.json_schema.name: must match ^[a-zA-Z0-9_-]{1,64}$");
                Need(Obj(schema, "schema") is not null, "response_format.json_schema.schema: missing");
                if (Kind(schema, "strict") == JsonValueKind.True) CheckStrict(Obj(schema, "schema")!.Value, "response_format.json_schema.schema");
                break;
            default: throw new RuleFault("response_format.type: unknown");
        }
    }

    private static void CheckChoice(JsonElement choice, HashSet<string> names)
    {
        switch (Str(choice, "type"))
        {
            case "function":
                Only(choice, "tool_choice.", ["type", "function"]);
                Need(Obj(choice, "function") is { } named && names.Contains(Str(named, "name") ?? ""), "tool_choice.function.name: not among the tools");
                break;
            case "allowed_tools":
                var allowed = Obj(choice, "allowed_tools") ?? throw new RuleFault("tool_choice.allowed_tools: missing");
                Need(Str(allowed, "mode") is "auto" or "required", "tool_choice.allowed_tools.mode: unknown");
                foreach (var tool in Items(allowed, "tools"))
                    Need(Obj(tool, "function") is { } function && names.Contains(Str(function, "name") ?? ""), "tool_choice.allowed_tools.tools: not among the tools");
                break;
            default: throw new RuleFault("tool_choice.type: unknown");
        }
    }

    /// <summary>Strict schemas are closed, and everything in them is required.</summary>
    private static void CheckStrict(JsonElement schema, string at)
    {
        if (schema.ValueKind != JsonValueKind.Object) return;
        if (Str(schema, "type") == "object")
        {
            Need(Kind(schema, "additionalProperties") == JsonValueKind.False, $"{at}: 'additionalProperties' is required to be supplied and to be false");
            var required = Items(schema, "required").Select(name => name.GetString()).ToHashSet();
            foreach (var property in Obj(schema, "properties")?.EnumerateObject() ?? default)
            {
                Need(required.Contains(property.Name), $"{at}: 'required' must have every key in properties, {property.Name} is missing");
                CheckStrict(property.Value, $"{at}.{property.Name}");
            }
        }

        if (Obj(schema, "items") is { } items) CheckStrict(items, at + ".items");
        foreach (var each in Items(schema, "anyOf")) CheckStrict(each, at + ".anyOf");
    }
}
