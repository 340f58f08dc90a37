using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using AiPortal.Core.Gateway.Translation;

namespace AiPortal.Core.Gateway.Gemini;

/// <summary>Reads a Gemini request for a provider of another dialect. Dropped: safety settings, resolution of media, which vendors set each in their own way.</summary>
internal sealed class GeminiPromptReader : IPromptReader
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
        if (body.Any("cachedContent") is not null) throw PromptFault.Inexpressible("cachedContent");
        var config = body.AnyObject("generationConfig") ?? default;
        RefuseWhatIsLost(config);
        return new ChatPrompt
        {
            Model = scan.Model,
            Stream = scan.Stream,
            System = GeminiContentReader.Instruction(body),
            Turns = GeminiContentReader.Turns(body),
            Tools = [.. ReadTools(body)],
            ToolChoice = ReadChoice(body),
            MaxOutput = scan.MaxOutput,
            Choices = scan.Choices,
            Temperature = config.AnyNumber("temperature"),
            TopP = config.AnyNumber("topP"),
            TopK = config.AnyNumber("topK") is { } topK ? (long)topK : null,
            PresencePenalty = config.AnyNumber("presencePenalty"),
            FrequencyPenalty = config.AnyNumber("frequencyPenalty"),
            Seed = config.AnyWhole("seed"),
            Stop = [.. config.AnyStrings("stopSequences")],
            Format = ReadFormat(config),
            Reasoning = ReadReasoning(config),
        };
    }

    /// <summary>Without these the caller would get something else than he asked for.</summary>
    private static void RefuseWhatIsLost(JsonElement config)
    {
        if (config.AnyStrings("responseModalities").Any(modality => !modality.Equals("TEXT", StringComparison.OrdinalIgnoreCase)))
            throw PromptFault.Inexpressible("generationConfig.responseModalities");
        if (config.AnyFlag("responseLogprobs") == true) throw PromptFault.Inexpressible("generationConfig.responseLogprobs");
        if (config.Any("speechConfig") is not null) throw PromptFault.Inexpressible("generationConfig.speechConfig");
    }

    private static IEnumerable<ToolDefinition> ReadTools(JsonElement body)
    {
        var index = 0;
        foreach (var tool in body.AnyItems("tools"))
        {
            var at = $"tools[{index++}]";
            if (tool.ValueKind != JsonValueKind.Object) throw new PromptFault(at, $"'{at}' must be an object.");
            foreach (var member in tool.EnumerateObject())
            {
                if (member.Name is not ("functionDeclarations" or "function_declarations")) throw PromptFault.Inexpressible($"{at}.{member.Name}");
            }

            foreach (var function in tool.AnyItems("functionDeclarations"))
            {
                if (function.Text("name") is not { Length: > 0 } name)
                    throw new PromptFault($"{at}.functionDeclarations", $"'{at}.functionDeclarations' has a function without a name.");
                var parameters = function.AnyObject("parametersJsonSchema").Kept() ?? (function.AnyObject("parameters") is { } schema ? GeminiSchema.ToJsonSchema(schema) : null);
                yield return new ToolDefinition(name, function.Text("description"), parameters, null);
            }
        }
    }

    private static ToolChoice? ReadChoice(JsonElement body)
    {
        if (body.AnyObject("toolConfig")?.AnyObject("functionCallingConfig") is not { } config) return null;
        string[] allowed = [.. config.AnyStrings("allowedFunctionNames")];
        return config.Text("mode")?.ToUpperInvariant() switch
        {
            "NONE" => new ToolChoice(ToolChoiceKind.None),
            "ANY" when allowed.Length > 0 => new ToolChoice(ToolChoiceKind.Named, allowed),
            "ANY" => new ToolChoice(ToolChoiceKind.Any),
            "AUTO" or "VALIDATED" when allowed.Length == 0 => new ToolChoice(ToolChoiceKind.Auto),
            null or "MODE_UNSPECIFIED" when allowed.Length == 0 => null,
            _ => throw PromptFault.Inexpressible("toolConfig.functionCallingConfig"),
        };
    }

    private static OutputFormat? ReadFormat(JsonElement config)
    {
        var schema = config.AnyObject("responseJsonSchema").Kept() ?? (config.AnyObject("responseSchema") is { } own ? GeminiSchema.ToJsonSchema(own) : null);
        return config.AnyText("responseMimeType") switch
        {
            null or "" or "text/plain" when schema is null => null,
            null or "" or "application/json" => new OutputFormat(null, null, schema, null),
            _ => throw PromptFault.Inexpressible("generationConfig.responseMimeType"),
        };
    }

    private static ReasoningSetting? ReadReasoning(JsonElement config)
    {
        if (config.AnyObject("thinkingConfig") is not { } thinking) return null;
        var level = thinking.AnyText("thinkingLevel")?.ToLowerInvariant();
        var budget = thinking.AnyWhole("thinkingBudget");
        var setting = new ReasoningSetting(
            level is "thinking_level_unspecified" ? null : level, budget is >= 0 ? budget : null, thinking.AnyFlag("includeThoughts"));
        // A budget of -1 leaves it to the model, as every vendor does by itself.
        return setting is { Effort: null, BudgetTokens: null, IncludeText: null } ? null : setting;
    }
}
