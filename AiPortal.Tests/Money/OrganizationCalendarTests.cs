using System.Globalization;
using AiPortal.Core.Money;
using Xunit;

namespace AiPortal.Tests.Money;

/// <summary>RELIABILITY M13: the edges of periods, by hand.</summary>
public sealed class OrganizationCalendarTests
{
    [Theory]
    [InlineData("Europe/Berlin", "2026-03-29", "2026-03-28T23:00Z", 23)] // 02:00 → 03:00
    [InlineData("Europe/Berlin", "2026-10-25", "2026-10-24T22:00Z", 25)] // 03:00 → 02:00
    [InlineData("America/New_York", "2026-03-08", "2026-03-08T05:00Z", 23)]
    [InlineData("America/New_York", "2026-11-01", "2026-11-01T04:00Z", 25)]
    [InlineData("Asia/Kolkata", "2026-03-29", "2026-03-28T18:30Z", 24)]
    [InlineData("Pacific/Chatham", "2026-04-05", "2026-04-04T10:15Z", 25)] // 03:45 → 02:45
    [InlineData("Pacific/Chatham", "2026-09-27", "2026-09-26T11:15Z", 23)]
    [InlineData("Africa/Cairo", "2026-04-24", "2026-04-23T22:00Z", 23)] // no local midnight: 00:00 → 01:00
    [InlineData("Africa/Cairo", "2026-10-29", "2026-10-28T21:00Z", 25)] // 24:00 → 23:00: its last hour twice
    [InlineData("Africa/Cairo", "2026-10-30", "2026-10-29T22:00Z", 24)]
    [InlineData("America/Havana", "2026-11-01", "2026-11-01T04:00Z", 25)] // midnight twice: 01:00 → 00:00
    [InlineData("Australia/Lord_Howe", "2026-04-05", "2026-04-04T13:00Z", 24.5)]
    [InlineData("UTC", "2026-12-31", "2026-12-31T00:00Z", 24)]
    public void DayOf_ClockChange_StartsAndLastsAsTheZoneSays(string zone, string date, string start, double hours)
    {
        var day = OrganizationCalendar.Of(zone).DayOf(DateOnly.ParseExact(date, "yyyy-MM-dd", CultureInfo.InvariantCulture));

        Assert.Equal(At(start), day.Start);
        Assert.Equal(TimeSpan.FromHours(hours), day.Length);
    }

    [Fact]
    public void DayOf_DateTheZoneSkipped_IsEmpty()
    {
        var samoa = OrganizationCalendar.Of("Pacific/Apia");

        Assert.Equal(TimeSpan.Zero, samoa.DayOf(new DateOnly(2011, 12, 30)).Length);
        Assert.Equal(new DateOnly(2011, 12, 29), samoa.LocalDate(At("2011-12-30T09:59Z")));
        Assert.Equal(new DateOnly(2011, 12, 31), samoa.LocalDate(At("2011-12-30T10:00Z")));
        Assert.DoesNotContain(new DateOnly(2011, 12, 30), samoa.DaysOf(samoa.MonthOf(2011, 12)));
    }

    [Fact]
    public void LocalDate_TheDateRunsTwice_BelongsToOneDay()
    {
        // St. John's, 2010-11-07: at 00:01 the clock went back to 23:01 of the 6th.
        var stJohns = OrganizationCalendar.Of("America/St_Johns");
        var midnight = At("2010-11-07T02:30Z");

        Assert.Equal(new DateOnly(2010, 11, 6), stJohns.LocalDate(midnight.AddTicks(-1)));
        Assert.Equal(new DateOnly(2010, 11, 7), stJohns.LocalDate(midnight));
        Assert.Equal(new DateOnly(2010, 11, 7), stJohns.LocalDate(midnight.AddMinutes(30)));
    }

    [Fact]
    public void PeriodOf_RepeatedHour_IsTwoPeriods()
    {
        var berlin = OrganizationCalendar.Of("Europe/Berlin");

        var summer = berlin.PeriodOf(PeriodType.Hourly, At("2026-10-25T00:30Z"));
        var winter = berlin.PeriodOf(PeriodType.Hourly, At("2026-10-25T01:30Z"));

        Assert.Equal(new Period(At("2026-10-25T00:00Z"), At("2026-10-25T01:00Z")), summer);
        Assert.Equal(new Period(At("2026-10-25T01:00Z"), At("2026-10-25T02:00Z")), winter);
    }

