using AiPortal.Core.Data;
using AiPortal.Core.Ledger.Days;
using AiPortal.Core.Money;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Analytics;

/// <summary>Confirmed spend of one thing. <c>Name</c> is null where calls were attributed to none. Cost is USD.</summary>
public sealed record SpendShare(Guid? Id, string? Name, decimal Cost, long Requests, long Tokens);

/// <summary>Spend of a span by one dimension, dearest first: whole days from the days, what the span cuts of others from the rollups.</summary>
public sealed class SpendBreakdown(TenantDb tenants)
{
    public Task<IReadOnlyList<SpendShare>> ReadAsync(Guid organizationId, Dimension dimension, Period span, int top = int.MaxValue, CancellationToken token = default) =>
        tenants.ReadAsync(organizationId, async db =>
            await ReadAsync(db, await SpendTimeline.CalendarAsync(db, organizationId, token), dimension, span, top, token), token);

    internal static async Task<IReadOnlyList<SpendShare>> ReadAsync(
        PortalDb db, OrganizationCalendar calendar, Dimension dimension, Period span, int top, CancellationToken token)
    {
        var days = DaySpan.Of(calendar, span);
        var value = UsageDaySql.Values.Single(v => v.Word == EnumWord.Of(dimension));
        // Only texts of this class and of the days go into the statement; values go as parameters.
        var cut = days.Cut.Count == 0 ? "" : $$"""
            UNION ALL
            SELECT {{value.Id}}, {{value.Name}}, total_cost, requests, input_units + cached_input_units + cache_write_units + output_units + reasoning_units
            FROM usage_rollups WHERE organization_id = {0} AND ((bucket_at >= {5} AND bucket_at < {6}) OR (bucket_at >= {7} AND bucket_at < {8}))
            """;
        var sql = $$"""
            SELECT value_id AS "Id", value_name AS "Name", sum(cost) AS "Cost", sum(requests)::bigint AS "Requests", sum(tokens)::bigint AS "Tokens"
            FROM (
              SELECT value_id, value_name, total_cost AS cost, requests, tokens FROM usage_days
              WHERE organization_id = {0} AND dimension = {1} AND day >= {2} AND day < {3}
              {{cut}}) spent
            GROUP BY 1, 2 ORDER BY 3 DESC, 4 DESC, 2, 1 LIMIT {4}
            """;
        var word = EnumWord.Of(days.Reads(value.Dimension));
        var (first, second) = (days.Cut.Count > 0 ? days.Cut[0] : default, days.Cut.Count > 1 ? days.Cut[1] : default);
        var sums = await db.Database.SqlQueryRaw<Row>(sql, db.OrganizationId!, word, days.From, days.To, top, first.Start, first.End, second.Start, second.End).ToListAsync(token);
        var names = await NameBook.ReadAsync(db, dimension, [.. sums.Select(s => s.Id).OfType<Guid>()], token);
        return [.. sums.Select(s => new SpendShare(s.Id, s.Name ?? (s.Id is { } id ? names.GetValueOrDefault(id, ShortOf(id)) : null), s.Cost, s.Requests, s.Tokens))];
    }

    // The last part of a version 7 id is its random one.
    private static string ShortOf(Guid id) => "…" + id.ToString()[^8..];

    private sealed record Row(Guid? Id, string? Name, decimal Cost, long Requests, long Tokens);
}

/// <summary>A span as whole local days and what it cuts of the days at its ends.</summary>
/// <param name="From">The first whole day.</param>
/// <param name="To">The day after the last whole one; not after <paramref name="From"/> when there is none.</param>
/// <param name="Cut">At most two.</param>
internal readonly record struct DaySpan(DateOnly From, DateOnly To, IReadOnlyList<Period> Cut)
{
    public static DaySpan Of(OrganizationCalendar calendar, Period span)
    {
        var (first, last) = (calendar.LocalDate(span.Start), calendar.LocalDate(span.End));
        var (begun, ended) = (calendar.DayOf(first), calendar.DayOf(last));
        var from = begun.Start == span.Start ? first : first.AddDays(1);
        if (from > last) return new DaySpan(from, from, [span]);
        var cut = new List<Period>(2);
        if (begun.Start < span.Start) cut.Add(begun with { Start = span.Start });
        if (ended.Start < span.End) cut.Add(ended with { End = span.End });
        return new DaySpan(from, last, cut);
    }

    /// <summary>Users and keys can be many: whole months of them are read as months.</summary>
    public UsageDimension Reads(UsageDimension dimension) => (Cut.Count == 0 && From.Day == 1 && To.Day == 1, dimension) switch
    {
        (true, UsageDimension.User) => UsageDimension.UserMonth,
        (true, UsageDimension.Key) => UsageDimension.KeyMonth,
        _ => dimension,
    };
}
