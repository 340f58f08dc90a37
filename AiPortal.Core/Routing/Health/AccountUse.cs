namespace AiPortal.Core.Routing.Health;

/// <summary>What an attempt says about the account it went to.</summary>
public enum AttemptVerdict
{
    Succeeded,

    /// <summary>5xx, a garbled or broken answer.</summary>
    Failed,
    Unreachable,
    TimedOut,
    CredentialRefused,

    /// <summary>The vendor says that credit or quota is gone.</summary>
    QuotaGone,

    /// <summary>429: too much at the moment.</summary>
    RateLimited,

    /// <summary>Nothing: the caller's own fault, or he left.</summary>
    Neutral,
}

/// <summary>One attempt's place at an account, from before it is sent until it has ended; left once.</summary>
public sealed class AccountUse
{
    private readonly AccountHealth _account;
    private int _left;

    internal AccountUse(AccountHealth account, Pace pace, long startMs, bool probe, bool extra, long expectedTokens, int window)
    {
        (_account, Pace, StartMs, IsProbe, IsExtra) = (account, pace, startMs, probe, extra);
        (ExpectedTokens, Window) = (expectedTokens, window);
    }

    /// <summary>Whether this attempt tells if the account has healed.</summary>
    public bool IsProbe { get; }

    /// <summary>How long a probe waits for a first byte where another account could take the call; null: as long as any other.</summary>
    public TimeSpan? Patience => IsProbe && Pace.PatienceMs is { } ms ? TimeSpan.FromMilliseconds(ms) : null;

    /// <summary>Set where another account could take the call: told how long to wait yet when this one turns out to be stuck.</summary>
    public Action<TimeSpan>? Hurry { get; set; }

    internal Pace Pace { get; }

    internal long StartMs { get; }

    internal bool IsExtra { get; }

    internal long ExpectedTokens { get; }

    internal int Window { get; }

    internal bool Answered { get; set; }

    internal AccountUse? Before { get; set; }

    internal AccountUse? After { get; set; }

    /// <summary>The answer has begun.</summary>
    public void FirstByte() => _account.FirstByte(this);

    /// <param name="retryAfter">For how long the provider wants to be left alone.</param>
    /// <param name="tokens">Those really used.</param>
    /// <param name="detail">A few words for people: a status, an error code.</param>
    public void Leave(AttemptVerdict verdict, TimeSpan? retryAfter = null, long tokens = 0, string? detail = null)
    {
        if (Interlocked.Exchange(ref _left, 1) == 0) _account.Leave(this, verdict, retryAfter, tokens, detail);
    }
}
