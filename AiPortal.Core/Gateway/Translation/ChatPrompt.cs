using System.Text.Json;

namespace AiPortal.Core.Gateway.Translation;

/// <summary>
/// A chat request in words that belong to no vendor: what a caller's dialect is read into and a provider's is written from. Only
/// calls that change dialects become one; the others stay bytes.
/// </summary>
public sealed record ChatPrompt
{
    /// <summary>As the caller named it; the provider's own name comes with the attempt.</summary>
    public required string Model { get; init; }

    public bool Stream { get; init; }

    /// <summary>Instructions over the conversation, in their order; several are meant to be joined with blank lines.</summary>
    public IReadOnlyList<ContentPart> System { get; init; } = [];

    /// <summary>User and assistant in any order; neighbours of one role are one turn. What tools answered is part of a user's turn.</summary>
    public required IReadOnlyList<ChatTurn> Turns { get; init; }

    public IReadOnlyList<ToolDefinition> Tools { get; init; } = [];

    /// <summary>Null: the caller said nothing, which is <see cref="ToolChoiceKind.Auto"/> everywhere.</summary>
    public ToolChoice? ToolChoice { get; init; }

    /// <summary>False: at most one tool call in an answer; null: the caller said nothing.</summary>
    public bool? ParallelToolCalls { get; init; }

    /// <summary>The caller's bound on the output of one choice, in tokens.</summary>
    public long? MaxOutput { get; init; }

    /// <summary>Answers wanted.</summary>
    public int Choices { get; init; } = 1;

    /// <summary>On OpenAI's scale, 0 to 2.</summary>
    public decimal? Temperature { get; init; }

    public decimal? TopP { get; init; }

    public long? TopK { get; init; }

    public decimal? PresencePenalty { get; init; }

    public decimal? FrequencyPenalty { get; init; }

    public long? Seed { get; init; }

    public IReadOnlyList<string> Stop { get; init; } = [];

    /// <summary>Null: free text.</summary>
    public OutputFormat? Format { get; init; }

    public ReasoningSetting? Reasoning { get; init; }

    /// <summary>The caller's name for its end user.</summary>
    public string? EndUser { get; init; }

    /// <summary>The tier asked for, in OpenAI's words: auto, default, flex, priority.</summary>
    public string? ServiceTier { get; init; }
}

public enum TurnRole { User, Assistant }

/// <summary>One turn of the conversation.</summary>
public sealed record ChatTurn(TurnRole Role, IReadOnlyList<ContentPart> Parts);

/// <summary>A function the model may call.</summary>
/// <param name="Parameters">Its JSON schema; null where the caller gave none: it takes nothing.</param>
/// <param name="Strict">Whether arguments must follow the schema exactly; null: the caller said nothing.</param>
public sealed record ToolDefinition(string Name, string? Description, JsonElement? Parameters, bool? Strict)
{
    /// <summary>Set where a prompt cache may end behind it: <c>5m</c> or <c>1h</c>.</summary>
    public string? CacheTtl { get; init; }
}

public enum ToolChoiceKind { Auto, None, Any, Named }

/// <param name="Names">The functions allowed, for <see cref="ToolChoiceKind.Named"/>; more than one only where the caller allowed a list.</param>
public sealed record ToolChoice(ToolChoiceKind Kind, IReadOnlyList<string> Names)
{
    public ToolChoice(ToolChoiceKind kind)
        : this(kind, [])
    {
    }
}

/// <summary>The shape the answer must have.</summary>
/// <param name="Schema">Null: any JSON object.</param>
public sealed record OutputFormat(string? Name, string? Description, JsonElement? Schema, bool? Strict);

/// <summary>How much the model may think, and whether its thoughts are wanted.</summary>
/// <param name="Effort">none, minimal, low, medium, high, xhigh or max; null where only a budget is given.</param>
/// <param name="BudgetTokens">Tokens of thought at most.</param>
/// <param name="IncludeText">Whether thoughts, or their summary, are to be answered; null: the caller said nothing.</param>
public sealed record ReasoningSetting(string? Effort, long? BudgetTokens = null, bool? IncludeText = null);
