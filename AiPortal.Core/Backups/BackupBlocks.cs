using System.Buffers.Binary;
using System.Text.Json;

namespace AiPortal.Core.Backups;

/// <summary>What a block within a backup is.</summary>
internal enum BlockKind : byte
{
    /// <summary>JSON: what is about to come of the database's shape.</summary>
    Shape = 1,

    /// <summary>JSON: a table begins.</summary>
    Table = 2,

    /// <summary>A piece of the table's rows as COPY gives them in binary.</summary>
    Rows = 3,

    /// <summary>JSON: the table is over.</summary>
    TableEnd = 4,

    /// <summary>All of it was there.</summary>
    End = 5,
}

/// <summary>The order of things before any row: sequences and the months and days that have partitions.</summary>
/// <param name="Sequences">With the last value that was given out; null where none was.</param>
/// <param name="Partitions">Names of partitions, which tell the month or day.</param>
/// <param name="Tables">How many follow.</param>
internal sealed record ShapeBlock(IReadOnlyDictionary<string, long?> Sequences, IReadOnlyList<string> Partitions, int Tables);

/// <summary>A table with its columns and their types, as PostgreSQL names them.</summary>
internal sealed record TableBlock(string Name, IReadOnlyList<string> Columns, IReadOnlyList<string> Types);

/// <summary>How many rows the table had.</summary>
internal sealed record TableEndBlock(string Name, long Rows);

/// <summary>Kind, length, bytes.</summary>
internal static class BackupBlocks
{
    public const int HeadSize = 1 + sizeof(int);

    private const int MaxBytes = 1 << 20;

    public static void Write(Stream stream, BlockKind kind, ReadOnlySpan<byte> bytes)
    {
        Span<byte> head = stackalloc byte[HeadSize];
        head[0] = (byte)kind;
        BinaryPrimitives.WriteInt32BigEndian(head[1..], bytes.Length);
        stream.Write(head);
        stream.Write(bytes);
    }

    public static void WriteJson<T>(Stream stream, BlockKind kind, T value) => Write(stream, kind, JsonSerializer.SerializeToUtf8Bytes(value));

    /// <summary>The next block; its bytes are good until the one after.</summary>
    public static (BlockKind Kind, ReadOnlyMemory<byte> Bytes) Read(Stream stream, byte[] buffer)
    {
        stream.ReadExactly(buffer, 0, HeadSize);
        var (kind, length) = ((BlockKind)buffer[0], BinaryPrimitives.ReadInt32BigEndian(buffer.AsSpan(1)));
        if (length < 0 || length > buffer.Length) throw new BackupFault("This backup holds a block that this version does not know.");
        stream.ReadExactly(buffer, 0, length);
        return (kind, buffer.AsMemory(0, length));
    }

    public static byte[] Buffer() => new byte[MaxBytes];

    public static T Json<T>(ReadOnlyMemory<byte> bytes) => JsonSerializer.Deserialize<T>(bytes.Span) ?? throw new BackupFault("This backup holds an empty block.");
}
