namespace AiPortal.Core.Budgets.Leases;

/// <summary>
/// How long this node may still admit calls. Counted on the monotonic clock, from before the database was asked, and a margin
/// early: whoever sees that the database has not heard of the node for the whole length knows that it admits nothing. Thread-safe.
/// </summary>
public sealed class LeaseTerm(LeaseOptions options, TimeProvider clock)
{
    internal const string WrittenOff = "this node was written off: its slices of the budgets are gone. Start it anew";

    private long _renewedFrom = long.MinValue;
    private string? _stopped;

    /// <summary>Null while calls may be admitted.</summary>
    public string? Fault => Volatile.Read(ref _stopped)
        ?? (IsRunning ? null : "the database has not been reached for too long: budgets cannot be held");

    /// <summary>Whether nothing at all may be admitted, however long the term.</summary>
    public bool IsStopped => Volatile.Read(ref _stopped) is not null;

    /// <summary>Whether a call may be admitted under a budget.</summary>
    public bool IsRunning
    {
        get
        {
            var from = Volatile.Read(ref _renewedFrom);
            return from != long.MinValue && Volatile.Read(ref _stopped) is null && clock.GetElapsedTime(from) < options.Length - options.Margin;
        }
    }

    /// <summary>The database has heard of this node; <paramref name="askedAt"/> is the monotonic instant before it was told.</summary>
    public void Renew(long askedAt) => Volatile.Write(ref _renewedFrom, askedAt);

    /// <summary>Nothing is admitted, for this reason, until <see cref="Resume"/>.</summary>
    public void Stop(string reason) => Volatile.Write(ref _stopped, reason);

    public void Resume() => Volatile.Write(ref _stopped, null);
}
