using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using AiPortal.Core.Gateway.Translation;

namespace AiPortal.Core.Gateway.Chat;

/// <summary>Reads a chat request for a provider of another dialect.</summary>
internal sealed class ChatPromptReader : IPromptReader
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
        RefuseWhatIsLost(body);
        var (system, turns) = ChatMessagesReader.Read(body);
        var (tools, choice) = ReadTools(body);
        return new ChatPrompt
        {
            Model = scan.Model,
            Stream = scan.Stream,
            System = system,
            Turns = turns,
            Tools = tools,
            ToolChoice = choice,
            ParallelToolCalls = body.Flag("parallel_tool_calls"),
            MaxOutput = scan.MaxOutput,
            Choices = (int)Math.Clamp(body.Whole("n") ?? 1, 1, 128),
            Temperature = body.Number("temperature"),
            TopP = body.Number("top_p"),
            TopK = body.Whole("top_k"),
            PresencePenalty = body.Number("presence_penalty"),
            FrequencyPenalty = body.Number("frequency_penalty"),
            Seed = body.Whole("seed"),
            Stop = body.Text("stop") is { } single ? [single] : [.. body.Items("stop").Where(stop => stop.ValueKind == JsonValueKind.String).Select(stop => stop.GetString()!)],
            Format = ReadFormat(body),
            Reasoning = body.Text("reasoning_effort") is { } effort ? new ReasoningSetting(effort) : null,
            EndUser = body.Text("safety_identifier") ?? body.Text("user"),
            ServiceTier = body.Text("service_tier"),
        };
    }

    /// <summary>Without these the caller would get something else than he asked for; whatever else has no word is a hint and dropped.</summary>
    private static void RefuseWhatIsLost(JsonElement body)
    {
        if (body.Flag("logprobs") == true) throw PromptFault.Inexpressible("logprobs");
        if (body.Items("modalities").Any(modality => modality.ValueKind == JsonValueKind.String && !modality.ValueEquals("text"))) throw PromptFault.Inexpressible("modalities");
        foreach (var name in (string[])["audio", "web_search_options", "functions", "function_call"])
        {
            if (body.Member(name) is not null) throw PromptFault.Inexpressible(name);
        }
    }

    private static (IReadOnlyList<ToolDefinition>, ToolChoice?) ReadTools(JsonElement body)
    {
        var tools = new List<ToolDefinition>();
        foreach (var tool in body.Items("tools"))
        {
            var at = $"tools[{tools.Count}]";
            if (tool.Text("type") != "function") throw PromptFault.Inexpressible($"{at}.type");
            if (tool.Object("function") is not { } function || function.Text("name") is not { Length: > 0 } name)
                throw new PromptFault($"{at}.function.name", $"'{at}.function.name' must be a non-empty string.");
            tools.Add(new ToolDefinition(name, function.Text("description"), function.Object("parameters").Kept(), function.Flag("strict")));
        }

        var choice = body.Member("tool_choice");
        if (choice is not { } given) return (tools, null);
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

        if (given.Object("function")?.Text("name") is { } only) return (tools, new ToolChoice(ToolChoiceKind.Named, [only]));
        if (given.Object("allowed_tools") is not { } allowed) throw PromptFault.Inexpressible("tool_choice");
        string[] names = [.. allowed.Items("tools").Select(tool => tool.Object("function")?.Text("name")).OfType<string>()];
        return allowed.Text("mode") == "required"
            ? (tools, new ToolChoice(ToolChoiceKind.Named, names))
            : ([.. tools.Where(tool => names.Contains(tool.Name))], new ToolChoice(ToolChoiceKind.Auto));
    }

    private static OutputFormat? ReadFormat(JsonElement body)
    {
        if (body.Object("response_format") is not { } format) return null;
        switch (format.Text("type"))
        {
            case "text": return null;
            case "json_object": return new OutputFormat(null, null, null, null);
            case "json_schema":
                if (format.Object("json_schema") is not { } named || named.Object("schema") is not { } schema)
                    throw new PromptFault("response_format.json_schema.schema", "'response_format.json_schema.schema' must be an object.");
                return new OutputFormat(named.Text("name"), named.Text("description"), schema.Clone(), named.Flag("strict"));
            default: throw PromptFault.Inexpressible("response_format.type");
        }
    }
}
