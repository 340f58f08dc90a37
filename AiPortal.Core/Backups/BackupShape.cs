using System.Globalization;
using AiPortal.Core.Data;
using Npgsql;

namespace AiPortal.Core.Backups;

/// <summary>The database's own words for what it consists of.</summary>
internal static class BackupShape
{
    /// <summary>No content: the database's notes of its own shape, and which processes have been heard of in the last seconds.</summary>
    public static IReadOnlyList<string> LeftOut { get; } = ["schema_migrations", "master_key_holders"];

    /// <summary>The last migration of this database.</summary>
    public static async Task<string> VersionAsync(PortalDatabase database, CancellationToken token)
    {
        await using var command = database.Owner.CreateCommand("SELECT max(\"MigrationId\") FROM schema_migrations");
        return (string)(await command.ExecuteScalarAsync(token))!;
    }

    /// <summary>All tables, those first that others refer to; partitions are part of theirs.</summary>
    public static async Task<IReadOnlyList<TableBlock>> TablesAsync(NpgsqlConnection connection, CancellationToken token)
    {
        var tables = new Dictionary<string, (List<string> Columns, List<string> Types)>(StringComparer.Ordinal);
        await using (var command = new NpgsqlCommand("""
            SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod)
            FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
            WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relname <> ALL ($1)
            ORDER BY c.relname, a.attnum
            """, connection) { Parameters = { new() { Value = LeftOut.ToArray() } } })
        {
            await using var reader = await command.ExecuteReaderAsync(token);
            while (await reader.ReadAsync(token))
            {
                if (!tables.TryGetValue(reader.GetString(0), out var columns)) tables[reader.GetString(0)] = columns = ([], []);
                columns.Columns.Add(reader.GetString(1));
                columns.Types.Add(reader.GetString(2));
            }
        }

        var references = await PairsAsync(connection, """
            SELECT conrelid::regclass::text, confrelid::regclass::text FROM pg_constraint
            WHERE contype = 'f' AND connamespace = 'public'::regnamespace AND conrelid <> confrelid AND conparentid = 0
            """, token);
        return [.. Ordered([.. tables.Keys.Order(StringComparer.Ordinal)], references).Select(name => new TableBlock(name, tables[name].Columns, tables[name].Types))];
    }

    public static async Task<IReadOnlyList<string>> PartitionsAsync(NpgsqlConnection connection, CancellationToken token) =>
        [.. (await PairsAsync(connection, "SELECT relname, relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relispartition ORDER BY relname", token)).Select(pair => pair.From)];

    public static async Task<IReadOnlyDictionary<string, long?>> SequencesAsync(NpgsqlConnection connection, CancellationToken token)
    {
        var sequences = new Dictionary<string, long?>(StringComparer.Ordinal);
        await using var command = new NpgsqlCommand("SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public'", connection);
        await using var reader = await command.ExecuteReaderAsync(token);
        while (await reader.ReadAsync(token)) sequences[reader.GetString(0)] = await reader.IsDBNullAsync(1, token) ? null : reader.GetInt64(1);
        return sequences;
    }

    /// <summary>The day or the first of the month that a partition's name ends with.</summary>
    /// <exception cref="BackupFault">It ends with neither.</exception>
    public static (DateOnly Day, bool IsMonth) DateOf(string partition)
    {
        foreach (var (format, isMonth) in ((string, bool)[])[("'_'yyyy'_'MM'_'dd", false), ("'_'yyyy'_'MM", true)])
        {
            var length = isMonth ? 8 : 11;
            if (partition.Length > length && DateOnly.TryParseExact(partition[^length..], format, CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)) return (day, isMonth);
        }

        throw new BackupFault($"The partition {partition} is of no month and no day.");
    }

    public static string Quote(string name) => '"' + name.Replace("\"", "\"\"", StringComparison.Ordinal) + '"';

    public static async Task<IReadOnlyList<(string From, string To)>> PairsAsync(NpgsqlConnection connection, string sql, CancellationToken token)
    {
        var pairs = new List<(string, string)>();
#pragma warning disable CA2100 // Texts of this feature.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        await using var reader = await command.ExecuteReaderAsync(token);
        while (await reader.ReadAsync(token)) pairs.Add((reader.GetString(0), reader.GetString(1)));
        return pairs;
    }

    private static List<string> Ordered(IReadOnlyList<string> names, IReadOnlyList<(string From, string To)> references)
    {
        var (done, ordered) = (new HashSet<string>(StringComparer.Ordinal), new List<string>());
        foreach (var name in names) Visit(name);
        return ordered;

        void Visit(string name)
        {
            if (!done.Add(name)) return;
            foreach (var (from, to) in references)
            {
                if (from == name) Visit(to);
            }

            ordered.Add(name);
        }
    }
}
