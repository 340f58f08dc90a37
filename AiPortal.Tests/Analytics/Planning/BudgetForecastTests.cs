using AiPortal.Core.Analytics.Planning;
using AiPortal.Core.Money;

namespace AiPortal.Tests.Analytics.Planning;

public sealed class BudgetForecastTests
{
    /// <summary>A Wednesday, at noon in Berlin.</summary>
    private static readonly DateTimeOffset Now = new(2026, 11, 18, 11, 0, 0, TimeSpan.Zero);
    private static readonly OrganizationCalendar Berlin = OrganizationCalendar.Of("Europe/Berlin");
    private static readonly Period Month = Berlin.PeriodOf(PeriodType.Monthly, Now);

    [Fact]
    public void EvenPace_EndsWhereALineWould()
    {
        // $10 a day; $65 are left at noon: half of today, six more days, so at midnight after November 24.
        var forecast = BudgetForecast.Of(Berlin, Month, 240, 175, Days(_ => 10, today: 5), Now);
        Assert.Equal(BudgetFate.RunsOut, forecast.Fate);
        Assert.Equal(Local(25), forecast.RunsOutAt);
        Assert.Equal(175 + 5 + 12 * 10, forecast.AtEnd);
    }

    [Fact]
    public void WeekdayRhythm_PutsTheEndOnAWeekday()
    {
        // Nothing at weekends, $10 on other days: $25 are gone at the end of Friday the 20th, where a flat line would say Saturday or later.
        var days = Days(date => date.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday ? 0 : 10, today: 5);
        var forecast = BudgetForecast.Of(Berlin, Month, 200, 175, days, Now);
        Assert.Equal((BudgetFate.RunsOut, (DateTimeOffset?)Local(21)), (forecast.Fate, forecast.RunsOutAt));
        Assert.Equal(175 + 5 + 8 * 10, forecast.AtEnd);
        // With $30 it goes on to Monday noon.
        Assert.Equal(Local(23).AddHours(12), BudgetForecast.Of(Berlin, Month, 205, 175, days, Now).RunsOutAt);
    }

    [Fact]
    public void Room_ForTheWholePeriod_Lasts()
    {
        var forecast = BudgetForecast.Of(Berlin, Month, 301, 175, Days(_ => 10, today: 5), Now);
        Assert.Equal((BudgetFate.Lasts, (DateTimeOffset?)null, (decimal?)300), (forecast.Fate, forecast.RunsOutAt, forecast.AtEnd));
    }

    [Fact]
    public void NothingLeft_IsUsedUp_AndNothingSpentLately_SaysNothing()
    {
        Assert.Equal(BudgetFate.UsedUp, BudgetForecast.Of(Berlin, Month, 100, 100, Days(_ => 10, today: 5), Now).Fate);
        Assert.Equal(BudgetFate.UsedUp, BudgetForecast.Of(Berlin, Month, 100, 130, new Dictionary<DateOnly, decimal>(), Now).Fate);
        Assert.Equal(new BudgetForecast(BudgetFate.NoPace, null, 30), BudgetForecast.Of(Berlin, Month, 100, 30, new Dictionary<DateOnly, decimal>(), Now));
    }

    [Fact]
    public void NewScope_IsMeasuredByTheDaysItHas()
    {
        // $20 yesterday and $10 until noon: $20 a day.
        var days = new Dictionary<DateOnly, decimal> { [new(2026, 11, 17)] = 20, [new(2026, 11, 18)] = 10 };
        Assert.Equal(Local(20), BudgetForecast.Of(Berlin, Month, 60, 30, days, Now).RunsOutAt);
    }

