namespace AiPortal.Core.Money;

/// <summary>
/// The periods of one organization: local days in its time zone, weeks from its first weekday, quarters and years from
/// its fiscal month. Periods of one type follow each other without gap or overlap, whatever the clocks do. Thread-safe.
/// </summary>
public sealed class OrganizationCalendar
{
    private readonly ZoneClock _clock;
    private readonly LastPeriod?[] _last = new LastPeriod?[PeriodTypes.All.Count];

    /// <summary>Makes a calendar.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The fiscal month is not 1 to 12.</exception>
    public OrganizationCalendar(TimeZoneInfo zone, int fiscalYearStartMonth = 1, DayOfWeek weekStart = DayOfWeek.Monday)
    {
        ArgumentNullException.ThrowIfNull(zone);
        ArgumentOutOfRangeException.ThrowIfLessThan(fiscalYearStartMonth, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(fiscalYearStartMonth, 12);
        Zone = zone;
        FiscalYearStartMonth = fiscalYearStartMonth;
        WeekStart = weekStart;
        _clock = new ZoneClock(zone);
    }

    /// <summary>UTC, weeks from Monday, years from January.</summary>
    public static OrganizationCalendar Utc { get; } = new(TimeZoneInfo.Utc);

    /// <summary>The organization's time zone.</summary>
    public TimeZoneInfo Zone { get; }

    /// <summary>The month, 1 to 12, with whose first day a fiscal year begins.</summary>
    public int FiscalYearStartMonth { get; }

    /// <summary>The first day of a week.</summary>
    public DayOfWeek WeekStart { get; }

    /// <summary>Makes a calendar for an IANA zone id such as <c>Asia/Shanghai</c>.</summary>
    /// <exception cref="TimeZoneNotFoundException">The machine knows no such zone.</exception>
    public static OrganizationCalendar Of(string ianaId, int fiscalYearStartMonth = 1, DayOfWeek weekStart = DayOfWeek.Monday) =>
        new(TimeZoneInfo.FindSystemTimeZoneById(ianaId), fiscalYearStartMonth, weekStart);

    /// <summary>True when the machine knows the zone.</summary>
    public static bool KnowsZone(string ianaId) => TimeZoneInfo.TryFindSystemTimeZoneById(ianaId, out _);

    /// <summary>The period that an instant belongs to; a call belongs to the one in which it began.</summary>
    public Period PeriodOf(PeriodType type, DateTimeOffset instant)
    {
        // The gateway asks for the same few periods with every call.
        var last = Volatile.Read(ref _last[(int)type]);
        if (last is not null && last.Period.Contains(instant))
            return last.Period;
        var period = Find(type, instant);
        Volatile.Write(ref _last[(int)type], new LastPeriod(period));
        return period;
    }

    /// <summary>A calendar month.</summary>
    public Period MonthOf(int year, int month) => Months(new DateOnly(year, month, 1), 1);

    /// <summary>A local day; empty where the zone skipped that date (Samoa, 2011-12-30).</summary>
    public Period DayOf(DateOnly date) => new(_clock.StartOf(date), _clock.StartOf(date.AddDays(1)));

    /// <summary>The local date at an instant.</summary>
    public DateOnly LocalDate(DateTimeOffset instant) => _clock.DateOf(instant);

    /// <summary>The local dates that a period touches, in order, without a date that the zone skipped.</summary>
    public IEnumerable<DateOnly> DaysOf(Period period)
    {
        if (period.Length <= TimeSpan.Zero)
            yield break;
        var last = LocalDate(period.End.AddTicks(-1));
        for (var date = LocalDate(period.Start); date <= last; date = date.AddDays(1))
        {
            if (DayOf(date).Length > TimeSpan.Zero)
                yield return date;
        }
    }

    private Period Find(PeriodType type, DateTimeOffset instant)
    {
        if (type == PeriodType.Total)
            return Period.Total;
        if (type == PeriodType.Hourly)
            return _clock.HourOf(instant);

        var date = LocalDate(instant);
        return type switch
        {
            PeriodType.Daily => DayOf(date),
            PeriodType.Weekly => Week(date.AddDays(-(((int)date.DayOfWeek - (int)WeekStart + 7) % 7))),
            PeriodType.Monthly => MonthOf(date.Year, date.Month),
            PeriodType.Quarterly => Months(FirstMonth(date, 3), 3),
            PeriodType.Yearly => Months(FirstMonth(date, 12), 12),
            PeriodType.Hourly or PeriodType.Total => throw new ArgumentOutOfRangeException(nameof(type)),
        };
    }

    private Period Week(DateOnly first) => new(_clock.StartOf(first), _clock.StartOf(first.AddDays(7)));

    private Period Months(DateOnly first, int count) => new(_clock.StartOf(first), _clock.StartOf(first.AddMonths(count)));

    private DateOnly FirstMonth(DateOnly date, int monthsEach) =>
        new DateOnly(date.Year, date.Month, 1).AddMonths(-((date.Month - FiscalYearStartMonth + 12) % monthsEach));

    private sealed record LastPeriod(Period Period);
}
