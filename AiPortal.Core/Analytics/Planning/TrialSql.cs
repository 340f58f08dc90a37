using AiPortal.Core.Ledger.Counting;
using AiPortal.Core.Money;
using Npgsql;
using NpgsqlTypes;

namespace AiPortal.Core.Analytics.Planning;

/// <summary>
/// What is looked at: rows of an organization where a column of the ledger, one of BudgetScopes, has an id, of those what a filter lets
/// through, counted in a unit. Money is summed up in the rollups; tokens and requests are counted entry by entry.
/// </summary>
internal sealed record TrialScope(Guid OrganizationId, string Column, Guid Id, CountedUnit Unit, EntryFilter Filter)
{
    public string Spent => CountedAmounts.SpentSql("e", Unit);

    /// <summary>What a budget counts: what is settled, and what unknown outcomes hold.</summary>
    public string Taken => $"({CountedAmounts.SpentSql("e", Unit)} + {CountedAmounts.UnknownSql("e", Unit)})";

    public string Source => Unit == CountedUnit.Usd ? "usage_rollups e" : "ledger_entries e";

    public string At => Unit == CountedUnit.Usd ? "e.bucket_at" : "e.started_at";

    public string Calls => Unit == CountedUnit.Usd ? "sum(e.requests)" : "count(*) FILTER (WHERE e.final AND e.kind = 'usage')";

    /// <summary>As <see cref="TrialSql"/> gives the parameters.</summary>
    public string Where => $"e.organization_id = $1 AND e.{Column} = $2 AND {EntryFilter.Sql("e", "$3", "$4")}";
}

/// <summary>A quarter of an hour. <c>Amount</c> is what a budget counts: <c>Cost</c>, and what unknown outcomes hold.</summary>
internal readonly record struct SpendQuarter(DateTimeOffset At, long Calls, decimal Cost, decimal Amount);

/// <summary>The part of a quarter's calls that came beyond a limit.</summary>
internal readonly record struct SpendBeyond(DateTimeOffset At, long Calls, decimal Cost, DateTimeOffset FirstAt);

/// <summary>The reads of <see cref="BudgetPreview"/>.</summary>
internal static class TrialSql
{
    public static async Task<IReadOnlyList<SpendQuarter>> QuartersAsync(NpgsqlConnection connection, TrialScope scope, Period span, CancellationToken token)
    {
        await using var command = Command(connection, scope, $"""
            SELECT date_bin('15 minutes', {scope.At}, '2000-01-01Z'), ({scope.Calls})::bigint, sum({scope.Spent})::numeric, sum({scope.Taken})::numeric
            FROM {scope.Source} WHERE {scope.Where} AND {scope.At} >= $5 AND {scope.At} < $6
            GROUP BY 1 ORDER BY 1
            """, span.Start, span.End);
        var quarters = new List<SpendQuarter>();
        await using var reader = await command.ExecuteReaderAsync(token);
        while (await reader.ReadAsync(token))
            quarters.Add(new SpendQuarter(reader.GetFieldValue<DateTimeOffset>(0), reader.GetInt64(1), reader.GetDecimal(2), reader.GetDecimal(3)));
        return quarters;
    }

    /// <summary>What a budget counts in a span.</summary>
    public static async Task<decimal> SpentAsync(NpgsqlConnection connection, TrialScope scope, Period span, CancellationToken token)
    {
        await using var command = Command(connection, scope, $"""
            SELECT coalesce(sum({scope.Taken}), 0)::numeric FROM {scope.Source} WHERE {scope.Where} AND {scope.At} >= $5 AND {scope.At} < $6
            """, span.Start, span.End);
        return (decimal)(await command.ExecuteScalarAsync(token))!;
    }

    /// <summary>The calls of each quarter that come when its room is taken.</summary>
    public static async Task<IReadOnlyList<SpendBeyond>> BeyondAsync(
        NpgsqlConnection connection, TrialScope scope, IReadOnlyCollection<(DateTimeOffset At, decimal Room)> quarters, CancellationToken token)
    {
        if (quarters.Count == 0) return [];
        await using var command = Command(connection, scope, $"""
            SELECT q.at, count(*) FILTER (WHERE c.call), coalesce(sum(c.spent) FILTER (WHERE c.call), 0)::numeric, min(c.started_at)
            FROM unnest($5, $6) q(at, room)
            CROSS JOIN LATERAL (
              SELECT e.started_at, {scope.Spent} AS spent, e.final AND e.kind = 'usage' AS call,
                sum({scope.Taken}) OVER (ORDER BY e.started_at, e.id) AS taken
              FROM ledger_entries e
              WHERE {scope.Where} AND e.started_at >= q.at AND e.started_at < q.at + interval '15 minutes') c
            WHERE c.taken > q.room GROUP BY q.at
            """);
        command.Parameters.Add(new NpgsqlParameter { Value = quarters.Select(q => q.At.UtcDateTime).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.TimestampTz });
        command.Parameters.Add(new NpgsqlParameter { Value = quarters.Select(q => q.Room).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Numeric });
        var beyond = new List<SpendBeyond>();
        await using var reader = await command.ExecuteReaderAsync(token);
        while (await reader.ReadAsync(token))
            beyond.Add(new SpendBeyond(reader.GetFieldValue<DateTimeOffset>(0), reader.GetInt64(1), reader.GetDecimal(2), reader.GetFieldValue<DateTimeOffset>(3)));
        return beyond;
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, TrialScope scope, string sql, params ReadOnlySpan<object> values)
    {
#pragma warning disable CA2100 // Texts of this file, of counting, and a column of BudgetScopes; values go as parameters.
        var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        command.Parameters.Add(new NpgsqlParameter { Value = scope.OrganizationId });
        command.Parameters.Add(new NpgsqlParameter { Value = scope.Id });
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)scope.Filter.Model ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)scope.Filter.ProviderId ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid });
        foreach (var value in values) command.Parameters.Add(new NpgsqlParameter { Value = value });
        return command;
    }
}
