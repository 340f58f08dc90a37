using System.Collections.Concurrent;
using AiPortal.Core.Data;
using Npgsql;

namespace AiPortal.Core.Bodies;

/// <summary>
/// The table of bodies. Its partitions are days of expiry, so that a day's rows, of whatever organization and retention, go together
/// and none has to be deleted.
/// </summary>
public sealed class BodyStore(PortalDatabase database)
{
    // A few wide rows: not the statement counts but the bytes, which COPY by way of a staging table would write twice.
    private const string Insert = """
        INSERT INTO call_bodies (id, organization_id, started_at, expires_at, streamed, redactions,
          request, request_bytes, request_truncated, response, response_bytes, response_truncated)
        SELECT b.id, b.organization_id, b.started_at, b.expires_at, b.streamed, string_to_array(b.redactions, ','),
          b.request, b.request_bytes, b.request_truncated, b.response, b.response_bytes, b.response_truncated
        FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::timestamptz[], $5::boolean[], $6::text[],
            $7::bytea[], $8::bigint[], $9::boolean[], $10::bytea[], $11::bigint[], $12::boolean[])
          AS b (id, organization_id, started_at, expires_at, streamed, redactions,
            request, request_bytes, request_truncated, response, response_bytes, response_truncated)
        ON CONFLICT DO NOTHING
        """;

    private readonly ConcurrentDictionary<DateTime, bool> _ready = new();

    /// <summary>Keeps rows, each once however often it is given.</summary>
    internal async Task AddAsync(IReadOnlyList<CallBodyRow> rows, CancellationToken token)
    {
        await using var connection = await database.System.OpenConnectionAsync(token);
        foreach (var day in rows.Select(row => row.ExpiresAt.UtcDateTime.Date).Distinct())
        {
            if (_ready.ContainsKey(day)) continue;
            await EnsureAsync(connection, day, token);
            _ready[day] = true;
        }

        await using var command = Command(connection, Insert,
            Column(rows, r => r.Id), Column(rows, r => r.OrganizationId), Column(rows, r => r.StartedAt), Column(rows, r => r.ExpiresAt),
            Column(rows, r => r.Streamed), Column(rows, r => string.Join(',', r.Redactions)),
            Column(rows, r => r.Request), Column(rows, r => r.RequestBytes), Column(rows, r => r.RequestTruncated),
            Column(rows, r => r.Response), Column(rows, r => r.ResponseBytes), Column(rows, r => r.ResponseTruncated));
        try
        {
            await command.ExecuteNonQueryAsync(token);
        }
        catch (PostgresException fault) when (fault.SqlState == PostgresErrorCodes.CheckViolation)
        {
            // No partition for one of them: a database that was put back knows less than this process. The next try makes them anew.
            _ready.Clear();
            throw;
        }
    }

    /// <summary>Makes the partitions of these days of expiry.</summary>
    public async Task EnsureAsync(IEnumerable<DateTime> days, CancellationToken token)
    {
        await using var connection = await database.System.OpenConnectionAsync(token);
        foreach (var day in days) await EnsureAsync(connection, day, token);
    }

    /// <summary>Drops the partitions whose last row has expired by this instant; answers how many.</summary>
    public async Task<int> DropExpiredAsync(DateTimeOffset now, CancellationToken token)
    {
        await using var connection = await database.System.OpenConnectionAsync(token);
        await using var command = Command(connection, "SELECT drop_body_partitions($1::date)", now.UtcDateTime.Date);
        return (int)(await command.ExecuteScalarAsync(token))!;
    }

    /// <summary>The retentions, in days, of the organizations that keep bodies.</summary>
    public async Task<IReadOnlyList<int>> RetentionsAsync(CancellationToken token)
    {
        await using var connection = await database.System.OpenConnectionAsync(token);
        await using var command = Command(connection, "SELECT DISTINCT body_retention_days FROM organizations WHERE body_logging = 'on' ORDER BY 1");
        await using var reader = await command.ExecuteReaderAsync(token);
        var days = new List<int>();
        while (await reader.ReadAsync(token)) days.Add(reader.GetInt32(0));
        return days;
    }

    private static async Task EnsureAsync(NpgsqlConnection connection, DateTime day, CancellationToken token)
    {
        await using var command = Command(connection, "SELECT ensure_body_partition($1::date)", day.Date);
        await command.ExecuteNonQueryAsync(token);
    }

    private static T[] Column<T>(IReadOnlyList<CallBodyRow> rows, Func<CallBodyRow, T> value) => [.. rows.Select(value)];

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql, params ReadOnlySpan<object> values)
    {
#pragma warning disable CA2100 // Texts of this file; values go as parameters.
        var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        foreach (var value in values) command.Parameters.Add(new NpgsqlParameter { Value = value });
        return command;
    }
}
