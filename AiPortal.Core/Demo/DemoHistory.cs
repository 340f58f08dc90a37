using AiPortal.Core.Catalog;
using AiPortal.Core.Ledger;

namespace AiPortal.Core.Demo;

/// <summary>
/// Ninety days of calls up to now: working days and weekends, mornings and nights of two offices, growth, and one day on which a
/// batch ran over everything. The same instant and prices give the same sizes and amounts.
/// </summary>
internal sealed class DemoHistory
{
    public const int Days = 90;
    private const double FirstDayLevel = 0.4;
    private const double LastDayLevel = 0.9;
    private const int SpikeCalls = 500;
    private const int SpikeAtLeastDaysAgo = 12;

    private readonly DemoCompany _company;
    private readonly DemoCalls _calls;
    private readonly DateTimeOffset _now;
    private readonly DateTimeOffset _begin;

    public DemoHistory(DemoCompany company, PriceBook prices, DateTimeOffset now)
    {
        (_company, _now) = (company, now);
        _calls = new DemoCalls(company, prices);
        var zone = TimeZoneInfo.FindSystemTimeZoneById(DemoPlan.Zone);
        Today = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(now, zone).DateTime);
        _begin = InstantOf(Today.AddDays(1 - Days), TimeSpan.Zero, zone);
        SpikeDay = Today.AddDays(-SpikeAtLeastDaysAgo);
        while (SpikeDay.DayOfWeek != DayOfWeek.Wednesday) SpikeDay = SpikeDay.AddDays(-1);
        Make();
        Entries.Sort((a, b) => a.StartedAt.CompareTo(b.StartedAt));
        Calls.Sort((a, b) => a.StartedAt.CompareTo(b.StartedAt));
    }

    /// <summary>In the organization's zone.</summary>
    public DateOnly Today { get; }

    public DateOnly SpikeDay { get; }

    public List<LedgerEntry> Entries { get; } = [];

    public List<CallLogRow> Calls { get; } = [];

    private void Make()
    {
        // A day to either side: the offices' days begin at other instants than the organization's.
        for (var ago = Days; ago >= -1; ago--)
        {
            var day = Today.AddDays(-ago);
            for (var index = 0; index < _company.Callers.Count; index++)
                MakeDay(_company.Callers[index], day, new DemoDice(((ulong)day.DayNumber << 8) + (ulong)index), Level(ago));
        }
    }

    private static double Level(int daysAgo) => FirstDayLevel + ((LastDayLevel - FirstDayLevel) * (Days - daysAgo) / Days);

    private void MakeDay(DemoCaller caller, DateOnly day, DemoDice dice, double level)
    {
        var isWeekend = day.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday;
        var isSpike = day == SpikeDay && caller.Plan.Name == DemoPlan.SpikeKey;
        var workload = isSpike ? DemoWorkload.Reasoning : caller.Plan.Workload;
        var expected = caller.Plan.Daily * level * (isWeekend ? workload.Weekend : 1);
        var count = isSpike ? SpikeCalls : dice.Count(expected);
        var zone = TimeZoneInfo.FindSystemTimeZoneById(caller.Zone);
        for (var i = 0; i < count; i++)
        {
            var inDay = TimeSpan.FromHours(dice.Weighted(workload.Hours)) + TimeSpan.FromMilliseconds(dice.Between(0, 3_600_000));
            var call = _calls.Make(caller, workload, InstantOf(day, inDay, zone), dice);
            if (call.Log.StartedAt < _begin || call.EndedAt >= _now) continue;
            Entries.AddRange(call.Entries);
            Calls.Add(call.Log);
        }
    }

    private static DateTimeOffset InstantOf(DateOnly day, TimeSpan inDay, TimeZoneInfo zone)
    {
        var local = day.ToDateTime(TimeOnly.MinValue) + inDay;
        return new DateTimeOffset(local, zone.GetUtcOffset(local)).ToUniversalTime();
    }
}
