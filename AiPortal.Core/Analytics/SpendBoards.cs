using AiPortal.Core.Data;
using AiPortal.Core.Ledger.Days;
using AiPortal.Core.Money;
using AiPortal.Core.Tenancy;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Analytics;

/// <summary>Reads a <see cref="SpendBoard"/> from the days in one view of the database, whatever the ledger's size.</summary>
public sealed class SpendBoards(TenantDb tenants, TimeProvider clock)
{
    /// <param name="organizationId">Whose spend.</param>
    /// <param name="days">How many local days are shown, today included.</param>
    /// <param name="environmentId">Only what keys of this environment spent.</param>
    /// <param name="token">Ends the read.</param>
    public Task<SpendBoard> ReadAsync(Guid organizationId, int days, Guid? environmentId = null, CancellationToken token = default) =>
        tenants.ReadAsync(organizationId, async db =>
        {
            var organization = await db.Set<Organization>().AsNoTracking().SingleAsync(o => o.Id == organizationId, token);
            var calendar = OrganizationCalendar.Of(organization.TimeZone, organization.FiscalYearStart, organization.WeekStart);
            var cuts = new BoardCuts(calendar, clock.GetUtcNow(), days);
            var timeline = await SpendTimeline.ReadAsync(db, calendar, cuts.All, token, environmentId);
            var (models, parts) = environmentId is { } environment
                ? await EnvironmentSpend.ReadAsync(db, organization, environment, calendar, cuts.Shown, token)
                : (await ModelsAsync(db, calendar, cuts.Shown, token), await PartsAsync(db, organizationId, calendar, cuts.Shown, token));
            return new SpendBoard
            {
                IsDemo = organization.IsDemo,
                TodayOn = cuts.TodayOn,
                Today = timeline.SumOf(cuts.Today),
                YesterdayToTime = await timeline.UpToAsync(db, cuts.YesterdayToTime, token),
                ThisMonth = timeline.SumOf(cuts.Month with { End = cuts.Today.End }),
                LastMonthToDate = await timeline.UpToAsync(db, cuts.LastMonthToDate, token),
                LastMonthDates = cuts.LastMonthDates,
                Days = timeline.Days(cuts.Shown),
                Shown = timeline.SumOf(cuts.Shown),
                Models = models,
                Teams = [.. parts.Where(part => part.IsTeam).Select(part => part.Share)],
                Providers = [.. parts.Where(part => !part.IsTeam).Select(part => part.Share)],
            };
        }, token);

    private static async Task<IReadOnlyList<ModelSpend>> ModelsAsync(PortalDb db, OrganizationCalendar calendar, Period shown, CancellationToken token)
    {
        var dates = calendar.DaysOf(shown).ToList();
        var (from, to) = (dates[0], dates[^1]);
        var rows = await db.Set<UsageDay>().AsNoTracking().Where(d => d.Dimension == UsageDimension.Model && d.Day >= from && d.Day <= to).ToListAsync(token);
        return Ranked(dates, rows.Select(d => (d.ValueName!, d.Day, new SpendSum(d.TotalCost, d.Requests, d.Tokens, d.UnresolvedCost, d.Failed))));
    }

    /// <summary>Models, the dearest first, from what each cost on each day.</summary>
    internal static IReadOnlyList<ModelSpend> Ranked(List<DateOnly> dates, IEnumerable<(string Model, DateOnly Day, SpendSum Sum)> rows)
    {
        var models = new List<ModelSpend>();
        foreach (var model in rows.GroupBy(row => row.Model, StringComparer.Ordinal))
        {
            var daily = model.ToDictionary(row => row.Day, row => row.Sum.Cost);
            var sum = model.Aggregate(default(SpendSum), (all, d) => all + d.Sum);
            models.Add(new ModelSpend(model.Key, sum, dates.ConvertAll(date => daily.GetValueOrDefault(date))));
        }

        return [.. models.OrderByDescending(model => model.Sum.Cost).ThenByDescending(model => model.Sum.Requests).ThenBy(model => model.Name, StringComparer.Ordinal)];
    }

    private static Task<List<PartRow>> PartsAsync(PortalDb db, Guid organizationId, OrganizationCalendar calendar, Period shown, CancellationToken token)
    {
        var (from, to) = (calendar.LocalDate(shown.Start), calendar.LocalDate(shown.End));
        return db.Database.SqlQuery<PartRow>($"""
            SELECT s.is_team AS "IsTeam", s.value_id AS "Id", CASE WHEN s.is_team THEN t.name ELSE coalesce(p.name, s.value_name) END AS "Name",
              s.cost AS "Cost", s.requests AS "Requests", s.tokens AS "Tokens"
            FROM (
              SELECT dimension = 'team' AS is_team, value_id, value_name, sum(total_cost) AS cost, sum(requests)::bigint AS requests, sum(tokens)::bigint AS tokens
              FROM usage_days WHERE organization_id = {organizationId} AND dimension IN ('team', 'provider') AND day >= {from} AND day < {to}
              GROUP BY 1, 2, 3) s
            LEFT JOIN teams t ON t.id = s.value_id LEFT JOIN providers p ON p.id = s.value_id
            ORDER BY s.cost DESC, s.requests DESC, 2
            """).ToListAsync(token);
    }

    internal sealed record PartRow(bool IsTeam, Guid? Id, string? Name, decimal Cost, long Requests, long Tokens)
    {
        public SpendShare Share => new(Id, Name, Cost, Requests, Tokens);
    }
}
