using AiPortal.Core.Data;
using AiPortal.Core.Ledger;
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

/// <summary>Sums of a span by quarter of an hour, from which days and months in the organization's zone are cut.</summary>
public sealed class SpendTimeline
{
    private readonly OrganizationCalendar _calendar;
    private readonly List<(DateTimeOffset At, SpendSum Sum)> _buckets;

    private SpendTimeline(OrganizationCalendar calendar, List<(DateTimeOffset, SpendSum)> buckets) => (_calendar, _buckets) = (calendar, buckets);

    internal static async Task<SpendTimeline> ReadAsync(PortalDb db, OrganizationCalendar calendar, Period span, CancellationToken token)
    {
        var buckets = await db.Set<UsageRollup>().AsNoTracking().Where(r => r.BucketAt >= span.Start && r.BucketAt < span.End)
            .GroupBy(r => r.BucketAt)
            .Select(g => new
            {
                At = g.Key,
                Cost = g.Sum(r => r.TotalCost),
                Requests = g.Sum(r => r.Requests),
                Tokens = g.Sum(r => r.InputUnits + r.CachedInputUnits + r.CacheWriteUnits + r.OutputUnits + r.ReasoningUnits),
                Unresolved = g.Sum(r => r.UnresolvedCost),
                Failed = g.Sum(r => r.Failed),
            }).OrderBy(b => b.At).ToListAsync(token);
        return new SpendTimeline(calendar, buckets.ConvertAll(b => (b.At, new SpendSum(b.Cost, b.Requests, b.Tokens, b.Unresolved, b.Failed))));
    }

    internal static async Task<OrganizationCalendar> CalendarAsync(PortalDb db, Guid organizationId, CancellationToken token)
    {
        var organization = await db.Set<Organization>().AsNoTracking().SingleAsync(o => o.Id == organizationId, token);
        return OrganizationCalendar.Of(organization.TimeZone, organization.FiscalYearStart, organization.WeekStart);
    }

    /// <summary>The sum of the quarters that begin in the span.</summary>
    public SpendSum SumOf(Period span)
    {
        var sum = default(SpendSum);
        foreach (var (at, part) in _buckets)
        {
            if (span.Contains(at)) sum += part;
        }

        return sum;
    }

    /// <summary>Every local day of the span, also those without spend.</summary>
    public IReadOnlyList<DaySpend> Days(Period span)
    {
        var sums = new Dictionary<DateOnly, SpendSum>();
        foreach (var (at, part) in _buckets.Where(bucket => span.Contains(bucket.At)))
        {
            var date = _calendar.LocalDate(at);
            sums[date] = sums.GetValueOrDefault(date) + part;
        }

        return [.. _calendar.DaysOf(span).Select(date => new DaySpend(date, sums.GetValueOrDefault(date)))];
    }
}
