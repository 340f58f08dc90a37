using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using AiPortal.Core.Gateway.Translation;

namespace AiPortal.Core.Gateway.Anthropic;

/// <summary>Reads a messages request for a provider of another dialect.</summary>
internal sealed class MessagesPromptReader : IPromptReader
{
    public bool TryRead(JsonElement body, RequestScan scan, [NotNullWhen(true)] out ChatPrompt? prompt, [NotNullWhen(false)] out GatewayRefusal? refusal)
    {
        try
        {
            (prompt, refusal) = (Read(body, scan), null);
            return true;
        }
        catch (PromptFault fault)
        {
            (prompt, refusal) = (null, fault.ToRefusal());
            return false;
        }
    }

    private static ChatPrompt Read(JsonElement body, RequestScan scan)
    {
        foreach (var name in (string[])["container", "mcp_servers", "inference_geo", "speed"])
        {
            if (body.Member(name) is not null) throw PromptFault.Inexpressible(name);
        }

        if (scan.MaxOutput == 0) throw PromptFault.Inexpressible("max_tokens");
        var (system, turns) = MessagesContentReader.Read(body);
        var (choice, parallel) = ReadToolChoice(body);
        return new ChatPrompt
        {
            Model = scan.Model,
            Stream = scan.Stream,
            System = system,
            Turns = turns,
            Tools = ReadTools(body),
            ToolChoice = choice,
            ParallelToolCalls = parallel,
            MaxOutput = scan.MaxOutput,
            Temperature = body.Number("temperature"),
            TopP = body.Number("top_p"),
            TopK = body.Whole("top_k"),
            Stop = [.. body.Items("stop_sequences").Where(stop => stop.ValueKind == JsonValueKind.String).Select(stop => stop.GetString()!)],
            Format = ReadFormat(body),
            Reasoning = ReadThinking(body),
            EndUser = body.Object("metadata")?.Text("user_id"),
            ServiceTier = body.Text("service_tier") switch { "auto" => "auto", "standard_only" => "default", _ => null },
        };
    }

    private static List<ToolDefinition> ReadTools(JsonElement body)
    {
        var tools = new List<ToolDefinition>();
        foreach (var tool in body.Items("tools"))
        {
            var at = $"tools[{tools.Count}]";
            if (tool.Text("type") is not (null or "custom")) throw PromptFault.Inexpressible($"{at}.type");
            if (tool.Text("name") is not { Length: > 0 } name) throw new PromptFault($"{at}.name", $"{at}.name: must be a non-empty string.");
            var schema = tool.Object("input_schema");
            // What is strict here may be looser than what is strict at OpenAI.
            bool? strict = tool.Flag("strict") == true && schema is { } given && StrictSchema.Fits(given) ? true : null;
            tools.Add(new ToolDefinition(name, tool.Text("description"), schema.Kept(), strict) { CacheTtl = MessagesContentReader.CacheTtl(tool) });
        }

        return tools;
    }

    private static (ToolChoice? Choice, bool? Parallel) ReadToolChoice(JsonElement body)
    {
        if (body.Object("tool_choice") is not { } given) return (null, null);
        var choice = given.Text("type") switch
        {
            "auto" => new ToolChoice(ToolChoiceKind.Auto),
            "any" => new ToolChoice(ToolChoiceKind.Any),
            "none" => new ToolChoice(ToolChoiceKind.None),
            "tool" when given.Text("name") is { } name => new ToolChoice(ToolChoiceKind.Named, [name]),
            _ => throw new PromptFault("tool_choice", "tool_choice: must be of type auto, any, none, or tool with a name."),
        };
        return (choice, given.Flag("disable_parallel_tool_use") == true ? false : null);
    }

    private static OutputFormat? ReadFormat(JsonElement body)
    {
        // The second is its name before it had left beta.
        if ((body.Object("output_config")?.Object("format") ?? body.Object("output_format")) is not { } format) return null;
        return format.Text("type") == "json_schema" && format.Object("schema") is { } schema
            ? new OutputFormat(null, null, schema.Clone(), StrictSchema.Fits(schema) ? true : null)
            : throw PromptFault.Inexpressible("output_config.format");
    }

    /// <summary>Disabled is what not asking is: not every vendor's model can be told so.</summary>
    private static ReasoningSetting? ReadThinking(JsonElement body)
    {
        var effort = body.Object("output_config")?.Text("effort");
        var thinking = body.Object("thinking");
        bool? shown = thinking?.Text("display") switch { "omitted" => false, _ => thinking is null ? null : true };
        return thinking?.Text("type") switch
        {
            "enabled" => new ReasoningSetting(effort, thinking.Value.Whole("budget_tokens"), shown),
            "adaptive" => new ReasoningSetting(effort ?? "high", null, shown),
            _ => effort is null ? null : new ReasoningSetting(effort),
        };
    }
}
