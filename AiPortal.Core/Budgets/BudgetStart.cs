using AiPortal.Core.Access;
using AiPortal.Core.Money;
using AiPortal.Core.Tenancy;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using NpgsqlTypes;

namespace AiPortal.Core.Budgets;

/// <summary>
/// Gives a budget line that begins in mid-period what the ledger already has for it. Runs under the lock that keeps ledger
/// writers out, so that every entry is counted once: here if it is on the ledger, else by the writer.
/// </summary>
internal static class BudgetStart
{
    private const string Save = """
        INSERT INTO budget_amounts (budget_id, period_type, period_start, period_end, organization_id, spent, unknown, reset_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        ON CONFLICT (budget_id, period_type, period_start) DO UPDATE SET spent = excluded.spent, unknown = excluded.unknown, reset_at = excluded.reset_at
        """;

    public static Task LockAsync(ChangeScope scope, CancellationToken token) =>
        scope.Db.Database.ExecuteSqlRawAsync(BudgetLocks.TakeExclusive, token);

    /// <summary>Counts the current period of the lines anew. The lock must be held.</summary>
    /// <param name="scope">The change.</param>
    /// <param name="lines">Lines that are new, or over something new.</param>
    /// <param name="now">UTC; decides which period is current.</param>
    /// <param name="token">Ends it.</param>
    public static async Task CountAsync(ChangeScope scope, IEnumerable<BudgetLine> lines, DateTimeOffset now, CancellationToken token)
    {
        var calendar = await CalendarAsync(scope, token);
        foreach (var line in lines)
        {
            var period = calendar.PeriodOf(line.PeriodType, now);
            var (spent, unknown) = await SumAsync(scope, line, period, token);
            await SaveAsync(scope, line, period, spent, unknown, null, token);
        }
    }

    /// <summary>Begins the current period of the lines at zero: entries begun up to now no longer count. The lock must be held.</summary>
    public static async Task ResetAsync(ChangeScope scope, IEnumerable<BudgetLine> lines, DateTimeOffset now, CancellationToken token)
    {
        var calendar = await CalendarAsync(scope, token);
        foreach (var line in lines) await SaveAsync(scope, line, calendar.PeriodOf(line.PeriodType, now), 0, 0, now, token);
    }

    private static async Task<OrganizationCalendar> CalendarAsync(ChangeScope scope, CancellationToken token)
    {
        var organization = await scope.Db.Set<Organization>().AsNoTracking().SingleAsync(o => o.Id == scope.OrganizationId, token);
        return OrganizationCalendar.Of(organization.TimeZone, organization.FiscalYearStart);
    }

    private static async Task<(decimal Spent, decimal Unknown)> SumAsync(ChangeScope scope, BudgetLine line, Period period, CancellationToken token)
    {
        // Only a column name of BudgetScopes goes into the text.
        await using var command = Command(scope, $"""
            SELECT coalesce(sum(total_cost), 0), coalesce(sum(unresolved_cost), 0) FROM ledger_entries
            WHERE organization_id = $1 AND {BudgetScopes.LedgerColumn(line.QuotaType)} = $2 AND started_at >= $3 AND started_at < $4
            """);
        Add(command, line.OrganizationId, line.ScopeId, period.Start, period.End);
        await using var reader = await command.ExecuteReaderAsync(token);
        await reader.ReadAsync(token);
        return (reader.GetDecimal(0), reader.GetDecimal(1));
    }

    private static async Task SaveAsync(ChangeScope scope, BudgetLine line, Period period, decimal spent, decimal unknown, DateTimeOffset? resetAt, CancellationToken token)
    {
        await using var command = Command(scope, Save);
        Add(command, line.BudgetId, line.PeriodType.ToText(), period.Start, period.End, line.OrganizationId, spent, unknown);
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)resetAt ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz });
        await command.ExecuteNonQueryAsync(token);
    }

    private static NpgsqlCommand Command(ChangeScope scope, string sql)
    {
#pragma warning disable CA2100 // Texts of this file; values go as parameters.
        var command = new NpgsqlCommand(sql, (NpgsqlConnection)scope.Db.Database.GetDbConnection());
#pragma warning restore CA2100
        return command;
    }

    private static void Add(NpgsqlCommand command, params ReadOnlySpan<object> values)
    {
        foreach (var value in values) command.Parameters.Add(new NpgsqlParameter { Value = value });
    }
}
