namespace AiPortal.Core.Routing.Health;

/// <summary>What may go to an account from one node: requests and tokens a minute, calls at a time; null where there is no limit.</summary>
public readonly record struct AccountLimits(int? Rpm, long? Tpm, int? Concurrency)
{
    public bool IsNone => this is { Rpm: null, Tpm: null, Concurrency: null };
}

/// <summary>How much of its limits an account has used. Times are milliseconds; the owner locks.</summary>
internal sealed class LimitUse
{
    private const long Minute = 60_000;
    private const long Moment = 1_000;
    private long _windowStart = long.MinValue / 2;
    private int _requests;
    private long _tokens;

    /// <summary>Identifies the minute that is being counted.</summary>
    public int Window { get; private set; }

    /// <summary>Zero where there is room, else the time after which there may be.</summary>
    public long Wait(in AccountLimits limits, int running, long expectedTokens, long now)
    {
        if (limits.Concurrency is { } most && running >= most) return Moment;
        var rest = _windowStart + Minute - now;
        if (rest <= 0) return 0;
        if (limits.Rpm is { } rpm && _requests >= rpm) return rest;
        // A single call larger than the whole limit may pass alone, or it could never be made.
        return limits.Tpm is { } tpm && _tokens > 0 && _tokens + expectedTokens > tpm ? rest : 0;
    }

    public void Take(long expectedTokens, long now)
    {
        if (now - _windowStart >= Minute) (_windowStart, _requests, _tokens, Window) = (now, 0, 0, Window + 1);
        _requests++;
        _tokens += expectedTokens;
    }

    /// <summary>The real tokens in place of the expected ones, if the minute is still the same.</summary>
    public void Correct(int window, long expectedTokens, long tokens)
    {
        if (window == Window) _tokens = Math.Max(0, _tokens + tokens - expectedTokens);
    }
}