    [Fact]
    public void PeriodOf_HourCutByAClockChange_EndsAtTheChange()
    {
        // Chatham, 2026-09-27: 02:45 becomes 03:45.
        var chatham = OrganizationCalendar.Of("Pacific/Chatham");
        var change = At("2026-09-26T14:00Z");

        Assert.Equal(new Period(change.AddMinutes(-45), change), chatham.PeriodOf(PeriodType.Hourly, change.AddTicks(-1)));
        Assert.Equal(new Period(change, change.AddMinutes(15)), chatham.PeriodOf(PeriodType.Hourly, change));
    }

    [Theory]
    [InlineData(PeriodType.Weekly, 1, "2026-11-21T12:00Z", "2026-11-16T00:00Z", "2026-11-23T00:00Z")]
    [InlineData(PeriodType.Weekly, 1, "2026-11-16T00:00Z", "2026-11-16T00:00Z", "2026-11-23T00:00Z")]
    [InlineData(PeriodType.Monthly, 1, "2028-02-29T23:59Z", "2028-02-01T00:00Z", "2028-03-01T00:00Z")]
    [InlineData(PeriodType.Monthly, 1, "2026-01-31T23:59Z", "2026-01-01T00:00Z", "2026-02-01T00:00Z")]
    [InlineData(PeriodType.Quarterly, 1, "2026-11-21T12:00Z", "2026-10-01T00:00Z", "2027-01-01T00:00Z")]
    [InlineData(PeriodType.Quarterly, 2, "2027-01-31T12:00Z", "2026-11-01T00:00Z", "2027-02-01T00:00Z")]
    [InlineData(PeriodType.Yearly, 1, "2026-12-31T23:59Z", "2026-01-01T00:00Z", "2027-01-01T00:00Z")]
    [InlineData(PeriodType.Yearly, 4, "2027-03-31T23:59Z", "2026-04-01T00:00Z", "2027-04-01T00:00Z")]
    [InlineData(PeriodType.Yearly, 4, "2027-04-01T00:00Z", "2027-04-01T00:00Z", "2028-04-01T00:00Z")]
    public void PeriodOf_FiscalAndWeekRules_GiveTheSpan(PeriodType type, int fiscalMonth, string at, string start, string end) =>
        Assert.Equal(
            new Period(At(start), At(end)), new OrganizationCalendar(TimeZoneInfo.Utc, fiscalMonth).PeriodOf(type, At(at)));

    [Fact]
    public void PeriodOf_SundayWeeks_StartOnSunday() =>
        Assert.Equal(
            At("2026-11-15T00:00Z"),
            new OrganizationCalendar(TimeZoneInfo.Utc, 1, DayOfWeek.Sunday).PeriodOf(PeriodType.Weekly, At("2026-11-21T12:00Z")).Start);

    [Fact]
    public void PeriodOf_Total_HoldsEveryInstant()
    {
        var total = OrganizationCalendar.Of("Asia/Shanghai").PeriodOf(PeriodType.Total, At("2026-11-21T12:00Z"));

        Assert.Equal(Period.Total, total);
        Assert.True(total.Contains(At("2026-11-21T12:00Z")));
    }

    [Fact]
    public void PeriodOf_ClockStepsBack_AnswersByTheInstantAlone()
    {
        var shanghai = OrganizationCalendar.Of("Asia/Shanghai");
        var october = shanghai.PeriodOf(PeriodType.Monthly, At("2026-10-31T15:59Z"));
        var november = shanghai.PeriodOf(PeriodType.Monthly, At("2026-10-31T16:00Z"));

        Assert.Equal(october.End, november.Start);
        Assert.Equal(october, shanghai.PeriodOf(PeriodType.Monthly, At("2026-10-31T15:58Z")));
    }

    [Fact]
    public void Of_UnknownZone_Throws()
    {
        Assert.Throws<TimeZoneNotFoundException>(() => OrganizationCalendar.Of("Mars/Olympus_Mons"));
        Assert.False(OrganizationCalendar.KnowsZone("Mars/Olympus_Mons"));
        Assert.True(OrganizationCalendar.KnowsZone("Asia/Shanghai"));
    }

    [Fact]
    public void PeriodTypes_Text_RoundTrips()
    {
        Assert.All(PeriodTypes.All, type => Assert.Equal(type, PeriodTypes.Parse(type.ToText())));
        Assert.False(PeriodTypes.TryParse("Monthly", out _));
        Assert.False(PeriodTypes.TryParse("1", out _));
        Assert.Throws<FormatException>(() => PeriodTypes.Parse("fortnightly"));
    }

    private static DateTimeOffset At(string text) =>
        DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
}
