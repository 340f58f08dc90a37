using System.Globalization;
using AiPortal.Core.Data;
using AiPortal.Core.Ledger.Counting;
using AiPortal.Core.Ledger.Days;
using AiPortal.Core.Ledger.Writing;
using Npgsql;

namespace AiPortal.Core.Ledger;

/// <summary>Proves that rollups, days and budgets say what the ledger says, and each entry what its units and price version say.</summary>
public static class LedgerVerify
{
    /// <summary>What the rollups should be; days are compared with it too.</summary>
    private static readonly string RollUp =
        $"CREATE TEMP TABLE entries_rolled_up ON COMMIT DROP AS {LedgerSql.EntriesRolledUp.Replace("{0}", "ledger_entries", StringComparison.Ordinal)}";

    private static readonly string Rollups = $"""
        SELECT concat_ws(' ', 'rollup', {LedgerSql.RollupKey}), {string.Join(", ", LedgerSql.RollupSums.Select(sum => $"sum({sum.Name})"))}
        FROM (
          SELECT {LedgerSql.RollupKey}, {string.Join(", ", LedgerSql.RollupSums.Select(sum => sum.Name))} FROM entries_rolled_up
          UNION ALL
          SELECT {LedgerSql.RollupKey}, {string.Join(", ", LedgerSql.RollupSums.Select(sum => $"-{sum.Name}"))} FROM usage_rollups
        ) both_sides GROUP BY {LedgerSql.RollupKey}
        HAVING {string.Join(" OR ", LedgerSql.RollupSums.Select(sum => $"sum({sum.Name}) <> 0"))}
        ORDER BY 1
        """;

    private static readonly string Days = $"""
        SELECT concat_ws(' ', 'day', {UsageDaySql.Key}), {string.Join(", ", UsageDaySql.Sums.Select(sum => $"sum({sum})"))}
        FROM (
          SELECT * FROM ({UsageDaySql.Counted.Replace("{0}", "entries_rolled_up", StringComparison.Ordinal)}) counted
          UNION ALL
          SELECT {UsageDaySql.Key}, {string.Join(", ", UsageDaySql.Sums.Select(sum => $"-{sum}"))} FROM usage_days
        ) both_sides GROUP BY {UsageDaySql.Key}
        HAVING {string.Join(" OR ", UsageDaySql.Sums.Select(sum => $"sum({sum}) <> 0"))}
        ORDER BY 1
        """;

    private static readonly string Spent = CountedAmounts.SpentSql("e", "b.unit");
    private static readonly string Unknown = CountedAmounts.UnknownSql("e", "b.unit");

    private static readonly string InScope = $"""
        e.organization_id = b.organization_id AND CASE b.quota_type
          WHEN 'organization' THEN true
          WHEN 'department' THEN e.department_id = b.scope_id
          WHEN 'team' THEN e.team_id = b.scope_id
          WHEN 'project' THEN e.project_id = b.scope_id
          WHEN 'cost_center' THEN e.cost_center_id = b.scope_id
          WHEN 'environment' THEN e.environment_id = b.scope_id
          WHEN 'user' THEN e.user_id = b.scope_id
          WHEN 'key' THEN e.key_id = b.scope_id END
          AND {EntryFilter.Sql("e", "b.model", "b.provider_id")}
        """;

    private static readonly string Budgets = $"""
        SELECT concat_ws(' ', 'budget', b.id, a.period_type, a.period_start),
          coalesce(l.spent, 0) - a.spent, coalesce(l.unresolved, 0) + coalesce(s.written_off, 0) - a.unknown
        FROM budget_amounts a JOIN budgets b ON b.id = a.budget_id
        CROSS JOIN LATERAL (
          SELECT sum({Spent}) AS spent, sum({Unknown}) AS unresolved FROM ledger_entries e
          WHERE {InScope} AND e.started_at >= a.period_start AND e.started_at < a.period_end
            AND (a.reset_at IS NULL OR e.started_at > a.reset_at)) l
        CROSS JOIN LATERAL (
          SELECT sum(granted) AS written_off FROM budget_leases s
          WHERE s.budget_id = a.budget_id AND s.period_type = a.period_type AND s.period_start = a.period_start AND s.written_off_at IS NOT NULL) s
        WHERE coalesce(l.spent, 0) <> a.spent OR coalesce(l.unresolved, 0) + coalesce(s.written_off, 0) <> a.unknown
        ORDER BY 1
        """;

