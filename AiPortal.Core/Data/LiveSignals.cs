using System.Collections.Concurrent;

namespace AiPortal.Core.Data;

/// <summary>Tells whoever looks that something under a topic has changed in this process; it carries no data: the listener reads anew. Safe from any thread.</summary>
public sealed class LiveSignals
{
    private readonly ConcurrentDictionary<string, ConcurrentDictionary<Subscription, byte>> _topics = new(StringComparer.Ordinal);

    /// <summary>Calls <paramref name="onSignal"/> on the raiser's thread, so it must be quick and must not throw. Dispose the result to end it.</summary>
    public IDisposable Subscribe(string topic, Action onSignal)
    {
        ArgumentNullException.ThrowIfNull(onSignal);
        var subscription = new Subscription(this, topic, onSignal);
        _topics.GetOrAdd(topic, _ => new()).TryAdd(subscription, 0);
        return subscription;
    }

    public void Raise(string topic)
    {
        if (!_topics.TryGetValue(topic, out var subscriptions))
            return;
        foreach (var (subscription, _) in subscriptions)
            subscription.OnSignal();
    }

    /// <summary>Something may have changed anywhere.</summary>
    public void RaiseAll()
    {
        foreach (var topic in _topics.Keys) Raise(topic);
    }

    // A topic's set stays when its last listener goes: removing it could race a new listener, and topics are few.
    private sealed class Subscription(LiveSignals signals, string topic, Action onSignal) : IDisposable
    {
        internal Action OnSignal { get; } = onSignal;

        public void Dispose()
        {
            if (signals._topics.TryGetValue(topic, out var subscriptions))
                subscriptions.TryRemove(this, out _);
        }
    }
}
