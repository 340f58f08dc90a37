using AiPortal.Core.Data;
using AiPortal.Core.Money;
using AiPortal.Core.Tenancy;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Analytics;

/// <summary>Reads a <see cref="SpendBoard"/> in three queries and one view of the database; the database sums, whatever the ledger's size.</summary>
public sealed class SpendBoards(TenantDb tenants, TimeProvider clock)
{
    /// <param name="organizationId">Whose spend.</param>
    /// <param name="days">How many local days are shown, today included.</param>
    /// <param name="token">Ends the read.</param>
    public Task<SpendBoard> ReadAsync(Guid organizationId, int days, CancellationToken token = default) =>
        tenants.ReadAsync(organizationId, async db =>
        {
            var organization = await db.Set<Organization>().AsNoTracking().SingleAsync(o => o.Id == organizationId, token);
            var cuts = new BoardCuts(OrganizationCalendar.Of(organization.TimeZone, organization.FiscalYearStart, organization.WeekStart), clock.GetUtcNow(), days);
            var slots = await SlotsAsync(db, organizationId, cuts, token);
            var parts = await PartsAsync(db, organizationId, cuts.Shown, token);
            var shownOn = cuts.Dates.Where((_, i) => cuts.Shown.Contains(cuts.Instants[i])).Distinct().ToList();
            return new SpendBoard
            {
                IsDemo = organization.IsDemo,
                TodayOn = cuts.TodayOn,
                Today = SumOf(cuts.Today),
                YesterdayToTime = SumOf(cuts.YesterdayToTime),
                ThisMonth = SumOf(cuts.Month),
                LastMonthToDate = SumOf(cuts.LastMonthToDate),
                LastMonthDates = cuts.LastMonthDates,
                Days = DaysOf(slots, cuts, shownOn),
                Shown = SumOf(cuts.Shown),
                Models = ModelsOf(slots, cuts, shownOn),
                Teams = [.. parts.Where(part => part.IsTeam).Select(part => part.Share)],
                Providers = [.. parts.Where(part => !part.IsTeam).Select(part => part.Share)],
            };

            SpendSum SumOf(Period span) => slots.Where(slot => span.Contains(cuts.Instants[slot.Slot - 1])).Aggregate(default(SpendSum), (sum, slot) => sum + slot.Sum);
        }, token);

    private static Task<List<SlotRow>> SlotsAsync(PortalDb db, Guid organizationId, BoardCuts cuts, CancellationToken token) =>
        db.Database.SqlQuery<SlotRow>($"""
            SELECT width_bucket(bucket_at, {cuts.Instants}) AS "Slot", model_name AS "Model", sum(total_cost) AS "Cost", sum(requests)::bigint AS "Requests",
              sum(input_units + cached_input_units + cache_write_units + output_units + reasoning_units)::bigint AS "Tokens",
              sum(unresolved_cost) AS "Unresolved", sum(failed)::bigint AS "Failed"
            FROM usage_rollups WHERE organization_id = {organizationId} AND bucket_at >= {cuts.All.Start} AND bucket_at < {cuts.All.End} GROUP BY 1, 2
            """).ToListAsync(token);

    // An account that was renamed is one account; the ledger's name counts where there is none.
    private static Task<List<PartRow>> PartsAsync(PortalDb db, Guid organizationId, Period shown, CancellationToken token) =>
        db.Database.SqlQuery<PartRow>($"""
            SELECT s.is_team AS "IsTeam", CASE WHEN s.is_team THEN s.team_id ELSE s.provider_id END AS "Id",
              CASE WHEN s.is_team THEN t.name ELSE coalesce(p.name, s.provider_name) END AS "Name", s.cost AS "Cost", s.requests AS "Requests", s.tokens AS "Tokens"
            FROM (
              SELECT grouping(team_id) = 0 AS is_team, team_id, provider_id, provider_name, sum(total_cost) AS cost, sum(requests)::bigint AS requests, sum(tokens)::bigint AS tokens
              FROM (
                SELECT team_id, provider_id, CASE WHEN provider_id IS NULL THEN provider_name END AS provider_name, total_cost, requests,
                  input_units + cached_input_units + cache_write_units + output_units + reasoning_units AS tokens
                FROM usage_rollups WHERE organization_id = {organizationId} AND bucket_at >= {shown.Start} AND bucket_at < {shown.End}) u
              GROUP BY GROUPING SETS ((team_id), (provider_id, provider_name))) s
            LEFT JOIN teams t ON t.id = s.team_id LEFT JOIN providers p ON p.id = s.provider_id
            ORDER BY s.cost DESC, s.requests DESC, 2
            """).ToListAsync(token);

    private static List<DaySpend> DaysOf(List<SlotRow> slots, BoardCuts cuts, List<DateOnly> shownOn)
    {
        var sums = slots.ToLookup(slot => cuts.Dates[slot.Slot - 1], slot => slot.Sum);
        return shownOn.ConvertAll(date => new DaySpend(date, sums[date].Aggregate(default(SpendSum), (sum, part) => sum + part)));
    }

    private static List<ModelSpend> ModelsOf(List<SlotRow> slots, BoardCuts cuts, List<DateOnly> shownOn)
    {
        var models = new List<ModelSpend>();
        foreach (var model in slots.Where(slot => cuts.Shown.Contains(cuts.Instants[slot.Slot - 1])).GroupBy(slot => slot.Model, StringComparer.Ordinal))
        {
            var daily = model.ToLookup(slot => cuts.Dates[slot.Slot - 1], slot => slot.Cost);
            models.Add(new ModelSpend(model.Key, model.Aggregate(default(SpendSum), (sum, slot) => sum + slot.Sum), shownOn.ConvertAll(date => daily[date].Sum())));
        }

        return [.. models.OrderByDescending(model => model.Sum.Cost).ThenByDescending(model => model.Sum.Requests).ThenBy(model => model.Name, StringComparer.Ordinal)];
    }

    private sealed record SlotRow(int Slot, string Model, decimal Cost, long Requests, long Tokens, decimal Unresolved, long Failed)
    {
        public SpendSum Sum => new(Cost, Requests, Tokens, Unresolved, Failed);
    }

    private sealed record PartRow(bool IsTeam, Guid? Id, string? Name, decimal Cost, long Requests, long Tokens)
    {
        public SpendShare Share => new(Id, Name, Cost, Requests, Tokens);
    }
}
