using System.Text.Json;
using AiPortal.Core.Gateway.Translation;

namespace AiPortal.Core.Gateway.Gemini;

/// <summary>Writes <c>generationConfig</c>.</summary>
internal static class GeminiConfigWriter
{
    private const int MaxStops = 5;
    private const int FirstGenerationWithLevels = 3;

    public static void Write(Utf8JsonWriter json, ChatPrompt prompt, PromptTarget target)
    {
        if (prompt.Stop.Count > MaxStops) throw new PromptFault("stop", $"The provider that serves this model takes at most {MaxStops} stop sequences.");
        json.WriteStartObject("generationConfig"u8);
        if ((prompt.MaxOutput ?? target.Cap) is { } most) json.WriteNumber("maxOutputTokens"u8, Math.Min(most, int.MaxValue));
        if (prompt.Choices > 1) json.WriteNumber("candidateCount"u8, prompt.Choices);
        if (prompt.Temperature is { } temperature) json.WriteNumber("temperature"u8, temperature);
        if (prompt.TopP is { } topP) json.WriteNumber("topP"u8, topP);
        if (prompt.TopK is { } topK) json.WriteNumber("topK"u8, topK);
        if (prompt.PresencePenalty is { } presence) json.WriteNumber("presencePenalty"u8, presence);
        if (prompt.FrequencyPenalty is { } frequency) json.WriteNumber("frequencyPenalty"u8, frequency);
        // A seed has 32 bits here; a larger one is folded, and the same seed stays the same.
        if (prompt.Seed is { } seed) json.WriteNumber("seed"u8, unchecked((int)(seed ^ (seed >> 32))) & int.MaxValue);
        if (prompt.Stop.Count > 0)
        {
            json.WriteStartArray("stopSequences"u8);
            foreach (var stop in prompt.Stop) json.WriteStringValue(stop);
            json.WriteEndArray();
        }

        if (prompt.Format is { } format)
        {
            json.WriteString("responseMimeType"u8, "application/json"u8);
            if (format.Schema is { } schema)
            {
                json.WritePropertyName("responseJsonSchema"u8);
                schema.WriteTo(json);
            }
        }

        WriteThinking(json, prompt.Reasoning, target.Model);
        json.WriteEndObject();
    }

    private static void WriteThinking(Utf8JsonWriter json, ReasoningSetting? reasoning, string model)
    {
        if (reasoning is null) return;
        json.WriteStartObject("thinkingConfig"u8);
        if (reasoning.BudgetTokens is { } budget) json.WriteNumber("thinkingBudget"u8, Math.Min(budget, int.MaxValue));
        else if (reasoning.Effort is { } effort)
        {
            if (GeminiModelName.Generation(model) >= FirstGenerationWithLevels) json.WriteString("thinkingLevel"u8, Level(effort, model));
            else json.WriteNumber("thinkingBudget"u8, Budget(effort, model));
        }

        if (reasoning.IncludeText is { } include) json.WriteBoolean("includeThoughts"u8, include);
        json.WriteEndObject();
    }

    /// <summary>These models always think; the larger ones do not know the least level.</summary>
    private static string Level(string effort, string model) => effort switch
    {
        "none" or "minimal" => IsPro(model) ? "low" : "minimal",
        "low" => "low",
        "medium" => "medium",
        _ => "high",
    };

    /// <summary>As Google's own OpenAI-compatible interface has it; the larger models think at least 128 tokens.</summary>
    private static int Budget(string effort, string model) => effort switch
    {
        "none" => IsPro(model) ? 128 : 0,
        "minimal" or "low" => 1_024,
        "medium" => 8_192,
        _ => 24_576,
    };

    private static bool IsPro(string model) => model.Contains("-pro", StringComparison.OrdinalIgnoreCase);
}
