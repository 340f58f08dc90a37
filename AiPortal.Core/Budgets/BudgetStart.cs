using AiPortal.Core.Access;
using AiPortal.Core.Ledger.Counting;
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
        ON CONFLICT (budget_id, period_type, period_start) DO UPDATE SET spent = excluded.spent, unknown = excluded.unknown + (
            SELECT coalesce(sum(l.granted), 0) FROM budget_leases l
            WHERE l.budget_id = excluded.budget_id AND l.period_type = excluded.period_type AND l.period_start = excluded.period_start AND l.written_off_at IS NOT NULL),
          reset_at = excluded.reset_at, version = nextval('budget_amount_version')
        """;

    /// <summary>What was written off before a reset no longer counts either.</summary>
    private const string Forgive = """
        DELETE FROM budget_leases WHERE budget_id = $1 AND period_type = $2 AND period_start = $3 AND written_off_at IS NOT NULL
        """;

    /// <summary>Periods that end after $3, but for those that begin at $4; answers when the last of them was reset.</summary>
    private const string Forget = """
        WITH reset AS (
          SELECT max(reset_at) AS at FROM budget_amounts WHERE budget_id = $1 AND period_type = $2 AND period_end > $3),
        gone AS (
          DELETE FROM budget_amounts WHERE budget_id = $1 AND period_type = $2 AND period_end > $3 AND period_start <> ALL ($4)
          RETURNING budget_id, period_type, period_start),
        freed AS (
          DELETE FROM budget_leases l USING gone g
          WHERE l.budget_id = g.budget_id AND l.period_type = g.period_type AND l.period_start = g.period_start)
        SELECT at FROM reset
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
            var (spent, unknown) = await SumAsync(scope, line, period, null, token);
            await SaveAsync(scope, line, period, spent, unknown, null, token);
        }
    }

    /// <summary>
    /// Counts the current period and the one before anew, because the organization's calendar has changed; the amounts of the
    /// former calendar's periods go, and with them what nodes had leased of those. The lock must be held.
    /// </summary>
    public static async Task RecountAsync(ChangeScope scope, IEnumerable<BudgetLine> lines, DateTimeOffset now, CancellationToken token)
    {
        var calendar = await CalendarAsync(scope, token);
        foreach (var line in lines)
        {
            var current = calendar.PeriodOf(line.PeriodType, now);
            var before = line.PeriodType == PeriodType.Total ? current : calendar.PeriodOf(line.PeriodType, current.Start.AddTicks(-1));
            await using var forget = Command(scope, Forget);
            Add(forget, line.BudgetId, line.PeriodType.ToText(), before.Start, new[] { before.Start, current.Start });
            var resetAt = await forget.ExecuteScalarAsync(token) as DateTime?;
            foreach (var period in new[] { before, current }.Distinct())
            {
                var since = resetAt is { } at && at >= period.Start.UtcDateTime ? new DateTimeOffset(at, TimeSpan.Zero) : (DateTimeOffset?)null;
                var (spent, unknown) = await SumAsync(scope, line, period, since, token);
                await SaveAsync(scope, line, period, spent, unknown, since, token);
            }
        }
    }

    /// <summary>Begins the current period of the lines at zero: entries begun up to now no longer count. The lock must be held.</summary>
    public static async Task ResetAsync(ChangeScope scope, IEnumerable<BudgetLine> lines, DateTimeOffset now, CancellationToken token)
    {
        var calendar = await CalendarAsync(scope, token);
        foreach (var line in lines)
        {
            var period = calendar.PeriodOf(line.PeriodType, now);
            await using var forgive = Command(scope, Forgive);
            Add(forgive, line.BudgetId, line.PeriodType.ToText(), period.Start);
            await forgive.ExecuteNonQueryAsync(token);
            await SaveAsync(scope, line, period, 0, 0, now, token);
        }
    }

    private static async Task<OrganizationCalendar> CalendarAsync(ChangeScope scope, CancellationToken token)
    {
        var organization = await scope.Db.Set<Organization>().AsNoTracking().SingleAsync(o => o.Id == scope.OrganizationId, token);
        return OrganizationCalendar.Of(organization.TimeZone, organization.FiscalYearStart, organization.WeekStart);
    }

    /// <summary>All that the budget's scope has spent, also beyond what the actor sees.</summary>
    private static Task<(decimal Spent, decimal Unknown)> SumAsync(ChangeScope scope, BudgetLine line, Period period, DateTimeOffset? since, CancellationToken token) =>
        scope.WideAsync(() => SumWideAsync(scope, line, period, since, token), token);

    private static async Task<(decimal Spent, decimal Unknown)> SumWideAsync(ChangeScope scope, BudgetLine line, Period period, DateTimeOffset? since, CancellationToken token)
    {
        // Only a column name of BudgetScopes and the texts of counting go into the text.
        await using var command = Command(scope, $"""
            SELECT coalesce(sum({CountedAmounts.SpentSql("e", line.Unit)}), 0)::numeric, coalesce(sum({CountedAmounts.UnknownSql("e", line.Unit)}), 0)::numeric
            FROM ledger_entries e
            WHERE organization_id = $1 AND {BudgetScopes.LedgerColumn(line.QuotaType)} = $2 AND started_at >= $3 AND started_at < $4
              AND started_at > $5 AND {EntryFilter.Sql("e", "$6", "$7")}
            """);
        Add(command, line.OrganizationId, line.ScopeId, period.Start, period.End, since ?? period.Start.AddTicks(-10));
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)line.Filter.Model ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)line.Filter.ProviderId ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid });
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
