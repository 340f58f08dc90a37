namespace AiPortal.Core.Gateway.Translation;

/// <summary>
/// A step of an answer in words that belong to no vendor. A provider's stream is read into them one by one, a whole answer all at
/// once. Within a choice text, thoughts and tool calls come in the order the model made them.
/// </summary>
public abstract record AnswerEvent;

/// <summary>Comes first, once.</summary>
/// <param name="Model">As the provider names it.</param>
public sealed record AnswerBegan(string? Id, string? Model, DateTimeOffset? CreatedAt) : AnswerEvent;

public sealed record TextAdded(int Choice, string Text) : AnswerEvent;

/// <summary>Words of a refusal by the model.</summary>
public sealed record RefusalAdded(int Choice, string Text) : AnswerEvent;

public sealed record ReasoningAdded(int Choice, string Text) : AnswerEvent;

/// <summary>The seal of the thoughts that were added before it.</summary>
public sealed record ReasoningSigned(int Choice, string Signature) : AnswerEvent;

/// <summary>Thoughts given only encrypted.</summary>
public sealed record ReasoningRedacted(int Choice, string Data) : AnswerEvent;

/// <param name="Index">Counts the tool calls of the choice from 0.</param>
/// <param name="Id">Null where the vendor gives none: the writer mints one.</param>
public sealed record ToolCallBegan(int Choice, int Index, string? Id, string Name) : AnswerEvent
{
    /// <inheritdoc cref="ToolCallPart.Signature"/>
    public string? Signature { get; init; }
}

/// <param name="Json">The next piece of the arguments' JSON text.</param>
public sealed record ToolArgumentsAdded(int Choice, int Index, string Json) : AnswerEvent;

/// <summary>An image the model made, as base64.</summary>
public sealed record ImageAdded(int Choice, string MediaType, string Data) : AnswerEvent;

public enum EndReason
{
    /// <summary>The model was done, or met a stop sequence.</summary>
    Stop,
    Length,
    ToolCalls,

    /// <summary>The vendor's filter, or the model refused.</summary>
    Filtered,
}

/// <param name="StopSequence">The one that was met, where the vendor tells.</param>
public sealed record ChoiceEnded(int Choice, EndReason Reason, string? StopSequence = null) : AnswerEvent;

/// <summary>What is known of usage now; a later one replaces it.</summary>
/// <param name="IsFinal">False at the beginning of a stream: the input stands, of the output nothing does.</param>
public sealed record UsageKnown(UsageReading Reading, bool IsFinal = true) : AnswerEvent;

/// <summary>The provider reports an error instead of an answer, or in the middle of one.</summary>
public sealed record AnswerFailed(UpstreamErrorText Error) : AnswerEvent;
