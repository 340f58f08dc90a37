using System.Text.Json;
using static AiPortal.Tests.Fixtures.JsonRules;

namespace AiPortal.Tests.Fixtures.Anthropic;

/// <summary>What differs by model: sampling, thinking, effort, forced tools and schemas.</summary>
internal static class AnthropicModelRules
{
    private static readonly string[] Manual = ["claude-3-7", "claude-sonnet-4-2", "claude-opus-4-2", "claude-opus-4-1", "claude-sonnet-4-5", "claude-haiku-4-5", "claude-opus-4-5"];
    private static readonly string[] Adaptive = ["claude-opus-4-6", "claude-sonnet-4-6", "claude-opus-4-7", "claude-opus-4-8", "claude-opus-5", "claude-sonnet-5", "claude-haiku-5", "claude-fable-5", "claude-mythos-5"];
    private static readonly string[] NoSampling = ["claude-sonnet-5", "claude-opus-5", "claude-haiku-5", "claude-fable-5", "claude-mythos-5"];
    private static readonly string[] NoForcedTools = ["claude-opus-5-5", "claude-sonnet-5-5", "claude-fable-5-1"];
    private static readonly string[] AlwaysThinking = ["claude-opus-5-5", "claude-fable-5-1"];
    private static readonly string[] Schemas = ["claude-opus-4-1", "claude-sonnet-4-5", "claude-haiku-4-5", "claude-opus-4-5", .. Adaptive];
    private static readonly string[] Unenforced = ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength", "maxLength", "maxItems", "uniqueItems"];
    private static readonly string[] Efforts = ["claude-opus-4-5", .. Adaptive];

    public static void Check(JsonElement body)
    {
        var model = Str(body, "model")!;
        var sampled = Num(body, "temperature") is not (null or 1) || Num(body, "top_p") is not (null or 1) || Int(body, "top_k") is not null;
        Need(!sampled || !Is(model, NoSampling), "temperature: not supported by this model");
        var forced = Obj(body, "tool_choice") is { } choice && Str(choice, "type") is "any" or "tool";
        Need(!forced || !Is(model, NoForcedTools), "tool_choice: forced tool use is not supported by this model");
        CheckThinking(body, model, sampled, forced);
        if (Obj(body, "output_config") is not { } output) return;
        Only(output, "output_config.", ["effort", "format"]);
        if (Kind(output, "effort") is not null)
        {
            Need(Is(model, Efforts), "output_config.effort: not supported by this model");
            Need(Str(output, "effort") is "low" or "medium" or "high" or "xhigh" or "max", "output_config.effort: unknown");
        }

        if (Obj(output, "format") is not { } format) return;
        Only(format, "output_config.format.", ["type", "schema"]);
        Need(Is(model, Schemas), "output_config.format: not supported by this model");
        Need(Str(format, "type") == "json_schema" && Obj(format, "schema") is not null, "output_config.format.schema: Field required");
        CheckSchema(format.GetProperty("schema"));
    }

    /// <summary>A schema that is enforced has closed objects, and no bounds on numbers and lengths.</summary>
    public static void CheckSchema(JsonElement schema)
    {
        if (schema.ValueKind != JsonValueKind.Object) return;
        if (Str(schema, "type") == "object") Need(Kind(schema, "additionalProperties") == JsonValueKind.False, "schema: For 'object' type, 'additionalProperties' must be explicitly set to false");
        foreach (var word in Unenforced) Need(Kind(schema, word) is null, $"schema: property '{word}' is not supported");
        foreach (var property in Obj(schema, "properties")?.EnumerateObject() ?? default) CheckSchema(property.Value);
        if (Obj(schema, "items") is { } items) CheckSchema(items);
        foreach (var each in Items(schema, "anyOf")) CheckSchema(each);
    }

    private static void CheckThinking(JsonElement body, string model, bool sampled, bool forced)
    {
        if (Obj(body, "thinking") is not { } thinking) return;
        switch (Str(thinking, "type"))
        {
            case "enabled":
                Only(thinking, "thinking.", ["type", "budget_tokens", "display"]);
                Need(!Is(model, NoSampling), "thinking.enabled: not supported by this model");
                Need(Is(model, [.. Manual, .. Adaptive]), "thinking: not supported by this model");
                Need(Int(thinking, "budget_tokens") is >= 1024 and var budget && budget < Int(body, "max_tokens"), "thinking.budget_tokens: from 1024 and less than max_tokens");
                var last = Items(body, "messages").LastOrDefault(message => Str(message, "role") == "assistant");
                var blocks = last.ValueKind == JsonValueKind.Object ? Items(last, "content") : [];
                Need(!blocks.Any(block => Str(block, "type") == "tool_use") || Str(blocks[0], "type") is "thinking" or "redacted_thinking",
                    "messages.content: Expected thinking, but found tool_use");
                break;
            case "adaptive":
                Only(thinking, "thinking.", ["type", "display"]);
                Need(Is(model, Adaptive), "thinking.adaptive: not supported by this model");
                break;
            case "disabled":
                Need(!Is(model, AlwaysThinking), "thinking.disabled: not supported by this model");
                return;
            default: Need(false, "thinking.type: unknown"); break;
        }

        Need(!sampled, "temperature: may only be set to 1 when thinking is enabled");
        Need(!forced, "tool_choice: forced tool use is not compatible with thinking");
    }

    private static bool Is(string model, string[] prefixes) => prefixes.Any(prefix => model.StartsWith(prefix, StringComparison.Ordinal));
}
