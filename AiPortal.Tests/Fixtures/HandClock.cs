namespace AiPortal.Tests.Fixtures;

/// <summary>A clock that stands until it is moved. It has no timers.</summary>
internal sealed class HandClock : TimeProvider
{
    private long _ticks = new DateTimeOffset(2026, 11, 1, 0, 0, 0, TimeSpan.Zero).Ticks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => new(Interlocked.Read(ref _ticks), TimeSpan.Zero);

    public override long GetTimestamp() => Interlocked.Read(ref _ticks);

    public void Advance(TimeSpan by) => Interlocked.Add(ref _ticks, by.Ticks);

    public void AdvanceMs(double ms) => Advance(TimeSpan.FromMilliseconds(ms));
}
