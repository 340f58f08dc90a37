using System.Text.Json;
using AiPortal.Core.Gateway.Translation;

namespace AiPortal.Core.Gateway.Anthropic;

/// <summary>How much a call thinks, in the words that its model takes.</summary>
internal readonly record struct MessagesThinking
{
    public const long LeastBudget = 1024;

    private enum Way { Unsaid, Off, Budget, Adaptive }

    private Way How { get; init; }

    private long Budget { get; init; }

    private string? Effort { get; init; }

    private bool? Shown { get; init; }

    /// <summary>Sampling must then be left alone and no tool can be forced.</summary>
    public bool IsOn => How is Way.Budget or Way.Adaptive;

    /// <param name="forced">The caller wants a tool to be called: that counts more than a wish to think.</param>
    /// <param name="broken">A tool was called by an earlier turn whose thoughts are missing: with a budget such a turn is refused.</param>
    public static MessagesThinking Of(ReasoningSetting? wish, AnthropicModel model, long maxTokens, bool forced, bool broken)
    {
        if (wish is null || !model.Thinks) return default;
        var effort = wish.Effort ?? EffortOf(wish.BudgetTokens);
        if (effort == "none") return model.AlwaysThinks ? new() { Effort = "low" } : model.ThinksUnasked ? new() { How = Way.Off } : default;
        var word = model.TakesEffort ? Word(effort, model) : null;
        if (model.ThinksAdaptively) return new() { How = forced ? Way.Unsaid : Way.Adaptive, Effort = word, Shown = wish.IncludeText };
        var budget = Math.Min(wish.BudgetTokens is > 0 and var given ? given : BudgetOf(effort), Math.Max(LeastBudget, maxTokens * 4 / 5));
        return forced || broken || maxTokens <= LeastBudget
            ? new() { Effort = word }
            : new() { How = Way.Budget, Budget = Math.Max(LeastBudget, budget), Effort = word };
    }

    public void Write(Utf8JsonWriter json)
    {
        if (How == Way.Unsaid) return;
        json.WriteStartObject("thinking"u8);
        json.WriteString("type"u8, How switch { Way.Budget => "enabled"u8, Way.Adaptive => "adaptive"u8, _ => "disabled"u8 });
        if (How == Way.Budget) json.WriteNumber("budget_tokens"u8, Budget);
        if (How == Way.Adaptive && Shown is { } shown) json.WriteString("display"u8, shown ? "summarized"u8 : "omitted"u8);
        json.WriteEndObject();
    }

    /// <summary>Effort and the shape of the answer are one object.</summary>
    public void WriteOutputConfig(Utf8JsonWriter json, JsonElement? schema)
    {
        if (Effort is null && schema is null) return;
        json.WriteStartObject("output_config"u8);
        if (Effort is not null) json.WriteString("effort"u8, Effort);
        if (schema is { } given)
        {
            json.WriteStartObject("format"u8);
            json.WriteString("type"u8, "json_schema"u8);
            json.WritePropertyName("schema"u8);
            AnthropicSchema.Write(json, given);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static string Word(string effort, AnthropicModel model) => effort switch
    {
        "minimal" or "low" => "low",
        "medium" => "medium",
        "xhigh" when model.TakesHighestEfforts => "xhigh",
        "max" when model.TakesMaxEffort => "max",
        _ => "high",
    };

    private static string EffortOf(long? budget) => budget switch
    {
        0 => "none",
        > 0 and <= 2_048 => "low",
        > 8_192 => "high",
        _ => "medium",
    };

    private static long BudgetOf(string effort) => effort switch
    {
        "minimal" => LeastBudget,
        "low" => 2_048,
        "medium" => 8_192,
        "xhigh" or "max" => 32_768,
        _ => 16_384,
    };
}
