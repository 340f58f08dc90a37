namespace AiPortal.Core.Gateway;

/// <summary>An error object as a provider wrote it, cut to lengths that can be logged.</summary>
public sealed record UpstreamErrorText(string? Message, string? Type, string? Code, string? Param)
{
    /// <summary>How long to wait, where the body says so: Google writes it there.</summary>
    public TimeSpan? RetryAfter { get; init; }
}

/// <summary>What was seen in an answer, whole or in chunks: enough to price it and to say how it ended.</summary>
public sealed class AnswerObservation
{
    private bool _hasTopLevelUsage;

    public string? Id { get; internal set; }

    /// <summary>The model as the provider names it in its answer.</summary>
    public string? Model { get; internal set; }

    /// <summary>The tier the provider really used.</summary>
    public string? ServiceTier { get; internal set; }

    /// <summary>The last one seen; null while none of the choices has ended.</summary>
    public string? FinishReason { get; internal set; }

    /// <summary>The last usage reported; null when there was none, or none from which input and output can be known.</summary>
    public UsageReading? Usage { get; private set; }

    /// <summary>What a stream told at its beginning: the input as the provider counts it, of the output nothing that will stand.</summary>
    public UsageReading? FirstUsage { get; internal set; }

    /// <summary>Text of the answer, refusals and tool calls.</summary>
    public TextTally Content { get; internal set; }

    public TextTally Reasoning { get; internal set; }

    /// <summary>An <c>error</c> inside an answer of status 200, or of a refusal's body.</summary>
    public UpstreamErrorText? Error { get; internal set; }

    /// <summary>Frames or a body that are not JSON of this dialect.</summary>
    public int Unreadable { get; internal set; }

    internal void NoteUsage(UsageReading? reading, bool topLevel)
    {
        if (reading is null || (_hasTopLevelUsage && !topLevel)) return;
        _hasTopLevelUsage |= topLevel;
        Usage = reading;
    }

    /// <summary>For providers whose figures are made up.</summary>
    internal void ForgetUsage() => Usage = null;
}
