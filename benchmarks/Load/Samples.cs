namespace AiPortal.Benchmarks.Load;

/// <summary>Nanosecond samples of one thread; merged when the threads have ended.</summary>
internal sealed class Samples
{
    private readonly List<long> _values = new(1 << 16);

    public int Count => _values.Count;

    public void Add(long nanoseconds) => _values.Add(nanoseconds);

    public static Samples Merge(IEnumerable<Samples> parts)
    {
        var all = new Samples();
        foreach (var part in parts) all._values.AddRange(part._values);
        all._values.Sort();
        return all;
    }

    /// <summary>Milliseconds below which this share of the merged samples lies.</summary>
    public double At(double share) => _values.Count == 0 ? double.NaN : _values[Math.Min(_values.Count - 1, (int)(_values.Count * share))] / 1e6;
}
