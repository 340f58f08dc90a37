using Npgsql;

namespace AiPortal.Core.Ledger.Writing;

/// <summary>Rows made ready for a COPY, and sent.</summary>
internal static class CopyRows
{
    private static readonly byte[] Header = [.. "PGCOPY\n"u8, 0xFF, (byte)'\r', (byte)'\n', 0, 0, 0, 0, 0, 0, 0, 0, 0];
    private static readonly byte[] Trailer = [0xFF, 0xFF];

    public static CopyBuffer Encode<T>(IReadOnlyList<LedgerColumn<T>> columns, IEnumerable<T> rows)
    {
        var buffer = new CopyBuffer();
        buffer.Raw(Header);
        foreach (var row in rows)
        {
            buffer.Columns(columns.Count);
            foreach (var column in columns) column.Write(buffer, row);
        }

        buffer.Raw(Trailer);
        return buffer;
    }

    public static async Task SendAsync(NpgsqlConnection connection, string copy, CopyBuffer rows, CancellationToken token)
    {
        await using var stream = await connection.BeginRawBinaryCopyAsync(copy, token);
        foreach (var piece in rows.Pieces) await stream.WriteAsync(piece, token);
    }
}