    [Fact]
    public void ShortPeriods_EndWithin_AndAllTimeHasNoEnd()
    {
        var day = Berlin.PeriodOf(PeriodType.Daily, Now);
        Assert.Equal(Now.AddHours(6), BudgetForecast.Of(Berlin, day, 7.5m, 5, Days(_ => 10, today: 5), Now).RunsOutAt);
        Assert.Equal(BudgetFate.Lasts, BudgetForecast.Of(Berlin, day, 11, 5, Days(_ => 10, today: 5), Now).Fate);

        var ever = BudgetForecast.Of(Berlin, Period.Total, 10_000, 175, Days(_ => 10, today: 5), Now);
        Assert.Equal((BudgetFate.Lasts, (decimal?)null), (ever.Fate, ever.AtEnd));
        Assert.Equal(BudgetFate.RunsOut, BudgetForecast.Of(Berlin, Period.Total, 1000, 175, Days(_ => 10, today: 5), Now).Fate);
    }

    [Fact]
    public void DayOfAClockChange_IsAsLongAsItIs()
    {
        // October 25 has 25 hours in Berlin: at $25 a day, $12.50 last 12.5 hours.
        var midnight = Berlin.DayOf(new DateOnly(2026, 10, 25)).Start;
        var days = new Dictionary<DateOnly, decimal>();
        for (var date = new DateOnly(2026, 10, 18); date < new DateOnly(2026, 10, 25); date = date.AddDays(1)) days[date] = 25;
        var forecast = BudgetForecast.Of(Berlin, Berlin.PeriodOf(PeriodType.Monthly, midnight), 100, 87.5m, days, midnight);
        Assert.Equal(midnight.AddHours(12.5), forecast.RunsOutAt);
    }

    [Fact]
    public void FirstDayOfAPeriod_GoesOnAtThePaceOfTheDaysBefore()
    {
        // Ten minutes into November $0.05 are spent; October had $10 a day.
        var at = Local(1).AddMinutes(10);
        var days = new Dictionary<DateOnly, decimal> { [new(2026, 11, 1)] = 0.05m };
        for (var date = new DateOnly(2026, 10, 4); date < new DateOnly(2026, 11, 1); date = date.AddDays(1)) days[date] = 10;
        var forecast = BudgetForecast.Of(Berlin, Berlin.PeriodOf(PeriodType.Monthly, at), 400, 0.05m, days, at);
        Assert.Equal(BudgetFate.Lasts, forecast.Fate);
        Assert.InRange(forecast.AtEnd!.Value, 299, 301);
        // At its first instant nothing of it is spent.
        days.Remove(new DateOnly(2026, 11, 1));
        Assert.Equal(new BudgetForecast(BudgetFate.Lasts, null, 300), BudgetForecast.Of(Berlin, Month, 400, 0, days, Local(1)));
    }

    [Fact]
    public void FirstMinutesOfAScope_AreNotTakenForItsPace()
    {
        // $1 in the minute after midnight, without any history: of an hour at most, $24 a day and not $1,440.
        var days = new Dictionary<DateOnly, decimal> { [new(2026, 11, 18)] = 1 };
        var forecast = BudgetForecast.Of(Berlin, Month, 1000, 1, days, Local(18).AddMinutes(1));
        Assert.InRange(forecast.AtEnd!.Value, 1 + 12 * 24, 1 + 13 * 24);
        Assert.Equal(BudgetFate.Lasts, forecast.Fate);
        // At midnight itself there is nothing to divide by.
        Assert.InRange(BudgetForecast.Of(Berlin, Month, 1000, 1, days, Local(18)).AtEnd!.Value, 312.999m, 313.001m);
    }

    private static Dictionary<DateOnly, decimal> Days(Func<DateOnly, decimal> spend, decimal today)
    {
        var days = new Dictionary<DateOnly, decimal> { [new(2026, 11, 18)] = today };
        for (var date = new DateOnly(2026, 10, 21); date < new DateOnly(2026, 11, 18); date = date.AddDays(1)) days[date] = spend(date);
        return days;
    }

    private static DateTimeOffset Local(int day) => Berlin.DayOf(new DateOnly(2026, 11, day)).Start;
}
