using AiPortal.Core.Money;
using Npgsql;
using NpgsqlTypes;

namespace AiPortal.Core.Analytics.Planning;

/// <summary>Whose spend is looked at: rows of an organization where a column of the ledger, one of BudgetScopes, has an id.</summary>
internal sealed record TrialScope(Guid OrganizationId, string Column, Guid Id);

/// <summary>Spend of a quarter of an hour, USD. <c>Amount</c> is what a budget counts: cost, and what unknown outcomes hold.</summary>
internal readonly record struct SpendQuarter(DateTimeOffset At, long Calls, decimal Cost, decimal Amount);

/// <summary>The part of a quarter's calls that came beyond a limit.</summary>
internal readonly record struct SpendBeyond(DateTimeOffset At, long Calls, decimal Cost, DateTimeOffset FirstAt);

/// <summary>The reads of <see cref="BudgetPreview"/>.</summary>
internal static class TrialSql
{
    public static async Task<IReadOnlyList<SpendQuarter>> QuartersAsync(NpgsqlConnection connection, TrialScope scope, Period span, CancellationToken token)
    {
        await using var command = Command(connection, scope, $"""
            SELECT bucket_at, sum(requests)::bigint, sum(total_cost), sum(total_cost + unresolved_cost) FROM usage_rollups
            WHERE organization_id = $1 AND {scope.Column} = $2 AND bucket_at >= $3 AND bucket_at < $4
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
            SELECT coalesce(sum(total_cost + unresolved_cost), 0) FROM usage_rollups
            WHERE organization_id = $1 AND {scope.Column} = $2 AND bucket_at >= $3 AND bucket_at < $4
            """, span.Start, span.End);
        return (decimal)(await command.ExecuteScalarAsync(token))!;
    }

    /// <summary>The calls of each quarter that come when its room is taken.</summary>
    public static async Task<IReadOnlyList<SpendBeyond>> BeyondAsync(
        NpgsqlConnection connection, TrialScope scope, IReadOnlyCollection<(DateTimeOffset At, decimal Room)> quarters, CancellationToken token)
    {
        if (quarters.Count == 0) return [];
        await using var command = Command(connection, scope, $"""
            SELECT q.at, count(*) FILTER (WHERE e.call), coalesce(sum(e.total_cost) FILTER (WHERE e.call), 0), min(e.started_at)
            FROM unnest($3, $4) q(at, room)
            CROSS JOIN LATERAL (
              SELECT started_at, total_cost, final AND kind = 'usage' AS call,
                sum(total_cost + unresolved_cost) OVER (ORDER BY started_at, id) AS taken
              FROM ledger_entries
              WHERE organization_id = $1 AND {scope.Column} = $2 AND started_at >= q.at AND started_at < q.at + interval '15 minutes') e
            WHERE e.taken > q.room GROUP BY q.at
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
#pragma warning disable CA2100 // Texts of this file and a column of BudgetScopes; values go as parameters.
        var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        command.Parameters.Add(new NpgsqlParameter { Value = scope.OrganizationId });
        command.Parameters.Add(new NpgsqlParameter { Value = scope.Id });
        foreach (var value in values) command.Parameters.Add(new NpgsqlParameter { Value = value });
        return command;
    }
}
