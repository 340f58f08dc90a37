using System.Collections.Frozen;
using AiPortal.Core.Data;
using AiPortal.Core.Data.Sealing;
using Npgsql;

namespace AiPortal.Core.Vault;

/// <summary>Which master keys there are, which one seals, and the data keys that they wrap: the tables, read and written as a whole.</summary>
public sealed class MasterKeyBook(PortalDatabase database, IEnumerable<ISealedPlace> places, TimeProvider clock)
{
    /// <summary>Serializes starting nodes, rotation and destruction.</summary>
    internal const long Lock = 0x41_69_56_61_75_6C_74;

    internal static SealedColumn DataKeys { get; } = new("data_keys", "box", "data-key:{name}", "name");

    /// <summary>All places, the data keys included.</summary>
    internal IReadOnlyList<ISealedPlace> Places { get; } = [DataKeys, .. places];

    /// <summary>Notes keys that are new and gives what can be held of the given ones.</summary>
    /// <param name="setting">Named by a fault.</param>
    /// <param name="given">What the operator gives, the newest last.</param>
    /// <param name="token">Ends it.</param>
    /// <exception cref="StartFault">A key is missing that secrets are still sealed with.</exception>
    public async Task<HeldKeys> OpenAsync(string setting, IReadOnlyList<MasterKey> given, CancellationToken token)
    {
        await using var connection = await database.System.OpenConnectionAsync(token);
        await using var transaction = await connection.BeginTransactionAsync(token);
        await RunAsync(connection, "SELECT pg_advisory_xact_lock($1)", token, Lock);
        var known = await ReadAsync(connection, token);
        if (known.Count == 0)
        {
            for (var i = 0; i < given.Count; i++) await NoteAsync(connection, i + 1, given[i], active: i == given.Count - 1, token);
        }
        else
        {
            await CheckAsync(connection, setting, known, given, token);
            var next = known[^1].Version;
            foreach (var key in given.Where(key => known.All(row => row.Fingerprint != key.Fingerprint))) await NoteAsync(connection, ++next, key, active: false, token);
        }

        var rows = await ReadAsync(connection, token);
        var masters = rows.Where(row => row.DestroyedAt is null)
            .Select(row => (row.Version, Key: given.FirstOrDefault(key => key.Fingerprint == row.Fingerprint)))
            .Where(pair => pair.Key is not null).ToFrozenDictionary(pair => pair.Version, pair => pair.Key!);
        var held = new HeldKeys(masters, ActiveOf(rows), FrozenDictionary<string, byte[]>.Empty);
        held = held with { DataKeys = await DataKeysAsync(connection, held, isUpgrade: known.Count > 0, token) };
        await transaction.CommitAsync(token);
        return held;
    }

    /// <summary>By version.</summary>
    public async Task<IReadOnlyList<MasterKeyVersion>> ReadAsync(CancellationToken token)
    {
        await using var connection = await database.System.OpenConnectionAsync(token);
        return await ReadAsync(connection, token);
    }

    /// <summary>How many secrets are sealed with each version.</summary>
    public async Task<IReadOnlyDictionary<int, long>> CountAsync(CancellationToken token)
    {
        await using var connection = await database.System.OpenConnectionAsync(token);
        return await CountAsync(connection, token);
    }

    internal static int ActiveOf(IReadOnlyList<MasterKeyVersion> rows) => rows.Where(row => row is { ActivatedAt: not null, DestroyedAt: null }).Max(row => row.Version);

    private async Task<Dictionary<int, long>> CountAsync(NpgsqlConnection connection, CancellationToken token)
    {
        var sum = new Dictionary<int, long>();
        foreach (var place in Places)
        {
            foreach (var (version, count) in await place.CountAsync(connection, token)) sum[version] = sum.GetValueOrDefault(version) + count;
        }

        return sum;
    }

