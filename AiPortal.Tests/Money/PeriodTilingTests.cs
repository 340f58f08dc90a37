using AiPortal.Core.Money;
using Xunit;

namespace AiPortal.Tests.Money;

/// <summary>RELIABILITY M13: over two years and twelve zones, every instant is in exactly one period of each type.</summary>
public sealed class PeriodTilingTests
{
    private static readonly DateTimeOffset From = new(2025, 12, 20, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset To = From.AddYears(2);

    public static TheoryData<string> Zones => new(
        "UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Chatham", "Africa/Cairo", "Asia/Shanghai",
        "Australia/Lord_Howe", "America/Havana", "Africa/Casablanca", "America/St_Johns", "Pacific/Kiritimati");

    [Theory]
    [MemberData(nameof(Zones))]
    public void Periods_TwoYears_TileTimeWithoutGapOrOverlap(string zone)
    {
        foreach (var type in PeriodTypes.All.Where(type => type != PeriodType.Total))
        {
            // A calendar of its own for each question, so that no remembered period helps.
            var calendar = OrganizationCalendar.Of(zone, fiscalYearStartMonth: 4);
            var period = calendar.PeriodOf(type, From);
            Assert.True(period.Contains(From));
            while (period.Start < To)
            {
                Assert.True(period.Length > TimeSpan.Zero, $"{zone} {type} {period}");
                Assert.Equal(period, OrganizationCalendar.Of(zone, 4).PeriodOf(type, period.End.AddTicks(-1)));
                Assert.Equal(period, calendar.PeriodOf(type, period.Start + (period.Length / 2)));
                var next = calendar.PeriodOf(type, period.End);
                Assert.Equal(period.End, next.Start);
                period = next;
            }
        }
    }

    [Theory]
    [MemberData(nameof(Zones))]
    public void Days_OfEachMonth_SumToTheMonth(string zone)
    {
        var calendar = OrganizationCalendar.Of(zone);
        for (var month = new DateOnly(2026, 1, 1); month.Year < 2028; month = month.AddMonths(1))
        {
            var period = calendar.MonthOf(month.Year, month.Month);
            var days = calendar.DaysOf(period).ToList();

            Assert.Equal(DateTime.DaysInMonth(month.Year, month.Month), days.Count);
            Assert.Equal(month, days[0]);
            Assert.Equal(period.Length, days.Aggregate(TimeSpan.Zero, (sum, day) => sum + calendar.DayOf(day).Length));
            Assert.Equal(period, calendar.PeriodOf(PeriodType.Monthly, period.Start));
        }
    }

    [Theory]
    [MemberData(nameof(Zones))]
    public void LocalDate_QuarterHours_AgreesWithTheDay(string zone)
    {
        var calendar = OrganizationCalendar.Of(zone);
        for (var instant = From; instant < To; instant = instant.AddMinutes(45))
        {
            var day = calendar.DayOf(calendar.LocalDate(instant));
            Assert.True(day.Contains(instant), $"{zone} {instant:O}");
        }
    }

    [Theory]
    [MemberData(nameof(Zones))]
    public void Edges_AllPeriods_AreQuarterHours(string zone)
    {
        // Rollups are kept by UTC quarter-hour, so every edge must be one.
        var calendar = OrganizationCalendar.Of(zone);
        for (var hour = calendar.PeriodOf(PeriodType.Hourly, From); hour.Start < To; hour = calendar.PeriodOf(PeriodType.Hourly, hour.End))
            Assert.Equal(0, hour.Start.Ticks % TimeSpan.FromMinutes(15).Ticks);
    }
}
