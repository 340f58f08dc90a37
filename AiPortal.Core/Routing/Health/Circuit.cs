namespace AiPortal.Core.Routing.Health;

/// <summary>Whether calls go to an account.</summary>
public enum CircuitState
{
    Closed,

    /// <summary>No call goes there, unless nobody else serves it.</summary>
    Open,

    /// <summary>One call at a time goes there, to see whether it has healed.</summary>
    HalfOpen,
}

/// <summary>Why a circuit opened.</summary>
public enum CircuitReason
{
    None,
    Errors,
    Unreachable,
    Timeouts,

    /// <summary>It answers, but far slower than it does otherwise.</summary>
    Slow,
    Credential,

    /// <summary>The vendor says that the account's credit or quota is gone.</summary>
    Quota,
}

/// <summary>
/// Closed until an account fails; then open for a while that grows with each failed probe, at most half a minute, so that a healed account
/// is back within a minute; then one probe at a time until two in a row were good. Times are milliseconds of the owner's clock; the owner locks.
/// </summary>
internal sealed class Circuit
{
    private const int GoodProbes = 2;
    private const long Relapse = 60_000;
    private static readonly long[] Pauses = [5_000, 10_000, 20_000, 30_000];

    /// <summary>A person has to act; asking often helps nobody.</summary>
    private static readonly long[] LongPauses = [30_000, 45_000];

    private bool _open;
    private int _streak;
    private int _good;
    private long _closedAt = long.MinValue / 2;

    public CircuitReason Reason { get; private set; }

    /// <summary>When it opened first; stays through failed probes.</summary>
    public long Since { get; private set; }

    /// <summary>When a probe may be made.</summary>
    public long Until { get; private set; }

    public bool Probing { get; private set; }

    public bool IsClosed => !_open;

    public CircuitState StateAt(long now) => !_open ? CircuitState.Closed : now < Until ? CircuitState.Open : CircuitState.HalfOpen;

    public bool MayPass(long now) => !_open || (now >= Until && !Probing);

    /// <summary>Takes the probe's place where one may be made. True where this call is the probe.</summary>
    public bool TakeProbe(long now)
    {
        if (!_open || now < Until || Probing) return false;
        Probing = true;
        return true;
    }

    /// <summary>A probe that told nothing.</summary>
    public void GiveBack() => Probing = false;

    public void Open(long now, CircuitReason reason)
    {
        if (!_open)
        {
            _streak = now - _closedAt < Relapse ? _streak : 0;
            Since = now;
        }

        _open = true;
        (Reason, Probing, _good) = (reason, false, 0);
        var pauses = reason is CircuitReason.Credential or CircuitReason.Quota ? LongPauses : Pauses;
        Until = now + pauses[Math.Min(_streak, pauses.Length - 1)];
        _streak++;
    }

    /// <summary>A good answer while it is not closed. True where that closed it.</summary>
    public bool Good(long now, bool probe)
    {
        if (!_open) return false;
        if (probe) Probing = false;
        if (++_good < GoodProbes) return false;
        (_open, Reason, Probing, _closedAt) = (false, CircuitReason.None, false, now);
        return true;
    }

    /// <summary>A failed answer while it is not closed. Calls that go through for want of another account do not prolong the pause.</summary>
    public void Bad(long now, CircuitReason reason, bool probe)
    {
        if (!_open) return;
        _good = 0;
        if (probe) Open(now, reason);
    }

    /// <summary>A check found it well: the next call may be a probe.</summary>
    public void AllowProbe(long now)
    {
        if (_open) Until = Math.Min(Until, now);
    }
}

internal static class CircuitReasons
{
    public static CircuitReason Of(AttemptVerdict verdict) => verdict switch
    {
        AttemptVerdict.Unreachable => CircuitReason.Unreachable,
        AttemptVerdict.TimedOut => CircuitReason.Timeouts,
        AttemptVerdict.CredentialRefused => CircuitReason.Credential,
        AttemptVerdict.QuotaGone => CircuitReason.Quota,
        AttemptVerdict.Failed or AttemptVerdict.Succeeded or AttemptVerdict.RateLimited or AttemptVerdict.Neutral => CircuitReason.Errors,
    };
}
