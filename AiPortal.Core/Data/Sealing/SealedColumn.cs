using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Npgsql;

namespace AiPortal.Core.Data.Sealing;

/// <summary>A place where sealed secrets are kept; a new master key asks all of them.</summary>
public interface ISealedPlace
{
    /// <summary>Names it in logs.</summary>
    string Name { get; }

    /// <summary>How many there are of each version of the master key. Texts under a data key are none.</summary>
    Task<IReadOnlyDictionary<int, long>> CountAsync(NpgsqlConnection connection, CancellationToken token);

    /// <summary>Seals anew all that is not of the active version; one that is changed meanwhile is left as it then is. Says how many could not be opened.</summary>
    Task<int> ResealAsync(NpgsqlConnection connection, SecretVault vault, CancellationToken token);
}

/// <summary>A column of sealed bytes.</summary>
/// <param name="Table">Of the database.</param>
/// <param name="Column">Of type bytea; null where nothing is kept.</param>
/// <param name="Context">As given to <see cref="SecretVault.Seal"/>, with column names in braces: <c>provider:{organization_id}:{id}</c>.</param>
/// <param name="Key">The column that names a row, of a type that is unique as text.</param>
/// <param name="Expires">Sealed by <see cref="SecretVault.SealText"/>: only what older portals wrote counts, and that goes by itself.</param>
public sealed partial record SealedColumn(string Table, string Column, string Context, string Key = "id", bool Expires = false) : ISealedPlace
{
    private const int Batch = 100;

    public string Name => $"{Table}.{Column}";

    private const string Version = "CASE get_byte(head, 0) WHEN 1 THEN 1 WHEN 2 THEN (get_byte(head, 1) << 24) | (get_byte(head, 2) << 16) | (get_byte(head, 3) << 8) | get_byte(head, 4) END";

    private string Heads => $"(SELECT *, substring({Column} FROM 1 FOR 5) AS head FROM {Table} WHERE {Column} IS NOT NULL) s";

    /// <summary>The context of a row, as SQL.</summary>
    private string ContextSql => "concat('" + Braces().Replace(Context, match => $"', {match.Groups[1].Value}, '") + "')";

    public async Task<IReadOnlyDictionary<int, long>> CountAsync(NpgsqlConnection connection, CancellationToken token)
    {
        var counts = new Dictionary<int, long>();
        await using var command = Command(connection, $"SELECT version, count(*) FROM (SELECT {Version} AS version FROM {Heads}) v WHERE version IS NOT NULL GROUP BY version");
        await using var reader = await command.ExecuteReaderAsync(token);
        while (await reader.ReadAsync(token)) counts[reader.GetInt32(0)] = reader.GetInt64(1);
        return counts;
    }

    public async Task<int> ResealAsync(NpgsqlConnection connection, SecretVault vault, CancellationToken token)
    {
        var (last, failed) = ("", 0);
        while (!Expires)
        {
            var rows = await ReadAsync(connection, vault.Held.Active, last, token);
            foreach (var (key, context, box) in rows)
            {
                byte[] anew;
                try
                {
                    anew = vault.Reseal(box, context);
                }
                catch (CryptographicException)
                {
                    failed++;
                    continue;
                }

                await using var update = Command(connection, $"UPDATE {Table} SET {Column} = $1 WHERE {Key}::text = $2 AND {Column} = $3", anew, key, box);
                await update.ExecuteNonQueryAsync(token);
            }

            if (rows.Count < Batch) return failed;
            last = rows[^1].Key;
        }

        return failed;
    }

    private async Task<List<(string Key, string Context, byte[] Box)>> ReadAsync(NpgsqlConnection connection, int active, string after, CancellationToken token)
    {
        var rows = new List<(string, string, byte[])>();
        await using var command = Command(connection,
            $"SELECT {Key}::text, {ContextSql}, {Column} FROM {Heads} WHERE {Version} <> $1 AND {Key}::text COLLATE \"C\" > $2 ORDER BY {Key}::text COLLATE \"C\" LIMIT {Batch}", active, after);
        await using var reader = await command.ExecuteReaderAsync(token);
        while (await reader.ReadAsync(token)) rows.Add((reader.GetString(0), reader.GetString(1), reader.GetFieldValue<byte[]>(2)));
        return rows;
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql, params ReadOnlySpan<object> values)
    {
#pragma warning disable CA2100 // Names are constants of the features that register a place; values go as parameters.
        var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        foreach (var value in values) command.Parameters.Add(new NpgsqlParameter { Value = value });
        return command;
    }

    [GeneratedRegex(@"\{([a-z_]+)\}")]
    private static partial Regex Braces();
}
