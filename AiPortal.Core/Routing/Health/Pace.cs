namespace AiPortal.Core.Routing.Health;

/// <summary>
/// How soon an account begins to answer for one model, streams and plain answers apart: what it does usually, and lately. Milliseconds;
/// the owner locks.
/// </summary>
internal sealed class Pace
{
    private const int Learned = 10;
    private const double Usually = 0.05;
    private const double Lately = 0.2;

    /// <summary>So many times its usual time is slow, though never under a second.</summary>
    private const double SlowFactor = 4;
    private const double LeastSlowMs = 1_000;
    private const double LeastPatienceMs = 5_000;

    /// <summary>What was measured so long ago says nothing: it is tried again.</summary>
    private const long Stale = 60_000;

    private double _usual;
    private double _recent;
    private int _count;
    private long _lastAt = long.MinValue / 2;

    /// <summary>Above it an answer is slow; null while too few are known.</summary>
    public double? SlowMs => _count < Learned ? null : Math.Max(LeastSlowMs, SlowFactor * _usual);

    /// <summary>How long a call waits for a slow account where another could take it.</summary>
    public double? PatienceMs => SlowMs is { } slow ? Math.Max(LeastPatienceMs, 2 * slow) : null;

    /// <summary>Null where nothing is known of late.</summary>
    public double? RecentMs(long now) => now - _lastAt > Stale ? null : _recent;

    /// <summary>True where this one was slow.</summary>
    public bool Note(double ms, long now, bool probe)
    {
        var slow = SlowMs is { } limit && ms > limit;
        _recent = now - _lastAt > Stale ? ms : _recent + (Lately * (ms - _recent));
        _lastAt = now;
        // What is slow does not become usual, but for probes: an account that has become slower for good comes back in the end.
        if (!slow) _usual += (_count < Learned ? 1.0 / (_count + 1) : Usually) * (ms - _usual);
        else if (probe) _usual *= 1.25;
        if (!slow) _count++;
        return slow;
    }
}
