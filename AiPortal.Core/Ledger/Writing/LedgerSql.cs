using System.Globalization;

namespace AiPortal.Core.Ledger.Writing;

/// <summary>
/// The statements by which entries get onto the ledger. COPY cannot write a table under row-level security, nor pass over rows that are
/// there: rows that may be go to a staging table that only this session sees, new ones to the tables of their months, which have no
/// policy of their own and let portal_system add and nothing else.
/// </summary>
internal static class LedgerSql
{
    private static readonly string[] Scope =
        ["organization_id", "key_id", "user_id", "team_id", "project_id", "cost_center_id", "department_id", "environment_id"];

    private static readonly string[] Source = ["provider_id", "provider_name", "model_name", "request_type", "cost_type"];

    /// <summary>What a rollup row is for, in the order of its unique index.</summary>
    public static readonly string RollupKey = string.Join(", ", [Scope[0], "bucket_at", .. Scope[1..], .. Source]);

    /// <summary>What a rollup sums, and how from entries.</summary>
    public static readonly IReadOnlyList<(string Name, string Sum)> RollupSums =
    [
        ("requests", "count(*) FILTER (WHERE kind = 'usage' AND final)"),
        ("entries", "count(*)"),
        ("failed", "count(*) FILTER (WHERE status = 'failed')"),
        ("input_units", "sum(input_units)"),
        ("cached_input_units", "sum(cached_input_units)"),
        ("cache_write_units", "sum(cache_write_units)"),
        ("output_units", "sum(output_units)"),
        ("reasoning_units", "sum(reasoning_units)"),
        ("total_cost", "sum(total_cost)"),
        ("unresolved_cost", "sum(unresolved_cost)"),
        ("latency_ms_sum", "coalesce(sum(latency_ms) FILTER (WHERE kind = 'usage' AND final), 0)"),
    ];

    private static readonly string RollupSumNames = string.Join(", ", RollupSums.Select(sum => sum.Name));

    /// <summary>Entries by rollup key; <c>{0}</c> is where they come from.</summary>
    public static readonly string EntriesRolledUp = $$"""
        SELECT {{Scope[0]}}, date_bin('15 minutes', started_at, '2000-01-01Z') AS bucket_at, {{string.Join(", ", [.. Scope[1..], .. Source])}},
          {{string.Join(", ", RollupSums.Select(sum => $"{sum.Sum} AS {sum.Name}"))}}
        FROM {0} GROUP BY {{RollupKey}}
        """;

    public static readonly string StageEntries = Stage("staged_entries", "ledger_entries", LedgerColumns.Entry);
    public static readonly string StageCalls = Stage("staged_calls", "call_log", LedgerColumns.Call);
    public static readonly string CopyEntries = Copy("staged_entries", LedgerColumns.Entry);
    public static readonly string CopyCalls = Copy("staged_calls", LedgerColumns.Call);

    /// <summary>Adds what is new and answers its ids.</summary>
    public static readonly string AddEntries = $"""
        INSERT INTO ledger_entries ({Names(LedgerColumns.Entry)}) SELECT {Names(LedgerColumns.Entry)} FROM staged_entries
        ON CONFLICT DO NOTHING RETURNING id
        """;

    /// <summary>Adds to rollups what arrays of their keys and sums say. Rollups are locked in one order by all writers.</summary>
    public static readonly string AddRollups = $"""
        INSERT INTO usage_rollups AS r ({RollupKey}, {RollupSumNames})
        SELECT {RollupKey}, {RollupSumNames}
        FROM unnest({string.Join(", ", Enumerable.Range(1, RollupKey.Split(", ").Length + RollupSums.Count).Select(number => $"${number}"))}) AS t({RollupKey}, {RollupSumNames})
        ORDER BY {RollupKey}
        ON CONFLICT ({RollupKey}) DO UPDATE SET {string.Join(", ", RollupSums.Select(sum => $"{sum.Name} = r.{sum.Name} + excluded.{sum.Name}"))}
        """;

    /// <summary>A call read back from the journal has the instant and the id of the one that the gateway posts, so its key tells whether it is there.</summary>
    public static readonly string AddCalls =
        $"INSERT INTO call_log ({Names(LedgerColumns.Call)}) SELECT {Names(LedgerColumns.Call)} FROM staged_calls ON CONFLICT DO NOTHING";

    public const string SavePosition = """
        INSERT INTO journal_positions (journal_id, node, position) VALUES ($1, $2, $3)
        ON CONFLICT (journal_id) DO UPDATE SET position = greatest(journal_positions.position, excluded.position), node = excluded.node, updated_at = now()
        """;

    /// <summary>The month, UTC, whose tables an instant's rows are in, as their names end.</summary>
    public static string MonthOf(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy_MM", CultureInfo.InvariantCulture);

    public static string CopyEntriesOf(string month) => Copy("ledger_entries_" + month, LedgerColumns.Entry);

    public static string CopyCallsOf(string month) => Copy("call_log_" + month, LedgerColumns.Call);

    private static string Names<T>(IReadOnlyList<LedgerColumn<T>> columns) => string.Join(", ", columns.Select(column => column.Name));

    private static string Stage<T>(string staging, string table, IReadOnlyList<LedgerColumn<T>> columns) =>
        $"CREATE TEMP TABLE IF NOT EXISTS {staging} ON COMMIT DELETE ROWS AS SELECT {Names(columns)} FROM {table} WITH NO DATA";

    private static string Copy<T>(string staging, IReadOnlyList<LedgerColumn<T>> columns) =>
        $"COPY {staging} ({Names(columns)}) FROM STDIN (FORMAT BINARY)";
}
