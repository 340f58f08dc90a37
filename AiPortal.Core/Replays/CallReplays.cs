using System.Buffers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using AiPortal.Core.Data;
using AiPortal.Core.Data.Sealing;
using Npgsql;

namespace AiPortal.Core.Replays;

/// <summary>
/// The answers of calls made under an idempotency key, for ten minutes, so that a caller who heard nothing may ask again without
/// another call at the provider, on whichever node. Keys of different virtual keys never meet.
/// </summary>
public sealed class CallReplays(PortalDatabase database, SecretVault vault, TimeProvider clock)
{
    public const int MaxKeyLength = 255;

    /// <summary>How long an answer is given again.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromMinutes(10);

    /// <summary>How long a running call counts as alive without word from its process.</summary>
    public static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(30);

    private const int NotKept = 0;

    private const string Claim = """
        INSERT INTO call_replays AS r (id, organization_id, key_id, idempotency_key, request_hash, request_id, running_until, expires_at, created_at, updated_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)
        ON CONFLICT (key_id, idempotency_key) DO UPDATE SET id = excluded.id, request_hash = excluded.request_hash, request_id = excluded.request_id,
          running_until = excluded.running_until, expires_at = excluded.expires_at, http_status = NULL, answer = NULL,
          created_at = excluded.created_at, updated_at = excluded.updated_at
        WHERE r.expires_at <= excluded.created_at
        RETURNING id
        """;

    private const string Read = """
        SELECT id, request_hash, request_id, running_until, http_status, answer FROM call_replays WHERE key_id = $1 AND idempotency_key = $2
        """;

    /// <summary>What makes two calls the same; bodies stay secret.</summary>
    public byte[] HashOf(string path, ReadOnlySequence<byte> body)
    {
        using var mac = vault.CreateMac("call_replay");
        mac.AppendData(Encoding.UTF8.GetBytes(path + "\n"));
        foreach (var piece in body) mac.AppendData(piece.Span);
        return mac.GetHashAndReset();
    }

    /// <summary>Takes the key for a call, or tells what it stands for.</summary>
    /// <exception cref="ReplaysUnavailableException">Nothing can be told.</exception>
    public Task<ReplayClaim> ClaimAsync(Guid organizationId, Guid keyId, string key, byte[] requestHash, Guid requestId, CancellationToken token) => GuardAsync(async () =>
    {
        var (id, now) = (Ids.New(clock), clock.GetUtcNow());
        await using var connection = await database.System.OpenConnectionAsync(token);
        await using (var claim = Command(connection, Claim, id, organizationId, keyId, key, requestHash, requestId, now + Heartbeat, now + Kept, now))
        {
            if (await claim.ExecuteScalarAsync(token) is Guid) return new ReplayClaim(ReplayState.Mine, id, requestId);
        }

        await using var read = Command(connection, Read, keyId, key);
        await using var reader = await read.ExecuteReaderAsync(token);
        // Freed between the two statements: asking again will tell.
        if (!await reader.ReadAsync(token)) return new ReplayClaim(ReplayState.Running, id, requestId);
        var (known, made) = (reader.GetGuid(0), reader.GetGuid(2));
        if (!reader.GetFieldValue<byte[]>(1).AsSpan().SequenceEqual(requestHash)) return new ReplayClaim(ReplayState.Mismatch, known, made);
        if (await reader.IsDBNullAsync(4, token))
            return new ReplayClaim(reader.GetFieldValue<DateTimeOffset>(3) < now ? ReplayState.Interrupted : ReplayState.Running, known, made);
        var answer = await reader.IsDBNullAsync(5, token) ? null : Opened(known, reader.GetInt32(4), reader.GetFieldValue<byte[]>(5));
        return new ReplayClaim(ReplayState.Answered, known, made, answer);
    });

    /// <summary>Keeps the answer to a claimed call; null: it cannot be given again, but the key stays used.</summary>
    /// <exception cref="ReplaysUnavailableException">Nothing was kept.</exception>
    public Task KeepAsync(Guid claimId, KeptAnswer? answer, CancellationToken token) => GuardAsync(async () =>
    {
        var now = clock.GetUtcNow();
        var box = answer is null ? null : vault.SealText(JsonSerializer.SerializeToUtf8Bytes(answer), Context(claimId));
        await using var connection = await database.System.OpenConnectionAsync(token);
        await using var command = Command(connection, "UPDATE call_replays SET http_status = $2, answer = $3, expires_at = $4, updated_at = $5 WHERE id = $1",
            claimId, answer?.HttpStatus ?? NotKept, (object?)box ?? DBNull.Value, now + Kept, now);
        command.Parameters[2].NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Bytea;
        return await command.ExecuteNonQueryAsync(token);
    });

    /// <summary>Frees the key of a call that nothing was executed for, so that it may be tried again.</summary>
    /// <exception cref="ReplaysUnavailableException">It was not freed.</exception>
    public Task FreeAsync(Guid claimId, CancellationToken token) => GuardAsync(async () =>
    {
        await using var connection = await database.System.OpenConnectionAsync(token);
        await using var command = Command(connection, "DELETE FROM call_replays WHERE id = $1", claimId);
        return await command.ExecuteNonQueryAsync(token);
    });

    /// <summary>Says that these calls still run.</summary>
    public Task BeatAsync(IReadOnlyCollection<Guid> claims, CancellationToken token) => GuardAsync(async () =>
    {
        var now = clock.GetUtcNow();
        await using var connection = await database.System.OpenConnectionAsync(token);
        await using var command = Command(connection, "UPDATE call_replays SET running_until = $2, expires_at = $3 WHERE id = ANY($1) AND http_status IS NULL",
            claims.ToArray(), now + Heartbeat, now + Kept);
        return await command.ExecuteNonQueryAsync(token);
    });

    /// <summary>Drops what has expired; answers how much that was.</summary>
    public Task<int> SweepAsync(CancellationToken token) => GuardAsync(async () =>
    {
        await using var connection = await database.System.OpenConnectionAsync(token);
        await using var command = Command(connection, "DELETE FROM call_replays WHERE expires_at <= $1", clock.GetUtcNow());
        return await command.ExecuteNonQueryAsync(token);
    });

    private static async Task<T> GuardAsync<T>(Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (Exception fault) when (fault is NpgsqlException or SocketException or TimeoutException or IOException)
        {
            throw new ReplaysUnavailableException(fault);
        }
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql, params ReadOnlySpan<object> values)
    {
#pragma warning disable CA2100 // Texts of this file; values go as parameters.
        var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        foreach (var value in values) command.Parameters.Add(new NpgsqlParameter { Value = value });
        return command;
    }

    private KeptAnswer? Opened(Guid claimId, int status, byte[] box) =>
        JsonSerializer.Deserialize<KeptAnswer>(vault.Open(box, Context(claimId))) is { } answer ? answer with { HttpStatus = status } : null;

    private static string Context(Guid claimId) => $"call_replay:{claimId}";
}
