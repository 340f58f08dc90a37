namespace AiPortal.Core.Routing.Health;

/// <summary>Milliseconds at which so many percent of answers were there; null where there were none.</summary>
public readonly record struct Percentiles(int? P50, int? P95, int? P99);

/// <summary>The last few hundred durations of the last minutes. Times are milliseconds; the owner locks.</summary>
internal sealed class LatencySamples
{
    private const int Size = 512;
    private const long Lasting = 15 * 60_000;
    private (long At, int Ms)[]? _ring;
    private int _next;

    public void Add(long now, long ms)
    {
        _ring ??= new (long, int)[Size];
        _ring[_next++ % Size] = (now, (int)Math.Min(ms, int.MaxValue));
    }

    public Percentiles Read(long now)
    {
        if (_ring is null) return default;
        var sorted = new List<int>(Size);
        foreach (var (at, ms) in _ring.AsSpan(0, Math.Min(_next, Size)))
            if (now - at < Lasting) sorted.Add(ms);
        if (sorted.Count == 0) return default;
        sorted.Sort();
        return new Percentiles(At(50), At(95), At(99));

        int At(int percent) => sorted[Math.Max(0, (int)Math.Ceiling(percent / 100.0 * sorted.Count) - 1)];
    }
}
