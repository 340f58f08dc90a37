using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using AiPortal.Core.Gateway.Translation;

namespace AiPortal.Core.Gateway.Responses;

/// <summary>Reads a request for a response for a provider that does not make them. What needs state at a vendor is refused by name.</summary>
internal sealed class ResponsesPromptReader : IPromptReader
{
    private static readonly string[] Echoed =
        ["instructions", "max_output_tokens", "temperature", "top_p", "tools", "tool_choice", "parallel_tool_calls", "text", "reasoning", "metadata", "user", "truncation"];

    public bool TryRead(JsonElement body, RequestScan scan, [NotNullWhen(true)] out ChatPrompt? prompt, [NotNullWhen(false)] out GatewayRefusal? refusal)
    {
        try
        {
            ((ResponsesRequestScan)scan).Echo = Echoed.Where(name => body.Member(name) is not null).ToDictionary(name => name, name => body.GetProperty(name).Clone());
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
        foreach (var name in (string[])["previous_response_id", "conversation", "prompt", "top_logprobs", "context_management"])
        {
            if (body.Member(name) is not null) throw PromptFault.Inexpressible(name);
        }

        var (system, turns) = ResponsesInputReader.Read(body);
        if (body.Text("instructions") is { Length: > 0 } instructions) system.Insert(0, new TextPart(instructions));
        var (tools, choice) = ReadTools(body);
        return new ChatPrompt
        {
            Model = scan.Model,
            Stream = scan.Stream,
            System = system,
            Turns = turns,
            Tools = tools,
            ToolChoice = choice,
            ParallelToolCalls = tools.Count > 0 ? body.Flag("parallel_tool_calls") : null,
            MaxOutput = scan.MaxOutput,
            Temperature = body.Number("temperature"),
            TopP = body.Number("top_p"),
            Format = ReadFormat(body),
            Reasoning = body.Object("reasoning") is { } reasoning && (reasoning.Text("effort") ?? reasoning.Text("summary")) is not null
                ? new ReasoningSetting(reasoning.Text("effort"), IncludeText: reasoning.Text("summary") is null ? null : true)
                : null,
            EndUser = body.Text("safety_identifier") ?? body.Text("user"),
            ServiceTier = body.Text("service_tier"),
        };
    }

    private static (IReadOnlyList<ToolDefinition>, ToolChoice?) ReadTools(JsonElement body)
    {
        var tools = new List<ToolDefinition>();
        foreach (var tool in body.Items("tools"))
        {
            var at = $"tools[{tools.Count}]";
            if (tool.Text("type") != "function") throw PromptFault.Inexpressible($"{at}.type");
            if (tool.Text("name") is not { Length: > 0 } name) throw new PromptFault($"{at}.name", $"'{at}.name' must be a non-empty string.");
            tools.Add(new ToolDefinition(name, tool.Text("description"), tool.Object("parameters").Kept(), tool.Flag("strict")));
        }

        if (body.Member("tool_choice") is not { } given) return (tools, null);
        if (given.ValueKind == JsonValueKind.String)
        {
            return (tools, given.GetString() switch
            {
                "auto" => new ToolChoice(ToolChoiceKind.Auto),
                "none" => new ToolChoice(ToolChoiceKind.None),
                "required" => new ToolChoice(ToolChoiceKind.Any),
                _ => throw new PromptFault("tool_choice", "'tool_choice' must be none, auto, required or an object."),
            });
        }

        switch (given.Text("type"))
        {
            case "function" when given.Text("name") is { } only: return (tools, new ToolChoice(ToolChoiceKind.Named, [only]));
            case "allowed_tools":
                string[] names = [.. given.Items("tools").Select(tool => tool.Text("name")).OfType<string>()];
                return given.Text("mode") == "required"
                    ? (tools, new ToolChoice(ToolChoiceKind.Named, names))
                    : ([.. tools.Where(tool => names.Contains(tool.Name))], new ToolChoice(ToolChoiceKind.Auto));
            default: throw PromptFault.Inexpressible("tool_choice");
        }
    }

    private static OutputFormat? ReadFormat(JsonElement body)
    {
        if (body.Object("text")?.Object("format") is not { } format) return null;
        switch (format.Text("type"))
        {
            case "text": return null;
            case "json_object": return new OutputFormat(null, null, null, null);
            case "json_schema":
                if (format.Object("schema") is not { } schema) throw new PromptFault("text.format.schema", "'text.format.schema' must be an object.");
                return new OutputFormat(format.Text("name"), format.Text("description"), schema.Clone(), format.Flag("strict"));
            default: throw PromptFault.Inexpressible("text.format.type");
        }
    }
}
