using AiPortal.Core.Data;
using AiPortal.Core.Ledger;
using AiPortal.Core.Ledger.Days;
using AiPortal.Core.Money;
using AiPortal.Core.Tenancy;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Analytics;

/// <summary>Confirmed spend of a span (USD), with what is unresolved beside it.</summary>
public readonly record struct SpendSum(decimal Cost, long Requests, long Tokens, decimal Unresolved, long Failed)
{
    public static SpendSum operator +(SpendSum a, SpendSum b) =>
        new(a.Cost + b.Cost, a.Requests + b.Requests, a.Tokens + b.Tokens, a.Unresolved + b.Unresolved, a.Failed + b.Failed);
}

/// <summary>Spend of one local day.</summary>
public sealed record DaySpend(DateOnly Date, SpendSum Sum);

/// <summary>Sums of local days, of which months in the organization's zone are made.</summary>
public sealed class SpendTimeline
{
    private readonly OrganizationCalendar _calendar;
    private readonly Dictionary<DateOnly, SpendSum> _days;
    private readonly Guid? _environmentId;

    internal SpendTimeline(OrganizationCalendar calendar, Dictionary<DateOnly, SpendSum> days, Guid? environmentId = null) =>
        (_calendar, _days, _environmentId) = (calendar, days, environmentId);

    /// <param name="db">The organization's.</param>
    /// <param name="calendar">The organization's.</param>
    /// <param name="span">Whole local days.</param>
    /// <param name="token">Ends the read.</param>
    /// <param name="environmentId">Only what keys of this environment spent.</param>
    internal static async Task<SpendTimeline> ReadAsync(PortalDb db, OrganizationCalendar calendar, Period span, CancellationToken token, Guid? environmentId = null)
    {
        var (from, to) = (calendar.LocalDate(span.Start), calendar.LocalDate(span.End));
        var dimension = environmentId is null ? UsageDimension.Organization : UsageDimension.Environment;
        var days = await db.Set<UsageDay>().AsNoTracking()
            .Where(d => d.Dimension == dimension && d.Day >= from && d.Day < to && (environmentId == null || d.ValueId == environmentId))
            .ToDictionaryAsync(d => d.Day, d => new SpendSum(d.TotalCost, d.Requests, d.Tokens, d.UnresolvedCost, d.Failed), token);
        return new SpendTimeline(calendar, days, environmentId);
    }

    internal static async Task<OrganizationCalendar> CalendarAsync(PortalDb db, Guid organizationId, CancellationToken token)
    {
        var organization = await db.Set<Organization>().AsNoTracking().SingleAsync(o => o.Id == organizationId, token);
        return OrganizationCalendar.Of(organization.TimeZone, organization.FiscalYearStart, organization.WeekStart);
    }

    /// <summary>The sum of a span of whole local days.</summary>
    public SpendSum SumOf(Period span) => Days(span).Aggregate(default(SpendSum), (sum, day) => sum + day.Sum);

    /// <summary>Every local day of the span, also those without spend.</summary>
    public IReadOnlyList<DaySpend> Days(Period span) => [.. _calendar.DaysOf(span).Select(date => new DaySpend(date, _days.GetValueOrDefault(date)))];

    /// <summary>The sum of a span that begins with a local day; of its last day the quarters of an hour that begin in it.</summary>
    internal async Task<SpendSum> UpToAsync(PortalDb db, Period span, CancellationToken token)
    {
        var last = _calendar.DayOf(_calendar.LocalDate(span.End)).Start;
        var sum = SumOf(span with { End = last });
        if (last == span.End) return sum;
        var quarters = await db.Set<UsageRollup>().AsNoTracking().Where(r => r.BucketAt >= last && r.BucketAt < span.End && (_environmentId == null || r.EnvironmentId == _environmentId))
            .GroupBy(r => r.OrganizationId)
            .Select(g => new SpendSum(
                g.Sum(r => r.TotalCost),
                g.Sum(r => r.Requests),
                g.Sum(r => r.InputUnits + r.CachedInputUnits + r.CacheWriteUnits + r.OutputUnits + r.ReasoningUnits),
                g.Sum(r => r.UnresolvedCost),
                g.Sum(r => r.Failed))).FirstOrDefaultAsync(token);
        return sum + quarters;
    }
}
