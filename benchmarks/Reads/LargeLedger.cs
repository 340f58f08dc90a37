using AiPortal.Core.Ledger;
using AiPortal.Core.Ledger.Days;
using AiPortal.Core.Ledger.Writing;
using Npgsql;

namespace AiPortal.Benchmarks.Reads;

/// <summary>
/// Entries of 90 days made inside the database: a hundred keys, few of them busy, each with a model of its own and now and then another,
/// busier by day; one attempt in fifty failed. Indexes are dropped for it and made again; rollups lie in the order of time, as they do when
/// calls come one after another.
/// </summary>
internal sealed class LargeLedger(PortalUnderTest portal)
{
    private const int Days = 90;
    private const long Chunk = 500_000;

    private const string Indexes = """
        SELECT string_agg(replace(pg_get_indexdef(i.indexrelid), ' ON ONLY ', ' ON '), ';'), string_agg('DROP INDEX ' || i.indexrelid::regclass, ';')
        FROM pg_index i WHERE i.indrelid IN ('ledger_entries'::regclass, 'call_log'::regclass) AND NOT i.indisprimary
        """;

    private const string Entries = """
        INSERT INTO ledger_entries (id, started_at, organization_id, request_id, attempt, final, kind, status, estimated, team_id, key_id, provider_name, model_name,
          upstream_model, request_type, cost_type, input_units, cached_input_units, output_units, input_cost, cached_input_cost, output_cost, total_cost,
          session_id, client_ip, tags, streamed, latency_ms, ttft_ms, ended_at, upstream_request_id, upstream_status)
        SELECT id, at, $1, id, 1, true, 'usage', CASE WHEN n % 50 = 0 THEN 'failed' ELSE 'ok' END, false, ($3::uuid[])[1 + k % 10], ($2::uuid[])[1 + k], 'provider-' || m % 3, 'model-' || m,
          'upstream-' || m, 'chat', 'ai_api', i, c, o, i * 0.0000025, c * 0.00000125, o * 0.00001, i * 0.0000025 + c * 0.00000125 + o * 0.00001,
          'session-' || n / 20, '203.0.113.7', '{"feature":"search"}', n % 2 = 0, 400 + o, 120, at + interval '1 second', 'req_' || n, 200
        FROM (
          SELECT n, at, k, CASE WHEN n % 10 = 0 THEN (k + 5) % 12 ELSE k % 12 END AS m, 50 + (h >> 8) % 4000 AS i, (h >> 4) % 900 AS c, 1 + (h >> 12) % 800 AS o,
            (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7' || substr(t, 1, 3) || '8' || substr(t, 4, 15))::uuid AS id
          FROM (
            SELECT n, md5(n::text) AS t, ('x' || substr(md5(n::text), 1, 7))::bit(28)::int AS h,
              floor(100 * power(random(), 3))::int AS k,
              $4::timestamptz + ((n * 1.0 / $7) * $8 + 0.25 * sin(n * 1.0 / $7 * $8 * 6.283)) * interval '1 day' AS at
            FROM generate_series($5::bigint, $6::bigint) n) made) shaped
        """;

    private const string Calls = """
        INSERT INTO call_log (id, started_at, organization_id, status, http_status, team_id, key_id, model_name, provider_name, request_type, streamed, attempts, input_units,
          output_units, total_cost, latency_ms, ttft_ms, client_ip, session_id, tags)
        SELECT request_id, started_at, organization_id, status, CASE WHEN status = 'ok' THEN 200 ELSE 502 END, team_id, key_id, model_name, provider_name, request_type, streamed, 1,
          input_units + cached_input_units, output_units, total_cost, latency_ms, ttft_ms, client_ip, session_id, tags FROM ledger_entries
        """;

    private static readonly string DayRows = UsageDaySql.Insert + " " + UsageDaySql.Counted.Replace("{0}", "usage_rollups", StringComparison.Ordinal);

    private static readonly string Rollups =
        $"INSERT INTO usage_rollups ({LedgerSql.RollupKey}, {string.Join(", ", LedgerSql.RollupSums.Select(sum => sum.Name))}) {LedgerSql.EntriesRolledUp.Replace("{0}", "ledger_entries", StringComparison.Ordinal)} ORDER BY bucket_at";

    public async Task MakeAsync(long entries)
    {
        var end = TimeProvider.System.GetUtcNow();
        var begin = end.AddDays(-Days);
        for (var month = begin.AddMonths(-1); month < end.AddMonths(1); month = month.AddDays(20)) await portal.ExecuteAsync($"SELECT ensure_month_partitions('{month:yyyy-MM-dd}Z')");
        await using var connection = new NpgsqlConnection(portal.Superuser);
        await connection.OpenAsync();
        var (create, drop) = await IndexesAsync(connection);
        await portal.ExecuteAsync(drop);
        for (var from = 1L; from <= entries; from += Chunk)
        {
            await using var command = new NpgsqlCommand(Entries, connection);
            foreach (var value in (object[])[portal.OrganizationId, portal.Keys.ToArray(), portal.Teams.ToArray(), begin.AddHours(12), from, Math.Min(entries, from + Chunk - 1), entries, Days - 1])
                command.Parameters.Add(new NpgsqlParameter { Value = value });
            await command.ExecuteNonQueryAsync();
        }

        await portal.ExecuteAsync(Calls);
        await portal.ExecuteAsync(Rollups);
        await portal.ExecuteAsync(DayRows);
        foreach (var index in create.Split(';')) await portal.ExecuteAsync(index);
        await portal.ExecuteAsync("VACUUM (ANALYZE) ledger_entries");
        await portal.ExecuteAsync("VACUUM (ANALYZE) call_log");
        await portal.ExecuteAsync("VACUUM (ANALYZE) usage_rollups");
        await portal.ExecuteAsync("VACUUM (ANALYZE) usage_days");
    }

    private static async Task<(string Create, string Drop)> IndexesAsync(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand(Indexes, connection);
        await using var reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();
        return (reader.GetString(0), reader.GetString(1));
    }
}