    /// <summary>Entries begun since a budget was made for which it has no amount.</summary>
    private static readonly string Uncounted = $"""
        SELECT concat_ws(' ', 'budget', b.id, t.period_type, 'has no period for entries, first at', min(e.started_at)),
          sum({Spent}), sum({Unknown})
        FROM budgets b
        CROSS JOIN LATERAL (SELECT b.period_type UNION SELECT 'daily' WHERE b.daily_limit IS NOT NULL UNION SELECT 'hourly' WHERE b.hourly_limit IS NOT NULL) t(period_type)
        JOIN ledger_entries e ON {InScope} AND e.started_at >= b.created_at
        WHERE b.updated_at = b.created_at AND NOT EXISTS (
          SELECT 1 FROM budget_amounts a WHERE a.budget_id = b.id AND a.period_type = t.period_type
            AND e.started_at >= a.period_start AND e.started_at < a.period_end)
        GROUP BY b.id, t.period_type HAVING sum({Spent}) <> 0 OR sum({Unknown}) <> 0
        ORDER BY 1
        """;

    /// <summary>What is leased is what nodes hold slices of.</summary>
    private const string Leased = """
        SELECT concat_ws(' ', 'leases of budget', budget_id, period_type, period_start), sum(amount)
        FROM (
          SELECT budget_id, period_type, period_start, granted AS amount FROM budget_leases WHERE written_off_at IS NULL
          UNION ALL
          SELECT budget_id, period_type, period_start, -leased FROM budget_amounts
        ) both_sides GROUP BY budget_id, period_type, period_start HAVING sum(amount) <> 0
        ORDER BY 1
        """;
    /// <summary>Beyond so many the rest says nothing new.</summary>
    private const int MostDifferences = 10_000;

    /// <summary>A line for each difference, as of one moment; none when all agree. Amounts are ledger minus the other side, in USD or the budget's unit.</summary>
    /// <param name="database">The database.</param>
    /// <param name="token">Ends it.</param>
    /// <param name="progress">Told how many of the four comparisons are done.</param>
    public static async Task<IReadOnlyList<string>> RunAsync(PortalDatabase database, CancellationToken token, IProgress<int>? progress = null)
    {
        await using var connection = await database.System.OpenConnectionAsync(token);
        await using var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, token);
        var differences = new List<string>();
        await using (var rollUp = LedgerBook.Command(connection, RollUp))
        {
            rollUp.CommandTimeout = 0;
            await rollUp.ExecuteNonQueryAsync(token);
        }

        await CollectAsync(connection, Rollups, LedgerSql.RollupSums.Select(sum => sum.Name).ToArray(), differences, token);
        await CollectAsync(connection, Days, [.. UsageDaySql.Sums], differences, token);
        progress?.Report(1);
        await CollectAsync(connection, Budgets, ["spent", "unknown"], differences, token);
        await CollectAsync(connection, Leased, ["leased"], differences, token);
        progress?.Report(2);
        await CollectAsync(connection, Uncounted, ["spent", "unknown"], differences, token);
        progress?.Report(3);
        await EntryCosts.CollectAsync(connection, differences, MostDifferences, token);
        progress?.Report(4);
        return differences;
    }

    private static async Task CollectAsync(NpgsqlConnection connection, string sql, string[] names, List<string> differences, CancellationToken token)
    {
        await using var command = LedgerBook.Command(connection, sql);
        command.CommandTimeout = 0;
        await using var reader = await command.ExecuteReaderAsync(token);
        while (await reader.ReadAsync(token))
        {
            var amounts = names
                .Select((name, column) => (Name: name, Value: reader.GetFieldValue<decimal>(column + 1)))
                .Where(amount => amount.Value != 0)
                .Select(amount => string.Create(CultureInfo.InvariantCulture, $"{amount.Name} {amount.Value:+0.############;-0.############}"));
            differences.Add($"{reader.GetString(0)}: {string.Join(", ", amounts)}");
        }
    }
}
