using System.IO.Compression;
using AiPortal.Core.Data.Sealing;
using Npgsql;

namespace AiPortal.Core.Backups;

/// <summary>The file of a backup: made for its owner alone, and opened by whoever holds the master key.</summary>
internal sealed class BackupFile : IDisposable
{
    /// <summary>How long PostgreSQL may say nothing while rows go one way or the other.</summary>
    public const int PatienceMilliseconds = 10 * 60 * 1000;

    private readonly Stream _file;
    private readonly SealedChunkReader _chunks;
    private readonly GZipStream _packed;
    private readonly byte[] _buffer = BackupBlocks.Buffer();

    private BackupFile(Stream file, BackupHeader header, SealedChunkReader chunks)
    {
        (_file, Header, _chunks) = (file, header, chunks);
        _packed = new GZipStream(chunks, CompressionMode.Decompress);
    }

    public BackupHeader Header { get; }

    /// <exception cref="BackupFault">It is none, is of another key, or is not there.</exception>
    public static BackupFile Open(string path, IReadOnlyList<MasterKey> keys)
    {
        Stream? file = null;
        try
        {
            file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.SequentialScan);
            var (header, bytes) = BackupHeader.Read(file);
            var opened = new BackupFile(file, header, new SealedChunkReader(file, header.OpenKey(keys), bytes));
            file = null;
            return opened;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new BackupFault($"{path} cannot be read: {fault.Message}", fault);
        }
        finally
        {
            file?.Dispose();
        }
    }

    /// <summary>Reads it to its end: whole, unaltered, and all tables there.</summary>
    /// <exception cref="BackupFault">It is not.</exception>
    public static Task CheckAsync(string path, IReadOnlyList<MasterKey> keys, CancellationToken token) => Task.Run(() =>
    {
        using var file = Open(path, keys);
        var (tables, shape) = (0, (ShapeBlock?)null);
        while (true)
        {
            token.ThrowIfCancellationRequested();
            var (kind, bytes) = file.Next();
            if (kind == BlockKind.Shape) shape = BackupBlocks.Json<ShapeBlock>(bytes);
            if (kind == BlockKind.TableEnd) tables++;
            if (kind == BlockKind.End) break;
        }

        file.End();
        if (shape?.Tables != tables) throw new BackupFault("This backup lacks tables.");
    }, token);

    /// <summary>For its owner alone, and never what is there already.</summary>
    public static FileStream Create(string path)
    {
        // What a killed run left was never whole.
        if (File.Exists(path)) File.Delete(path);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None, BufferSize = 1 << 16 };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream(path, options);
    }

    /// <summary>The next block; its bytes are good until the one after.</summary>
    /// <exception cref="BackupFault">Cut off or altered.</exception>
    public (BlockKind Kind, ReadOnlyMemory<byte> Bytes) Next()
    {
        try
        {
            return BackupBlocks.Read(_packed, _buffer);
        }
        catch (Exception fault) when (fault is EndOfStreamException or InvalidDataException)
        {
            throw new BackupFault("This backup ends before all of it was there.", fault);
        }
    }

    /// <summary>After the last block: nothing may follow, and the last chunk must be the last.</summary>
    public void End()
    {
        if (_packed.ReadByte() >= 0 || _chunks.ReadByte() >= 0) throw new BackupFault("This backup was altered: something follows its end.");
    }

    public void Dispose()
    {
        _packed.Dispose();
        _chunks.Dispose();
        _file.Dispose();
    }

    public static async Task<long> CountAsync(NpgsqlConnection connection, string table, CancellationToken token)
    {
#pragma warning disable CA2100 // A name from the catalogue, quoted.
        await using var command = new NpgsqlCommand($"SELECT count(*) FROM {BackupShape.Quote(table)}", connection) { CommandTimeout = 0 };
#pragma warning restore CA2100
        return (long)(await command.ExecuteScalarAsync(token))!;
    }
}
