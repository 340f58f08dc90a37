using System.Data;
using System.IO.Compression;
using AiPortal.Core.Data;
using AiPortal.Core.Data.Sealing;
using AiPortal.Core.Ledger.Journals;
using AiPortal.Core.Vault;
using Npgsql;

namespace AiPortal.Core.Backups;

/// <summary>What a backup holds.</summary>
/// <param name="Tables">How many.</param>
/// <param name="Rows">Of all of them.</param>
/// <param name="Bytes">Of the file.</param>
/// <param name="CreatedAt">The moment that it shows.</param>
public sealed record BackupReport(int Tables, long Rows, long Bytes, DateTimeOffset CreatedAt);

/// <summary>
/// Writes the whole database as it is at one moment into one file, packed and sealed. The portal may run meanwhile. The file gets its
/// name when it is complete, durable and was read back; until then it is called <c>.part</c>.
/// </summary>
public sealed class WriteBackup(PortalDatabase database, MasterKeyBook book, SecretVault vault, TimeProvider clock)
{
    /// <exception cref="BackupFault">There is such a file already, or it cannot be written.</exception>
    public async Task<BackupReport> RunAsync(string path, CancellationToken token = default)
    {
        if (Path.Exists(path)) throw new BackupFault($"{path} is there already; a backup never overwrites.");
        var part = path + ".part";
        try
        {
            var report = await WriteAsync(part, token);
            await BackupFile.CheckAsync(part, [.. vault.Held.Masters.Values], token);
            File.Move(part, path, overwrite: false);
            JournalDirectory.Persist(Path.GetDirectoryName(Path.GetFullPath(path))!);
            return report;
        }
        // A limit of the system on the size of files comes as an argument out of range.
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException)
        {
            throw new BackupFault($"{path} cannot be written: {fault.Message}", fault);
        }
        finally
        {
            if (File.Exists(part)) File.Delete(part);
        }
    }

    private async Task<BackupReport> WriteAsync(string part, CancellationToken token)
    {
        await using var connection = await database.System.OpenConnectionAsync(token);
        await using var snapshot = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, token);
        var tables = await BackupShape.TablesAsync(connection, token);
        // No migration and no dropped partition until the end.
        await RunAsync(connection, $"LOCK TABLE {string.Join(", ", tables.Select(table => BackupShape.Quote(table.Name)))} IN ACCESS SHARE MODE", token);
        var (header, key) = await HeaderAsync(token);
        var head = header.ToBytes();
        await using var file = BackupFile.Create(part);
        file.Write(head);
        long rows = 0;
        await using (var chunks = new SealedChunkWriter(file, key, head))
        {
            await using (var packed = new GZipStream(chunks, CompressionLevel.Fastest, leaveOpen: true))
            {
                BackupBlocks.WriteJson(packed, BlockKind.Shape, new ShapeBlock(
                    await BackupShape.SequencesAsync(connection, token), await BackupShape.PartitionsAsync(connection, token), tables.Count));
                foreach (var table in tables) rows += await WriteTableAsync(connection, packed, table, token);
                BackupBlocks.Write(packed, BlockKind.End, []);
            }

            chunks.Complete();
        }

        file.Flush(flushToDisk: true);
        return new BackupReport(tables.Count, rows, file.Length, header.CreatedAt);
    }

    private async Task<(BackupHeader Header, byte[] Key)> HeaderAsync(CancellationToken token)
    {
        var (held, counts, versions) = (vault.Held, await book.CountAsync(token), await book.ReadAsync(token));
        var id = Ids.New(clock);
        var (key, wrapped) = BackupHeader.NewKey(held.Masters[held.Active], id);
        var needed = versions.Where(row => row.DestroyedAt is null && counts.GetValueOrDefault(row.Version) > 0).Select(row => row.Fingerprint).ToList();
        return (new BackupHeader(id, clock.GetUtcNow(), await BackupShape.VersionAsync(database, token), held.Masters[held.Active].Fingerprint, wrapped, needed), key);
    }

    private static async Task<long> WriteTableAsync(NpgsqlConnection connection, Stream packed, TableBlock table, CancellationToken token)
    {
        BackupBlocks.WriteJson(packed, BlockKind.Table, table);
        var columns = string.Join(", ", table.Columns.Select(BackupShape.Quote));
        var buffer = new byte[SealedChunks.Size];
        // A query, not the table: COPY of a partitioned table gives nothing.
        await using (var copy = await connection.BeginRawBinaryCopyAsync($"COPY (SELECT {columns} FROM {BackupShape.Quote(table.Name)}) TO STDOUT (FORMAT binary)", token))
        {
            copy.ReadTimeout = BackupFile.PatienceMilliseconds;
            int read;
            while ((read = await copy.ReadAsync(buffer, token)) > 0) BackupBlocks.Write(packed, BlockKind.Rows, buffer.AsSpan(0, read));
        }

        var rows = await BackupFile.CountAsync(connection, table.Name, token);
        BackupBlocks.WriteJson(packed, BlockKind.TableEnd, new TableEndBlock(table.Name, rows));
        return rows;
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql, CancellationToken token)
    {
#pragma warning disable CA2100 // Names from the catalogue, quoted.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync(token);
    }
}
