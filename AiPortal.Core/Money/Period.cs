namespace AiPortal.Core.Money;

/// <summary>A span of time, both ends UTC: from <see cref="Start"/>, up to but without <see cref="End"/>.</summary>
public readonly record struct Period(DateTimeOffset Start, DateTimeOffset End)
{
    /// <summary>All time, with ends that every store and format can hold.</summary>
    public static Period Total { get; } = new(
        DateTimeOffset.UnixEpoch, new DateTimeOffset(9999, 1, 1, 0, 0, 0, TimeSpan.Zero));

    /// <summary>How long it lasts; a day of a clock change is not 24 hours.</summary>
    public TimeSpan Length => End - Start;

    /// <summary>True from the start up to, without, the end.</summary>
    public bool Contains(DateTimeOffset instant) => instant >= Start && instant < End;
}
