using AiPortal.Core.Data;
using Npgsql;

namespace AiPortal.Core.Vault;

/// <summary>A process that runs, the versions of the master key that it can open, and the one that it seals with.</summary>
public sealed record MasterKeyHolder(string Node, IReadOnlyList<int> Versions, int Active, DateTimeOffset SeenAt);

/// <summary>
/// Who holds which master keys. A process tells it every few seconds; one that has been silent for <see cref="Patience"/> runs no more.
/// </summary>
public sealed class MasterKeyHolders(PortalDatabase database)
{
    /// <summary>On the database's clock.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    /// <summary>Those that run now, by name.</summary>
    public async Task<IReadOnlyList<MasterKeyHolder>> ReadAsync(CancellationToken token)
    {
        await using var connection = await database.System.OpenConnectionAsync(token);
        var holders = new List<MasterKeyHolder>();
        await using var command = new NpgsqlCommand("SELECT node, versions, active, seen_at FROM master_key_holders WHERE seen_at > clock_timestamp() - $1 ORDER BY node", connection);
        command.Parameters.Add(new NpgsqlParameter { Value = Patience });
        await using var reader = await command.ExecuteReaderAsync(token);
        while (await reader.ReadAsync(token))
            holders.Add(new MasterKeyHolder(reader.GetString(0), reader.GetFieldValue<int[]>(1), reader.GetInt32(2), reader.GetFieldValue<DateTimeOffset>(3)));
        return holders;
    }

    internal async Task TellAsync(string node, IReadOnlyCollection<int> versions, int active, CancellationToken token)
    {
        await using var connection = await database.System.OpenConnectionAsync(token);
        await using var command = new NpgsqlCommand("""
            WITH gone AS (DELETE FROM master_key_holders WHERE seen_at < clock_timestamp() - interval '1 day')
            INSERT INTO master_key_holders (node, versions, active, seen_at) VALUES ($1, $2, $3, clock_timestamp())
            ON CONFLICT (node) DO UPDATE SET versions = excluded.versions, active = excluded.active, seen_at = excluded.seen_at
            """, connection);
        foreach (var value in (object[])[node, versions.Order().ToArray(), active]) command.Parameters.Add(new NpgsqlParameter { Value = value });
        await command.ExecuteNonQueryAsync(token);
    }

    internal async Task LeaveAsync(string node, CancellationToken token)
    {
        await using var connection = await database.System.OpenConnectionAsync(token);
        await using var command = new NpgsqlCommand("DELETE FROM master_key_holders WHERE node = $1", connection);
        command.Parameters.Add(new NpgsqlParameter { Value = node });
        await command.ExecuteNonQueryAsync(token);
    }
}
