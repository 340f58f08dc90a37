using AiPortal.Core.Data;
using AiPortal.Core.Money;

namespace AiPortal.Core.Analytics;

/// <summary>Spend at a glance, in the organization's time zone. Amounts are USD.</summary>
public sealed record Spend
{
    public required DateOnly TodayOn { get; init; }

    /// <summary>IANA name.</summary>
    public required string TimeZone { get; init; }

    public required SpendSum Today { get; init; }

    public required SpendSum ThisMonth { get; init; }

    public required SpendSum LastMonth { get; init; }

    /// <summary>Last month up to the same distance from its beginning as this month has run.</summary>
    public required SpendSum LastMonthToDate { get; init; }

    /// <summary>Oldest first, today last, without gaps.</summary>
    public required IReadOnlyList<DaySpend> Days { get; init; }

    public required IReadOnlyDictionary<Dimension, IReadOnlyList<SpendShare>> ThisMonthBy { get; init; }

    public IReadOnlyList<SpendShare> By(Dimension dimension) => ThisMonthBy[dimension];

    /// <summary>Percent by which <paramref name="now"/> is above <paramref name="before"/>; 100 where there was nothing before, 0 where there is nothing at all.</summary>
    public static decimal Change(decimal now, decimal before) =>
        before != 0 ? decimal.Round((now - before) / before * 100, 2) : now == 0 ? 0 : 100;
}

/// <summary>Reads <see cref="Spend"/> from the days, in one view of the database.</summary>
public sealed class SpendOverview(TenantDb tenants, TimeProvider clock)
{
    private const int TopCount = 10;

    private static readonly Dimension[] Dimensions =
        [Dimension.Model, Dimension.Team, Dimension.Provider, Dimension.User, Dimension.CostCenter, Dimension.Project, Dimension.CostType];

    /// <param name="organizationId">Whose spend.</param>
    /// <param name="days">How many local days the trend shows, today included.</param>
    /// <param name="token">Ends the read.</param>
    public Task<Spend> ReadAsync(Guid organizationId, int days = 30, CancellationToken token = default) =>
        tenants.ReadAsync(organizationId, async db =>
        {
            var calendar = await SpendTimeline.CalendarAsync(db, organizationId, token);
            var now = clock.GetUtcNow();
            var todayOn = calendar.LocalDate(now);
            var today = calendar.DayOf(todayOn);
            var month = calendar.PeriodOf(PeriodType.Monthly, now);
            var lastMonth = calendar.PeriodOf(PeriodType.Monthly, month.Start.AddTicks(-1));
            var shown = new Period(calendar.DayOf(todayOn.AddDays(1 - days)).Start, today.End);

            var read = new Period(shown.Start < lastMonth.Start ? shown.Start : lastMonth.Start, month.End);
            var timeline = await SpendTimeline.ReadAsync(db, calendar, read, token);
            var by = new Dictionary<Dimension, IReadOnlyList<SpendShare>>();
            foreach (var dimension in Dimensions) by[dimension] = await SpendBreakdown.ReadAsync(db, calendar, dimension, month, TopCount, token);

            var sameDistance = lastMonth.Start + (now - month.Start);
            return new Spend
            {
                TodayOn = todayOn,
                TimeZone = calendar.Zone.Id,
                Today = timeline.SumOf(today),
                ThisMonth = timeline.SumOf(month),
                LastMonth = timeline.SumOf(lastMonth),
                LastMonthToDate = await timeline.UpToAsync(db, lastMonth with { End = sameDistance < lastMonth.End ? sameDistance : lastMonth.End }, token),
                Days = timeline.Days(shown),
                ThisMonthBy = by,
            };
        }, token);
}
