namespace AiPortal.Core.Money;

/// <summary>
/// Where local days and hours begin in a zone. It asks the zone only for the offset at a UTC instant, which is always
/// defined; the local-to-UTC way is not (a skipped midnight, a repeated one).
/// </summary>
internal sealed class ZoneClock(TimeZoneInfo zone)
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    /// <summary>The first instant at which the local date is <paramref name="date"/> or later.</summary>
    public DateTimeOffset StartOf(DateOnly date)
    {
        var midnight = new DateTimeOffset(date.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero);
        var before = OffsetAt(midnight - Day);
        var after = OffsetAt(midnight + Day);

        // The larger offset gives the earlier instant: of a repeated midnight the first one begins the day.
        var larger = before > after ? before : after;
        var smaller = before > after ? after : before;
        if (OffsetAt(midnight - larger) == larger)
            return midnight - larger;
        if (OffsetAt(midnight - smaller) == smaller)
            return midnight - smaller;

        // No local midnight (Cairo 2026-04-24): the clock jumps over it, and the day begins with the jump.
        return TransitionIn(midnight - Day, midnight + Day);
    }

    /// <summary>The local date at an instant; of a date that a clock change would run twice, the later instants belong to the next.</summary>
    public DateOnly DateOf(DateTimeOffset instant)
    {
        var date = DateOnly.FromDateTime((instant.ToUniversalTime() + OffsetAt(instant)).DateTime);
        return instant >= StartOf(date.AddDays(1)) ? date.AddDays(1) : date;
    }

    /// <summary>The local clock hour around an instant, cut where the clock changes inside it (Lord Howe, Chatham).</summary>
    public Period HourOf(DateTimeOffset instant)
    {
        var utc = instant.ToUniversalTime();
        var offset = OffsetAt(utc);
        var start = utc - TimeSpan.FromTicks((utc + offset).Ticks % Hour.Ticks);
        var end = start + Hour;
        if (OffsetAt(start) != offset)
            start = TransitionIn(start, utc);
        if (OffsetAt(end.AddTicks(-1)) != offset)
            end = TransitionIn(utc, end);
        return new Period(start, end);
    }

    private TimeSpan OffsetAt(DateTimeOffset instant) => zone.GetUtcOffset(instant);

    /// <summary>The instant in (from, to] at which the offset stops being that at <paramref name="from"/>.</summary>
    private DateTimeOffset TransitionIn(DateTimeOffset from, DateTimeOffset to)
    {
        var offset = OffsetAt(from);
        while (to - from > TimeSpan.FromTicks(1))
        {
            var middle = from + TimeSpan.FromTicks((to - from).Ticks / 2);
            if (OffsetAt(middle) == offset)
                from = middle;
            else
                to = middle;
        }

        return to;
    }
}
