using AiPortal.Core.Money;

namespace AiPortal.Core.Analytics;

/// <summary>Spend as the dashboard shows it, cut in the organization's time zone. Amounts are confirmed USD.</summary>
public sealed record SpendBoard
{
    /// <summary>The figures belong to a made-up organization.</summary>
    public required bool IsDemo { get; init; }

    public required DateOnly TodayOn { get; init; }

    public required SpendSum Today { get; init; }

    /// <summary>Yesterday up to the same distance from its beginning, to the quarter of an hour.</summary>
    public required SpendSum YesterdayToTime { get; init; }

    public required SpendSum ThisMonth { get; init; }

    /// <summary>Last month up to the same distance from its beginning as this month has run.</summary>
    public required SpendSum LastMonthToDate { get; init; }

    /// <summary>The first and the last date of <see cref="LastMonthToDate"/>.</summary>
    public required (DateOnly From, DateOnly To) LastMonthDates { get; init; }

    /// <summary>The days shown, oldest first, today last, also those without spend.</summary>
    public required IReadOnlyList<DaySpend> Days { get; init; }

    /// <summary>The sum of <see cref="Days"/>; what follows are its parts, dearest first.</summary>
    public required SpendSum Shown { get; init; }

    public required IReadOnlyList<ModelSpend> Models { get; init; }

    public required IReadOnlyList<SpendShare> Teams { get; init; }

    public required IReadOnlyList<SpendShare> Providers { get; init; }

    /// <summary>The sums of this month's days so far, oldest first; for the trend beside a figure.</summary>
    public IEnumerable<SpendSum> MonthDays => Days.Where(day => day.Date >= new DateOnly(TodayOn.Year, TodayOn.Month, 1)).Select(day => day.Sum);
}

/// <summary>What a model cost in the days shown, and on each of them.</summary>
public sealed record ModelSpend(string Name, SpendSum Sum, IReadOnlyList<decimal> Daily);

/// <summary>Where a board cuts time: the local days it needs, and the two unfinished spans it compares with.</summary>
internal sealed class BoardCuts
{
    public BoardCuts(OrganizationCalendar calendar, DateTimeOffset now, int days)
    {
        TodayOn = calendar.LocalDate(now);
        Today = calendar.DayOf(TodayOn);
        var yesterday = calendar.DayOf(TodayOn.AddDays(-1));
        YesterdayToTime = Until(yesterday, now - Today.Start);
        Month = calendar.PeriodOf(PeriodType.Monthly, now);
        LastMonthToDate = Until(calendar.PeriodOf(PeriodType.Monthly, Month.Start.AddTicks(-1)), now - Month.Start);
        Shown = new Period(calendar.DayOf(TodayOn.AddDays(1 - days)).Start, Today.End);
        All = new Period(Earlier(Earlier(Shown.Start, LastMonthToDate.Start), yesterday.Start), Today.End);
        LastMonthDates = (calendar.LocalDate(LastMonthToDate.Start), calendar.LocalDate(LastMonthToDate.End.AddTicks(-1)));
    }

    public DateOnly TodayOn { get; }

    public Period Today { get; }

    public Period YesterdayToTime { get; }

    public Period Month { get; }

    public Period LastMonthToDate { get; }

    public (DateOnly From, DateOnly To) LastMonthDates { get; }

    public Period Shown { get; }

    /// <summary>All days that are needed.</summary>
    public Period All { get; }

    private static Period Until(Period whole, TimeSpan distance) =>
        whole with { End = distance < whole.Length ? whole.Start + distance : whole.End };

    private static DateTimeOffset Earlier(DateTimeOffset a, DateTimeOffset b) => a < b ? a : b;
}
