using System.Globalization;
using AiPortal.Core.Data;
using AiPortal.Core.Data.Sealing;
using AiPortal.Core.Ledger.Journals;
using AiPortal.Core.Vault;
using Npgsql;

namespace AiPortal.Core.Backups;

/// <summary>
/// Puts what a backup holds into a database of the same shape: all of it in one transaction, so that one that is ended half-way has
/// done nothing. The file is read to its end before.
/// </summary>
/// <param name="database">Where to.</param>
/// <param name="holders">Tells whether a portal runs there.</param>
/// <param name="dataDirectory">May hold journals that the database does not know of yet.</param>
public sealed class RestoreBackup(PortalDatabase database, MasterKeyHolders holders, string dataDirectory)
{
    /// <summary>Whether the file can be restored with these keys at all; touches no database.</summary>
    /// <exception cref="BackupFault">It cannot.</exception>
    public static Task CheckAsync(string path, IReadOnlyList<MasterKey> keys, CancellationToken token = default) => BackupFile.CheckAsync(path, keys, token);

    /// <param name="path">The file.</param>
    /// <param name="keys">The master keys, the newest last.</param>
    /// <param name="force">Replaces what the database holds.</param>
    /// <param name="token">Ends it; nothing has changed then.</param>
    /// <exception cref="BackupFault">The file or the database does not allow it; nothing has changed.</exception>
    public async Task<BackupReport> RunAsync(string path, IReadOnlyList<MasterKey> keys, bool force, CancellationToken token = default)
    {
        using var file = BackupFile.Open(path, keys);
        var schema = await BackupShape.VersionAsync(database, token);
        if (schema != file.Header.Schema)
            throw new BackupFault($"This backup is of the shape {file.Header.Schema} and this version makes {schema}: restore it with the version that made it, then start this one.");
        await RefuseAsync(force, token);
        await using var connection = await database.Owner.OpenConnectionAsync(token);
        await using var transaction = await connection.BeginTransactionAsync(token);
        var tables = await BackupShape.TablesAsync(connection, token);
        // Partitions first: one that is made while a trigger of its parent is off would keep its own off.
        if (file.Next() is not { Kind: BlockKind.Shape, Bytes: var shape }) throw OutOfOrder();
        await PrepareAsync(connection, BackupBlocks.Json<ShapeBlock>(shape), token);
        var opened = await OpenTablesAsync(connection, tables, token);
        var rows = await LoadAsync(connection, file, tables, token);
        await ReleaseAsync(connection, token);
        await RunAsync(connection, string.Concat(opened.Reverse()), token);
        await transaction.CommitAsync(token);
        await RunAsync(connection, "ANALYZE", token);
        return new BackupReport(tables.Count, rows, new FileInfo(path).Length, file.Header.CreatedAt);
    }

    private async Task RefuseAsync(bool force, CancellationToken token)
    {
        if (await holders.ReadAsync(token) is [var holder, ..])
            throw new BackupFault($"A portal works on this database: {holder.Node}. Stop it, wait {MasterKeyHolders.Patience.TotalSeconds:0} seconds, and try again.");
        if (force) return;
        await using var connection = await database.System.OpenConnectionAsync(token);
        foreach (var table in (string[])["organizations", "users", "ledger_entries", "audit_events"])
        {
            if (await BackupFile.CountAsync(connection, table, token) is > 0 and var count)
                throw new BackupFault(string.Create(CultureInfo.InvariantCulture, $"This database is not empty: it has {count} rows in {table}. Restore into an empty one, or say --force, which replaces everything it holds."));
        }
    }

    /// <summary>Lets the owner write everything and nothing stand in the way; gives what undoes it. Seen by nobody before the end of the transaction.</summary>
    private static async Task<IReadOnlyList<string>> OpenTablesAsync(NpgsqlConnection connection, IReadOnlyList<TableBlock> tables, CancellationToken token)
    {
        var (open, close) = (new List<string>(), new List<string>());
        foreach (var (name, _) in await BackupShape.PairsAsync(connection, """
            SELECT DISTINCT c.relname, c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
            WHERE c.relnamespace = 'public'::regnamespace AND NOT t.tgisinternal AND c.relkind IN ('r', 'p')
            """, token))
        {
            open.Add($"ALTER TABLE ONLY {BackupShape.Quote(name)} DISABLE TRIGGER USER;");
            close.Add($"ALTER TABLE ONLY {BackupShape.Quote(name)} ENABLE TRIGGER USER;");
        }

        foreach (var (name, _) in await BackupShape.PairsAsync(connection, "SELECT relname, relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relforcerowsecurity", token))
        {
            open.Add($"ALTER TABLE {BackupShape.Quote(name)} NO FORCE ROW LEVEL SECURITY;");
            close.Add($"ALTER TABLE {BackupShape.Quote(name)} FORCE ROW LEVEL SECURITY;");
        }

        // A fresh database has what migrations put there.
        open.Add($"TRUNCATE {string.Join(", ", tables.Select(table => BackupShape.Quote(table.Name)))};");
        await RunAsync(connection, string.Concat(open), token);
        return close;
    }

