using AiPortal.Core.Data;
using AiPortal.Core.Money;
using AiPortal.Core.Tenancy;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Analytics;

/// <summary>
/// What models, teams and providers cost in one environment. Days are summed by one dimension only, so this crosses two: it reads the
/// quarters of an hour, once.
/// </summary>
internal static class EnvironmentSpend
{
    public static async Task<(IReadOnlyList<ModelSpend> Models, List<SpendBoards.PartRow> Parts)> ReadAsync(
        PortalDb db, Organization organization, Guid environmentId, OrganizationCalendar calendar, Period shown, CancellationToken token)
    {
        var rows = await db.Database.SqlQuery<Row>($"""
            SELECT CASE WHEN grouping(s.model_name) = 0 THEN 'model' WHEN grouping(s.team_id) = 0 THEN 'team' ELSE 'provider' END AS "Kind",
              s.model_name AS "Model", s.day AS "Day", coalesce(s.team_id, s.provider_id) AS "Id",
              CASE WHEN grouping(s.team_id) = 0 THEN t.name ELSE coalesce(p.name, s.provider_name) END AS "Name",
              sum(s.cost) AS "Cost", sum(s.requests)::bigint AS "Requests", sum(s.tokens)::bigint AS "Tokens", sum(s.unresolved) AS "Unresolved", sum(s.failed)::bigint AS "Failed"
            FROM (
              SELECT model_name, public.usage_day(bucket_at, {organization.TimeZone}) AS day, team_id, provider_id, CASE WHEN provider_id IS NULL THEN provider_name END AS provider_name,
                total_cost AS cost, requests, input_units + cached_input_units + cache_write_units + output_units + reasoning_units AS tokens, unresolved_cost AS unresolved, failed
              FROM usage_rollups
              WHERE organization_id = {organization.Id} AND bucket_at >= {shown.Start} AND bucket_at < {shown.End} AND environment_id = {environmentId}) s
            LEFT JOIN teams t ON t.id = s.team_id LEFT JOIN providers p ON p.id = s.provider_id
            GROUP BY GROUPING SETS ((s.model_name, s.day), (s.team_id, t.name), (s.provider_id, s.provider_name, p.name))
            """).ToListAsync(token);
        var models = SpendBoards.Ranked([.. calendar.DaysOf(shown)], rows.Where(row => row.Kind == "model")
            .Select(row => (row.Model!, row.Day!.Value, new SpendSum(row.Cost, row.Requests, row.Tokens, row.Unresolved, row.Failed))));
        return (models,
        [
            .. rows.Where(row => row.Kind != "model").OrderByDescending(row => row.Cost).ThenByDescending(row => row.Requests)
                .Select(row => new SpendBoards.PartRow(row.Kind == "team", row.Id, row.Name, row.Cost, row.Requests, row.Tokens)),
        ]);
    }

    private sealed record Row(string Kind, string? Model, DateOnly? Day, Guid? Id, string? Name, decimal Cost, long Requests, long Tokens, decimal Unresolved, long Failed);
}
