using AiPortal.Core.Budgets;
using AiPortal.Core.Data;
using AiPortal.Core.Ledger.Counting;
using AiPortal.Core.Ledger.Days;
using AiPortal.Core.Money;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using NpgsqlTypes;

namespace AiPortal.Core.Analytics.Planning;

/// <summary>Forecasts of budgets from what their scopes spent in recent weeks.</summary>
public sealed class BudgetForecasts(TenantDb tenants, TimeProvider clock)
{
    /// <summary>By budget; one that was given has one.</summary>
    public Task<IReadOnlyDictionary<Guid, BudgetForecast>> ReadAsync(Guid organizationId, IReadOnlyCollection<BudgetReading> readings, CancellationToken token = default) =>
        tenants.ReadAsync<IReadOnlyDictionary<Guid, BudgetForecast>>(organizationId, async db =>
        {
            var now = clock.GetUtcNow();
            var calendar = await SpendTimeline.CalendarAsync(db, organizationId, token);
            var forecasts = new Dictionary<Guid, BudgetForecast>();
            foreach (var kind in readings.GroupBy(reading => (reading.Budget.QuotaType, reading.Budget.Unit, Filter: new EntryFilter(reading.Budget.Model, reading.Budget.ProviderId))))
            {
                var (type, unit, filter) = kind.Key;
                var days = await DaysAsync(db, organizationId, calendar, (type, unit, filter), [.. kind.Select(reading => reading.Budget.ScopeId).Distinct()], now, token);
                foreach (var reading in kind)
                {
                    var view = reading.Main.View;
                    forecasts[reading.Budget.Id] = BudgetForecast.Of(
                        calendar, view.Period, view.Limit, view.Spent + view.Unknown, days.GetValueOrDefault(reading.Budget.ScopeId) ?? [], now);
                }
            }

            return forecasts;
        }, token);

    private static async Task<Dictionary<Guid, Dictionary<DateOnly, decimal>>> DaysAsync(
        PortalDb db, Guid organizationId, OrganizationCalendar calendar, (QuotaType Type, CountedUnit Unit, EntryFilter Filter) kind, Guid[] scopes, DateTimeOffset now, CancellationToken token)
    {
        if (kind.Filter.IsAny) return await DaysOfScopesAsync(db, kind.Type, kind.Unit, scopes, calendar.LocalDate(now), token);
        // Only texts of this file and of counting and a column name of BudgetScopes go into the text.
        var column = BudgetScopes.LedgerColumn(kind.Type);
#pragma warning disable CA2100
        await using var command = new NpgsqlCommand($"""
            SELECT {column}, bucket_at, sum({PaceSql(kind.Unit)})::numeric FROM usage_rollups r
            WHERE organization_id = $1 AND {column} = ANY($2) AND bucket_at >= $3 AND {EntryFilter.Sql("r", "$4", "$5")} GROUP BY 1, 2
            """, (NpgsqlConnection)db.Database.GetDbConnection());
#pragma warning restore CA2100
        command.Parameters.Add(new NpgsqlParameter { Value = organizationId });
        command.Parameters.Add(new NpgsqlParameter { Value = scopes, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid });
        command.Parameters.Add(new NpgsqlParameter { Value = calendar.DayOf(calendar.LocalDate(now).AddDays(-BudgetForecast.HistoryDays)).Start });
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)kind.Filter.Model ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)kind.Filter.ProviderId ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid });
        var days = new Dictionary<Guid, Dictionary<DateOnly, decimal>>();
        await using var reader = await command.ExecuteReaderAsync(token);
        while (await reader.ReadAsync(token))
        {
            var date = calendar.LocalDate(reader.GetFieldValue<DateTimeOffset>(1));
            if (!days.TryGetValue(reader.GetGuid(0), out var sums)) days[reader.GetGuid(0)] = sums = [];
            sums[date] = sums.GetValueOrDefault(date) + reader.GetDecimal(2);
        }

        return days;
    }

    /// <summary>All calls of the scopes: their days are there as they are.</summary>
    private static async Task<Dictionary<Guid, Dictionary<DateOnly, decimal>>> DaysOfScopesAsync(
        PortalDb db, QuotaType type, CountedUnit unit, Guid[] scopes, DateOnly today, CancellationToken token)
    {
        var dimension = EnumWord.Parse<UsageDimension>(EnumWord.Of(type));
        DateOnly[] dates = [.. Enumerable.Range(-BudgetForecast.HistoryDays, BudgetForecast.HistoryDays + 1).Select(today.AddDays)];
        var rows = await db.Set<UsageDay>().AsNoTracking()
            .Where(d => d.Dimension == dimension && dates.Contains(d.Day) && d.ValueId != null && scopes.Contains(d.ValueId.Value)).ToListAsync(token);
        return rows.GroupBy(row => row.ValueId!.Value).ToDictionary(scope => scope.Key, scope => scope.ToDictionary(row => row.Day, row => PaceOf(row, unit)));
    }

    private static decimal PaceOf(UsageDay day, CountedUnit unit) => unit switch
    {
        CountedUnit.Usd => day.TotalCost,
        CountedUnit.Tokens => day.AiTokens,
        CountedUnit.Requests => day.AiRequests,
    };

    /// <summary>The pace is told by the rollups, which count calls and not attempts.</summary>
    private static string PaceSql(CountedUnit unit) => unit switch
    {
        CountedUnit.Usd => "total_cost",
        CountedUnit.Tokens => "CASE WHEN cost_type = 'ai_api' THEN input_units + cached_input_units + cache_write_units + output_units + reasoning_units ELSE 0 END",
        CountedUnit.Requests => "CASE WHEN cost_type = 'ai_api' THEN requests ELSE 0 END",
    };
}