    private async Task CheckAsync(NpgsqlConnection connection, string setting, IReadOnlyList<MasterKeyVersion> known, IReadOnlyList<MasterKey> given, CancellationToken token)
    {
        var missing = known.Where(row => row.DestroyedAt is null && given.All(key => key.Fingerprint != row.Fingerprint)).ToList();
        if (missing.Any(row => row.Version == ActiveOf(known)))
            throw new StartFault(setting, $"does not match the key this database was sealed with: version {ActiveOf(known)} of fingerprint {known.Single(row => row.Version == ActiveOf(known)).Fingerprint}.");
        if (missing.All(row => row.ActivatedAt is null)) return;
        var counts = await CountAsync(connection, token);
        foreach (var row in missing.Where(row => counts.GetValueOrDefault(row.Version) > 0))
            throw new StartFault(setting, $"lacks version {row.Version} of fingerprint {row.Fingerprint}, which {counts[row.Version]} secrets are still sealed with.");
    }

    private static async Task<FrozenDictionary<string, byte[]>> DataKeysAsync(NpgsqlConnection connection, HeldKeys held, bool isUpgrade, CancellationToken token)
    {
        var vault = new SecretVault(held);
        var keys = new Dictionary<string, byte[]>();
        await using (var read = Command(connection, "SELECT name, box FROM data_keys"))
        await using (var reader = await read.ExecuteReaderAsync(token))
        {
            while (await reader.ReadAsync(token)) keys[reader.GetString(0)] = vault.Open(reader.GetFieldValue<byte[]>(1), HeldKeys.Context(reader.GetString(0)));
        }

        if (keys.Count > 0) return keys.ToFrozenDictionary();
        keys = HeldKeys.NewDataKeys();
        // Hashes that an older portal kept for a day go on meaning the same.
        if (isUpgrade && held.Masters.TryGetValue(1, out var first))
        {
            foreach (var purpose in (string[])["idempotent_answer", "call_replay"]) keys["mac:" + purpose] = first.FormerMacKey(purpose);
        }

        foreach (var (name, key) in keys)
            await RunAsync(connection, "INSERT INTO data_keys (name, box) VALUES ($1, $2)", token, name, vault.Seal(key, HeldKeys.Context(name)));
        return keys.ToFrozenDictionary();
    }

    private Task NoteAsync(NpgsqlConnection connection, int version, MasterKey key, bool active, CancellationToken token) => RunAsync(connection,
        "INSERT INTO master_keys (version, fingerprint, created_at, activated_at) VALUES ($1, $2, $3, CASE WHEN $4 THEN $3 END)", token, version, key.Fingerprint, clock.GetUtcNow(), active);

    private static async Task<IReadOnlyList<MasterKeyVersion>> ReadAsync(NpgsqlConnection connection, CancellationToken token)
    {
        var rows = new List<MasterKeyVersion>();
        await using var command = Command(connection, "SELECT version, fingerprint, created_at, activated_at, destroyed_at FROM master_keys ORDER BY version");
        await using var reader = await command.ExecuteReaderAsync(token);
        while (await reader.ReadAsync(token))
        {
            rows.Add(new MasterKeyVersion(reader.GetInt32(0), reader.GetString(1), reader.GetFieldValue<DateTimeOffset>(2),
                await At(reader, 3, token), await At(reader, 4, token)));
        }

        return rows;
    }

    private static async Task<DateTimeOffset?> At(NpgsqlDataReader reader, int column, CancellationToken token) =>
        await reader.IsDBNullAsync(column, token) ? null : reader.GetFieldValue<DateTimeOffset>(column);

    private static async Task RunAsync(NpgsqlConnection connection, string sql, CancellationToken token, params object[] values)
    {
        await using var command = Command(connection, sql, values);
        await command.ExecuteNonQueryAsync(token);
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql, params ReadOnlySpan<object> values)
    {
#pragma warning disable CA2100 // Texts of this file; values go as parameters.
        var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        foreach (var value in values) command.Parameters.Add(new NpgsqlParameter { Value = value });
        return command;
    }
}
