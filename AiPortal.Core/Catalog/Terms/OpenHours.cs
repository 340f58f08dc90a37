using System.Globalization;

namespace AiPortal.Core.Catalog.Terms;

/// <summary>A time window made ready: tells whether it holds at an instant.</summary>
internal sealed class OpenHours
{
    /// <summary>The words of the days, from Sunday as <see cref="DayOfWeek"/> counts.</summary>
    public static readonly IReadOnlyList<string> DayWords = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

    private static readonly TimeSpan Midnight = TimeSpan.FromDays(1);

    private readonly TimeZoneInfo _zone;
    private readonly bool[] _days = new bool[7];
    private readonly (TimeSpan From, TimeSpan To)[] _hours;

    public OpenHours(TimeWindow window)
    {
        Window = window;
        _zone = TimeZoneInfo.FindSystemTimeZoneById(window.Zone);
        for (var day = 0; day < _days.Length; day++) _days[day] = window.Days.Count == 0 || window.Days.Contains(DayWords[day]);
        _hours = [.. window.Hours.Select(hours => TryRead(hours) ?? throw new FormatException($"'{hours}' is no span of hours."))];
    }

    public TimeWindow Window { get; }

    public bool Holds(DateTimeOffset at)
    {
        if (at < Window.From || at >= Window.Until) return false;
        var local = TimeZoneInfo.ConvertTime(at, _zone).DateTime;
        var inside = _days[(int)local.DayOfWeek] && InHours(local.TimeOfDay) && !Window.ExceptDates.Contains(DateOnly.FromDateTime(local));
        return inside != Window.Outside;
    }

    /// <summary>Reads <c>01:00-04:00</c>; null for anything else, an end not after its beginning included.</summary>
    public static (TimeSpan From, TimeSpan To)? TryRead(string text)
    {
        var parts = text.Split('-');
        return parts.Length == 2 && Time(parts[0]) is { } from && Time(parts[1]) is { } to && from < to ? (from, to) : null;
    }

    private static TimeSpan? Time(string text)
    {
        if (text == "24:00") return Midnight;
        return TimeSpan.TryParseExact(text, @"hh\:mm", CultureInfo.InvariantCulture, out var time) ? time : null;
    }

    private bool InHours(TimeSpan time)
    {
        if (_hours.Length == 0) return true;
        foreach (var (from, to) in _hours)
        {
            if (time >= from && time < to) return true;
        }

        return false;
    }
}
