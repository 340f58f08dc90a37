using AiPortal.Core.Money;

namespace AiPortal.Core.Analytics.Planning;

/// <summary>What becomes of a budget when spending goes on as in recent days.</summary>
public enum BudgetFate
{
    /// <summary>Nothing was spent lately, so nothing can be said.</summary>
    NoPace,

    /// <summary>Nothing is left now.</summary>
    UsedUp,

    /// <summary>It ends before its period does.</summary>
    RunsOut,

    /// <summary>It lasts the period, or for all time at least a year.</summary>
    Lasts,
}

/// <summary>
/// A forecast from the days before: the level of the last seven days and today, and from two weeks of history on the rhythm of the
/// week.
/// </summary>
/// <param name="Fate">What becomes of it.</param>
/// <param name="RunsOutAt">When the last of it is spent, UTC; only where it <see cref="BudgetFate.RunsOut"/>.</param>
/// <param name="AtEnd">What will have been spent by the end of the period, in the budget's unit; null for a budget over all time.</param>
public sealed record BudgetForecast(BudgetFate Fate, DateTimeOffset? RunsOutAt, decimal? AtEnd)
{
    /// <summary>Complete days of history that are looked at.</summary>
    public const int HistoryDays = 28;
    private const int LevelDays = 7;
    private const int RhythmDays = 14;
    private const int HorizonDays = 366;

    /// <summary>In days: what was spent in the first minutes of all history is no pace.</summary>
    private const decimal LeastHistory = 1m / 24;

    /// <param name="calendar">The organization's.</param>
    /// <param name="period">The budget's current period.</param>
    /// <param name="limit">In the budget's unit, as all amounts.</param>
    /// <param name="taken">What is spent or of unknown outcome in the period.</param>
    /// <param name="days">Spend by local day: the last <see cref="HistoryDays"/> days and today; days without spend may be absent.</param>
    /// <param name="now">UTC.</param>
    public static BudgetForecast Of(
        OrganizationCalendar calendar, Period period, decimal limit, decimal taken, IReadOnlyDictionary<DateOnly, decimal> days, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(calendar);
        ArgumentNullException.ThrowIfNull(days);
        var today = calendar.LocalDate(now);
        var pace = PaceOf(calendar, days, today, now);
        var free = limit - taken;
        if (pace.Level <= 0)
            return new BudgetForecast(free <= 0 ? BudgetFate.UsedUp : BudgetFate.NoPace, null, IsEndless(period) ? null : taken);

        var (end, endless) = (period.End, IsEndless(period));
        if (endless) end = now.AddDays(HorizonDays);
        var (at, ahead) = ((DateTimeOffset?)null, 0m);
        for (var from = now; from < end;)
        {
            var date = calendar.LocalDate(from);
            var day = calendar.DayOf(date);
            var to = day.End < end ? day.End : end;
            var spend = pace.Level * pace.Rhythm[(int)date.DayOfWeek] * Share(to - from, day.Length);
            if (at is null && free > 0 && ahead + spend >= free && spend > 0) at = from + (to - from) * (double)((free - ahead) / spend);
            ahead += spend;
            from = to;
        }

        var fate = free <= 0 ? BudgetFate.UsedUp : at is null ? BudgetFate.Lasts : BudgetFate.RunsOut;
        return new BudgetForecast(fate, at, endless ? null : taken + ahead);
    }

    private static bool IsEndless(Period period) => period.End >= Period.Total.End;

    private static (decimal Level, decimal[] Rhythm) PaceOf(
        OrganizationCalendar calendar, IReadOnlyDictionary<DateOnly, decimal> days, DateOnly today, DateTimeOffset now)
    {
        var first = today;
        foreach (var (date, spend) in days)
        {
            if (spend > 0 && date < first && date >= today.AddDays(-HistoryDays)) first = date;
        }

        var rhythm = RhythmOf(days, first, today);
        var day = calendar.DayOf(today);
        var weights = rhythm[(int)today.DayOfWeek] * Share(now - day.Start, day.Length);
        var spent = days.GetValueOrDefault(today);
        for (var date = today.AddDays(-LevelDays); date < today; date = date.AddDays(1))
        {
            if (date < first) continue;
            spent += days.GetValueOrDefault(date);
            weights += rhythm[(int)date.DayOfWeek];
        }

        return (spent > 0 ? spent / Math.Max(weights, LeastHistory) : 0, rhythm);
    }

    /// <summary>How each weekday compares with the mean day; flat until there are two weeks to tell it from.</summary>
    private static decimal[] RhythmOf(IReadOnlyDictionary<DateOnly, decimal> days, DateOnly first, DateOnly today)
    {
        decimal[] flat = [1, 1, 1, 1, 1, 1, 1];
        var weeks = (today.DayNumber - first.DayNumber) / 7;
        if (weeks * 7 < RhythmDays) return flat;
        var sums = new decimal[7];
        for (var date = today.AddDays(-weeks * 7); date < today; date = date.AddDays(1)) sums[(int)date.DayOfWeek] += days.GetValueOrDefault(date);
        var mean = sums.Sum() / 7;
        return mean > 0 ? Array.ConvertAll(sums, sum => sum / mean) : flat;
    }

    private static decimal Share(TimeSpan part, TimeSpan whole) => whole > TimeSpan.Zero ? (decimal)part.Ticks / whole.Ticks : 0;
}
