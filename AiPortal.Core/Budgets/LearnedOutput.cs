using System.Collections.Concurrent;

namespace AiPortal.Core.Budgets;

/// <summary>
/// How many output tokens a call will likely have: the 99th percentile of the last outputs of its key and model, else of
/// its organization and model, else a guess. Bounded: the least used pairs are forgotten. Thread-safe.
/// </summary>
public sealed class LearnedOutput(int maxWindows = 20_000)
{
    /// <summary>Fewer outputs than this say nothing.</summary>
    public const int Enough = 30;

    /// <summary>Tokens expected where nothing was learned.</summary>
    public const long Unlearned = 2_048;

    private readonly ConcurrentDictionary<(Guid Owner, string Model), Window> _windows = new();
    private readonly Lock _evicting = new();
    private long _uses;
    private int _count;

    /// <summary>Pairs remembered now.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>The output to hold for, never more than <paramref name="worstCase"/>.</summary>
    public long Expect(Guid keyId, Guid organizationId, string model, long worstCase) =>
        Math.Min(worstCase, Learned(keyId, model) ?? Learned(organizationId, model) ?? Unlearned);

    /// <summary>Learns the output tokens, reasoning included, of a call that ended well.</summary>
    public void Observe(Guid keyId, Guid organizationId, string model, long outputTokens)
    {
        var tokens = (int)Math.Clamp(outputTokens, 0, int.MaxValue);
        WindowOf(keyId, model).Add(tokens);
        WindowOf(organizationId, model).Add(tokens);
        if (Count > maxWindows)
            Evict();
    }

    private long? Learned(Guid owner, string model)
    {
        if (!_windows.TryGetValue((owner, model), out var window))
            return null;
        window.LastUse = Interlocked.Increment(ref _uses);
        return window.Percentile99;
    }

    private Window WindowOf(Guid owner, string model)
    {
        if (!_windows.TryGetValue((owner, model), out var window))
        {
            var added = new Window();
            window = _windows.GetOrAdd((owner, model), added);
            if (ReferenceEquals(window, added))
                Interlocked.Increment(ref _count);
        }

        window.LastUse = Interlocked.Increment(ref _uses);
        return window;
    }

    private void Evict()
    {
        lock (_evicting)
        {
            // An eighth at a time, so that the scan is paid for once in many new pairs.
            var surplus = Count - maxWindows + (maxWindows / 8);
            if (Count <= maxWindows)
                return;
            foreach (var pair in _windows.ToArray().OrderBy(pair => pair.Value.LastUse).Take(surplus))
            {
                if (_windows.TryRemove(pair.Key, out _))
                    Interlocked.Decrement(ref _count);
            }
        }
    }

    private sealed class Window
    {
        private const int Size = 128;
        private readonly Lock _lock = new();
        private readonly int[] _last = new int[Size];
        private int _filled;
        private int _next;
        private long _percentile = -1;
        private long _lastUse;

        public long LastUse
        {
            get => Volatile.Read(ref _lastUse);
            set => Volatile.Write(ref _lastUse, value);
        }

        public long? Percentile99 => Volatile.Read(ref _percentile) is >= 0 and var tokens ? tokens : null;

        public void Add(int tokens)
        {
            lock (_lock)
            {
                _last[_next] = tokens;
                _next = (_next + 1) % Size;
                _filled = Math.Min(_filled + 1, Size);
                if (_filled >= Enough)
                    Volatile.Write(ref _percentile, Percentile());
            }
        }

        /// <summary>Nearest rank: of up to 99 outputs the largest, of 100 to 128 the second largest.</summary>
        private int Percentile()
        {
            int largest = -1, second = -1;
            foreach (var tokens in _last.AsSpan(0, _filled))
            {
                if (tokens > largest)
                    (largest, second) = (tokens, largest);
                else if (tokens > second)
                    second = tokens;
            }

            return _filled < 100 ? largest : second;
        }
    }
}
