using AiPortal.Core.Data;
using AiPortal.Core.Ledger;
using AiPortal.Core.Ledger.Days;
using AiPortal.Tests.Fixtures;
using Npgsql;
using NpgsqlTypes;

namespace AiPortal.Tests.Ledger;

/// <summary>One attempt to put on the ledger of a test.</summary>
internal sealed record ScriptedEntry(DateTimeOffset At, decimal InputCost)
{
    public Guid Id { get; init; } = Ids.New(TimeProvider.System);

    public Guid? RequestId { get; init; }

    public int Attempt { get; init; } = 1;

    public EntryStatus Status { get; init; }

    public Guid? KeyId { get; init; }

    public Guid? TeamId { get; init; }

    public Guid? UserId { get; init; }

    public Guid? PriceId { get; init; }

    public int? PriceVersion { get; init; }

    public string Model { get; init; } = "gpt-5.4";

    public string? SessionId { get; init; }

    public string CostType { get; init; } = "ai_api";

    public (long Input, long Cached, long Output, long Reasoning) Units { get; init; } = (100, 0, 20, 0);

    public decimal CachedCost { get; init; }

    public decimal OutputCost { get; init; }

    public decimal ReasoningCost { get; init; }

    public decimal BaseCost { get; init; }

    public decimal Unresolved { get; init; }

    public decimal Total => InputCost + CachedCost + OutputCost + ReasoningCost + BaseCost;
}

/// <summary>Writes entries, their rollups, days and call-log rows as the ledger writer does.</summary>
internal static class LedgerScript
{
    private const string Entry = """
        INSERT INTO ledger_entries (id, started_at, organization_id, request_id, attempt, final, kind, status, estimated, team_id, user_id, key_id,
          provider_name, model_name, request_type, cost_type, price_id, price_version, input_units, cached_input_units, output_units, reasoning_units,
          input_cost, cached_input_cost, output_cost, reasoning_cost, base_cost, total_cost, unresolved_cost, session_id, latency_ms)
        VALUES ($1, $2, $3, $4, $5, true, 'usage', $6, false, $7, $8, $9, 'openai-main', $10, 'chat', $11, $12, $13, $14, $15, $16, $17,
          $18, $19, $20, $21, $22, $23, $24, $25, 321)
        """;

    private const string Rollup = """
        INSERT INTO usage_rollups AS r (organization_id, bucket_at, team_id, user_id, key_id, provider_name, model_name, request_type, cost_type,
          requests, entries, failed, input_units, cached_input_units, output_units, reasoning_units, total_cost, unresolved_cost, latency_ms_sum)
        SELECT organization_id, date_bin('15 minutes', started_at, '2000-01-01Z'), team_id, user_id, key_id, provider_name, model_name, request_type, cost_type,
          1, 1, 0, input_units, cached_input_units, output_units, reasoning_units, total_cost, unresolved_cost, latency_ms FROM ledger_entries WHERE id = $1
        ON CONFLICT (organization_id, bucket_at, key_id, user_id, team_id, project_id, cost_center_id, department_id, environment_id,
          provider_id, provider_name, model_name, request_type, cost_type) DO UPDATE SET requests = r.requests + 1, entries = r.entries + 1,
          input_units = r.input_units + excluded.input_units, cached_input_units = r.cached_input_units + excluded.cached_input_units,
          output_units = r.output_units + excluded.output_units, reasoning_units = r.reasoning_units + excluded.reasoning_units,
          total_cost = r.total_cost + excluded.total_cost, unresolved_cost = r.unresolved_cost + excluded.unresolved_cost,
          latency_ms_sum = r.latency_ms_sum + excluded.latency_ms_sum
        """;

    private const string Call = """
        INSERT INTO call_log (id, started_at, organization_id, status, http_status, team_id, user_id, key_id, model_name, provider_name, request_type,
          attempts, input_units, output_units, total_cost)
        SELECT request_id, started_at, organization_id, status, 200, team_id, user_id, key_id, model_name, provider_name, request_type,
          1, input_units + cached_input_units, output_units + reasoning_units, total_cost FROM ledger_entries WHERE id = $1 AND attempt = 1
        """;

    public static async Task WriteAsync(this TestDatabase database, Guid organizationId, params ScriptedEntry[] entries)
    {
        await using var connection = await database.Portal.System.OpenConnectionAsync();
        foreach (var month in entries.Select(e => e.At.UtcDateTime).Select(at => new DateTime(at.Year, at.Month, 1, 0, 0, 0, DateTimeKind.Utc)).Distinct())
            await RunAsync(connection, "SELECT ensure_month_partitions($1)", month);
        // In one transaction the ledger is locked before the call log, as by who makes months.
        await using var transaction = await connection.BeginTransactionAsync();
        foreach (var e in entries)
        {
            await RunAsync(connection, Entry, e.Id, e.At.ToUniversalTime(), organizationId, e.RequestId ?? e.Id, e.Attempt, EnumWord.Of(e.Status), Id(e.TeamId),
                Id(e.UserId), Id(e.KeyId), e.Model, e.CostType, Id(e.PriceId), Maybe(e.PriceVersion, NpgsqlDbType.Integer), e.Units.Input, e.Units.Cached,
                e.Units.Output, e.Units.Reasoning, e.InputCost, e.CachedCost, e.OutputCost, e.ReasoningCost, e.BaseCost, e.Total, e.Unresolved,
                Maybe(e.SessionId, NpgsqlDbType.Text));
            await RunAsync(connection, Rollup, e.Id);
            await RunAsync(connection, Call, e.Id);
        }

        await transaction.CommitAsync();
        await database.CountDaysAsync(organizationId);
    }

    /// <summary>The days of an organization whose rollups were written behind the ledger.</summary>
    public static async Task CountDaysAsync(this TestDatabase database, Guid organizationId)
    {
        await using var db = database.Portal.OpenSystem();
        await using var transaction = await db.Database.BeginTransactionAsync();
        await UsageDays.RecountAsync(db, organizationId, CancellationToken.None);
        await transaction.CommitAsync();
    }

    private static NpgsqlParameter Id(Guid? id) => Maybe(id, NpgsqlDbType.Uuid);

    private static NpgsqlParameter Maybe(object? value, NpgsqlDbType type) => new() { Value = value ?? DBNull.Value, NpgsqlDbType = type };

    private static async Task RunAsync(NpgsqlConnection connection, string sql, params object[] values)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values) command.Parameters.Add((value as NpgsqlParameter)?.Clone() ?? new NpgsqlParameter { Value = value });
        await command.ExecuteNonQueryAsync();
    }
}
