namespace AiPortal.Tests.Ui;

/// <summary>A clock that stands until it is moved; its timers fire on the thread that moves it.</summary>
internal sealed class WidgetClock(DateTimeOffset start) : TimeProvider
{
    private readonly List<Timer> _timers = [];
    private DateTimeOffset _now = start;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => _now;

    public override long GetTimestamp() => _now.Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, () => callback(state));
        timer.Change(dueTime, period);
        _timers.Add(timer);
        return timer;
    }

    internal int LiveTimers => _timers.Count(timer => !timer.Disposed);

    internal void Advance(TimeSpan by)
    {
        _now += by;
        foreach (var timer in _timers.ToArray())
            timer.FireIfDue();
    }

    private sealed class Timer(WidgetClock clock, Action callback) : ITimer
    {
        private DateTimeOffset? _due;

        internal bool Disposed { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            _due = dueTime == Timeout.InfiniteTimeSpan ? null : clock._now + dueTime;
            return true;
        }

        internal void FireIfDue()
        {
            if (Disposed || _due is not { } due || due > clock._now)
                return;
            _due = null;
            callback();
        }

        public void Dispose() => Disposed = true;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
