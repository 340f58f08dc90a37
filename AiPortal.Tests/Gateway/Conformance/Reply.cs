namespace AiPortal.Tests.Gateway.Conformance;

/// <summary>What the model says, in words of no vendor; each dialect out lets its scripted provider say it on its own wire.</summary>
public sealed record Reply
{
    /// <summary>Text, as a stream cuts it.</summary>
    public IReadOnlyList<string> Text { get; init; } = [];

    public IReadOnlyList<ScriptedCall> Calls { get; init; } = [];

    public Ending Ending { get; init; } = Ending.Done;

    public Tokens Tokens { get; init; } = new(1000, 400, 60, 50, 30);

    /// <summary>The provider fails instead.</summary>
    public Trouble? Trouble { get; init; }

    /// <summary>Flushes every so many bytes, in the midst of frames and characters.</summary>
    public int PieceBytes { get; init; } = 7;
}

public enum Ending { Done, Length, Called }

/// <param name="Pieces">The arguments' JSON, as a stream cuts it.</param>
public sealed record ScriptedCall(string Name, params string[] Pieces)
{
    public string Arguments => string.Concat(Pieces);
}

/// <summary>What a call used; the kinds do not overlap.</summary>
public sealed record Tokens(long Input, long CacheRead, long CacheWrite, long Output, long Reasoning)
{
    public long AllInput => Input + CacheRead + CacheWrite;

    public long AllOutput => Output + Reasoning;
}

public enum Trouble
{
    /// <summary>Come again in 17 seconds.</summary>
    RateLimited,

    /// <summary>The request makes no sense to the provider.</summary>
    Refused,

    /// <summary>The model is not known there.</summary>
    NoSuchModel,

    /// <summary>The portal's credential is not taken.</summary>
    Credential,

    /// <summary>The portal's account there has nothing left to spend.</summary>
    NoCredit,

    /// <summary>More calls than it can take: come again in 17 seconds.</summary>
    Overloaded,

    /// <summary>It breaks off in the midst of its answer.</summary>
    BrokenOff,
}