    private static async Task<long> LoadAsync(NpgsqlConnection connection, BackupFile file, IReadOnlyList<TableBlock> tables, CancellationToken token)
    {
        var left = tables.ToDictionary(table => table.Name, StringComparer.Ordinal);
        long rows = 0;
        while (true)
        {
            var (kind, bytes) = file.Next();
            switch (kind)
            {
                case BlockKind.Table:
                    var table = BackupBlocks.Json<TableBlock>(bytes);
                    if (!left.Remove(table.Name, out var here) || !here.Columns.Order().SequenceEqual(table.Columns.Order())
                        || !here.Columns.Zip(here.Types).Order().SequenceEqual(table.Columns.Zip(table.Types).Order()))
                        throw new BackupFault($"The table {table.Name} is of another shape here.");
                    rows += await CopyAsync(connection, file, table, token);
                    break;
                case BlockKind.End when left.Count == 0:
                    file.End();
                    return rows;
                default:
                    throw left.Count > 0 ? new BackupFault($"This backup lacks the table {left.Keys.First()}.") : OutOfOrder();
            }
        }
    }

    /// <summary>
    /// What processes had of budgets in hand is free again, else it would be held for ones that never come back; but for those whose
    /// journal lies here: the next start takes it over, and with it their slices.
    /// </summary>
    private async Task ReleaseAsync(NpgsqlConnection connection, CancellationToken token)
    {
        await using var command = new NpgsqlCommand("SELECT budget_release(node) FROM (SELECT DISTINCT node_id AS node FROM budget_leases WHERE written_off_at IS NULL AND node_id <> ALL ($1)) n", connection);
        command.Parameters.Add(new NpgsqlParameter { Value = JournalDirectory.Present(dataDirectory).ToArray() });
        await command.ExecuteNonQueryAsync(token);
    }

    private static async Task PrepareAsync(NpgsqlConnection connection, ShapeBlock shape, CancellationToken token)
    {
        foreach (var (day, isMonth) in shape.Partitions.Select(BackupShape.DateOf).Distinct())
        {
            await using var command = new NpgsqlCommand(isMonth ? "SELECT ensure_month_partitions($1)" : "SELECT ensure_body_partition($1)", connection);
            command.Parameters.Add(new NpgsqlParameter { Value = isMonth ? new DateTimeOffset(day, TimeOnly.MinValue, TimeSpan.Zero) : day });
            await command.ExecuteNonQueryAsync(token);
        }

        foreach (var (sequence, last) in shape.Sequences)
        {
            if (last is not { } value) continue;
            await using var command = new NpgsqlCommand("SELECT setval($1::regclass, $2)", connection);
            command.Parameters.Add(new NpgsqlParameter { Value = BackupShape.Quote(sequence) });
            command.Parameters.Add(new NpgsqlParameter { Value = value });
            await command.ExecuteNonQueryAsync(token);
        }
    }

    private static async Task<long> CopyAsync(NpgsqlConnection connection, BackupFile file, TableBlock table, CancellationToken token)
    {
        var columns = string.Join(", ", table.Columns.Select(BackupShape.Quote));
        TableEndBlock end;
        await using (var copy = await connection.BeginRawBinaryCopyAsync($"COPY {BackupShape.Quote(table.Name)} ({columns}) FROM STDIN (FORMAT binary)", token))
        {
            copy.ReadTimeout = copy.WriteTimeout = BackupFile.PatienceMilliseconds;
            try
            {
                end = await SendAsync(copy, file, token);
            }
            catch
            {
                // Else its disposal would complete it.
                await copy.CancelAsync();
                throw;
            }
        }

        var count = await BackupFile.CountAsync(connection, table.Name, token);
        return count == end.Rows ? count : throw new BackupFault(string.Create(CultureInfo.InvariantCulture, $"The table {table.Name} should have {end.Rows} rows and got {count}."));
    }

    private static async Task<TableEndBlock> SendAsync(NpgsqlRawCopyStream copy, BackupFile file, CancellationToken token)
    {
        while (true)
        {
            var (kind, bytes) = file.Next();
            if (kind == BlockKind.TableEnd) return BackupBlocks.Json<TableEndBlock>(bytes);
            if (kind != BlockKind.Rows) throw OutOfOrder();
            await copy.WriteAsync(bytes, token);
        }
    }

    private static BackupFault OutOfOrder() => new("This backup is not in order.");

    private static async Task RunAsync(NpgsqlConnection connection, string sql, CancellationToken token)
    {
        if (sql.Length == 0) return;
#pragma warning disable CA2100 // Names from the catalogue, quoted.
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync(token);
    }
}
