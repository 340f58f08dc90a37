using AiPortal.Core.Money;

namespace AiPortal.Tests.Money;

/// <summary>
/// RELIABILITY M13 over two years and twelve zones: calls at every edge, that span it, come with a clock five minutes off, or while
/// the clock steps back. A call belongs to the period in which it began; each period begins once.
/// </summary>
public sealed class PeriodEdgeTests
{
    private static readonly DateTimeOffset From = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset To = From.AddYears(2);
    private static readonly TimeSpan Skew = TimeSpan.FromMinutes(5);

    public static TheoryData<string, DayOfWeek> Calendars
    {
        get
        {
            var data = new TheoryData<string, DayOfWeek>();
            foreach (var zone in PeriodTilingTests.Zones)
            {
                foreach (var week in new[] { DayOfWeek.Monday, DayOfWeek.Sunday, DayOfWeek.Saturday }) data.Add(zone, week);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Calendars))]
    public void Calls_AtEveryEdge_AreInThePeriodInWhichTheyBegan(string zone, DayOfWeek week)
    {
        foreach (var type in PeriodTypes.All.Where(type => type != PeriodType.Total))
        {
            var calendar = OrganizationCalendar.Of(zone, 4, week);
            var period = calendar.PeriodOf(type, From);
            var counts = new Dictionary<DateTimeOffset, int>();
            var begun = 0;
            for (var last = period; last.Start < To; last = period)
            {
                period = calendar.PeriodOf(type, last.End);
                // A clock that runs, is five minutes off either way, and steps back over the edge: in that order of arrival.
                foreach (var startedAt in new[] { last.End - Skew, last.End.AddTicks(-1), last.End, last.End + Skew, last.End - Skew, last.End.AddTicks(-1), last.End })
                {
                    var its = calendar.PeriodOf(type, startedAt);
                    Assert.True(its == (startedAt < last.End ? last : period) || (its.Start > last.End && its.Contains(startedAt)), $"{zone} {type} {startedAt:O} in {its}");
                    // It ends ten minutes later, in whatever period that is, and is counted where it began.
                    _ = calendar.PeriodOf(type, startedAt.AddMinutes(10));
                    counts[its.Start] = counts.GetValueOrDefault(its.Start) + 1;
                    begun++;
                }
            }

            Assert.Equal(begun, counts.Values.Sum());
        }
    }

    [Theory]
    [MemberData(nameof(Calendars))]
    public void Periods_ClockRunsWithStepsBack_BeginOnceEach(string zone, DayOfWeek week)
    {
        foreach (var type in new[] { PeriodType.Daily, PeriodType.Weekly, PeriodType.Monthly, PeriodType.Quarterly, PeriodType.Yearly })
        {
            var calendar = OrganizationCalendar.Of(zone, 4, week);
            var seen = new HashSet<DateTimeOffset>();
            // Every seventh reading the clock steps five minutes back.
            for (var (now, i) = (From, 0); now < To; now = now.AddMinutes(++i % 7 == 0 ? -5 : 37)) seen.Add(calendar.PeriodOf(type, now).Start);
            var expected = 0;
            for (var period = OrganizationCalendar.Of(zone, 4, week).PeriodOf(type, From); period.Start < To; period = calendar.PeriodOf(type, period.End))
            {
                expected++;
                Assert.Contains(period.Start, seen);
            }

            Assert.Equal(expected, seen.Count);
        }
    }

    [Theory]
    [MemberData(nameof(Calendars))]
    public void Weeks_StartOnTheChosenDay_AndSevenDaysMakeOne(string zone, DayOfWeek week)
    {
        var calendar = OrganizationCalendar.Of(zone, 1, week);
        for (var period = calendar.PeriodOf(PeriodType.Weekly, From); period.Start < To; period = calendar.PeriodOf(PeriodType.Weekly, period.End))
        {
            var days = calendar.DaysOf(period).ToList();
            Assert.Equal((7, week), (days.Count, days[0].DayOfWeek));
            Assert.Equal(period.Length, days.Aggregate(TimeSpan.Zero, (sum, day) => sum + calendar.DayOf(day).Length));
        }
    }
}
