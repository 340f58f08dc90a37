using System.Diagnostics.Metrics;
using AiPortal.Core.Routing;

namespace AiPortal.Gateway.Caching;

/// <summary>Answers by the hash of their requests, the least lately used ones given up where memory is out. Of this process, never on a disk.</summary>
internal sealed class AnswerStore : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<KeyHash, LinkedListNode<(KeyHash Key, StoredAnswer Answer)>> _answers = [];
    private readonly LinkedList<(KeyHash Key, StoredAnswer Answer)> _order = [];
    private readonly long _most;
    private readonly TimeProvider _clock;
    private readonly Meter _meter;
    private readonly Counter<long> _looks;
    private long _bytes;

    public AnswerStore(GatewayOptions options, TimeProvider clock, IMeterFactory meters)
    {
        (_most, _clock) = (options.CacheBytes, clock);
        _meter = meters.Create("AiPortal.Gateway.Caching");
        _looks = _meter.CreateCounter<long>("aiportal_cache_looks_total");
        _meter.CreateObservableGauge("aiportal_cache_bytes", () => Volatile.Read(ref _bytes));
        _meter.CreateObservableGauge("aiportal_cache_answers", () => Count);
    }

    public bool IsOn => _most > 0;

    public long Bytes => Volatile.Read(ref _bytes);

    public int Count
    {
        get
        {
            lock (_lock) return _answers.Count;
        }
    }

    /// <param name="key">Of the request.</param>
    /// <param name="ttl">An older answer is none, and is given up.</param>
    public StoredAnswer? Find(KeyHash key, TimeSpan ttl)
    {
        StoredAnswer? found = null;
        lock (_lock)
        {
            if (_answers.TryGetValue(key, out var node))
            {
                if (_clock.GetElapsedTime(node.Value.Answer.StoredTicks) > ttl) Remove(node);
                else
                {
                    found = node.Value.Answer;
                    _order.Remove(node);
                    _order.AddFirst(node);
                }
            }
        }

        _looks.Add(1, new KeyValuePair<string, object?>("outcome", found is null ? "miss" : "hit"));
        return found;
    }

    public void Keep(KeyHash key, StoredAnswer answer)
    {
        if (answer.Size > _most) return;
        lock (_lock)
        {
            if (_answers.TryGetValue(key, out var before)) Remove(before);
            _answers[key] = _order.AddFirst((key, answer));
            _bytes += answer.Size;
            while (_bytes > _most) Remove(_order.Last!);
        }
    }

    public void Dispose() => _meter.Dispose();

    private void Remove(LinkedListNode<(KeyHash Key, StoredAnswer Answer)> node)
    {
        _answers.Remove(node.Value.Key);
        _order.Remove(node);
        _bytes -= node.Value.Answer.Size;
    }
}
