using System.Globalization;
using System.Text;
using AiPortal.Core.Ledger;
using AiPortal.Exports;

namespace AiPortal.Ledger;

/// <summary>Records as CSV: UTF-8 with its mark (Excel needs it for Chinese), invariant numbers, CRLF.</summary>
internal static class RecordCsv
{
    /// <summary>What one download may hold; Excel shows a few more rows than these.</summary>
    public const int MaxRows = 1_000_000;

    private const int FlushEvery = 500;

    public static async Task WriteAsync(Stream body, IAsyncEnumerable<LedgerEntry> entries, CancellationToken token)
    {
        await using var writer = new StreamWriter(body, new UTF8Encoding(encoderShouldEmitUTF8Identifier: true), leaveOpen: true) { NewLine = "\r\n" };
        await writer.WriteLineAsync(string.Join(',', RecordColumns.All.Select(column => column.Name)));
        var rows = 0;
        await foreach (var entry in entries.WithCancellation(token))
        {
            // Records that came in while this ran may pass the bound that was checked before.
            if (rows++ == MaxRows) break;
            await writer.WriteLineAsync(string.Join(',', RecordColumns.All.Select(column => Text(column.Cell(entry)))));
            if (rows % FlushEvery == 0) await writer.FlushAsync(token);
        }
    }

    private static string? Text(XlsxCell cell) =>
        cell.Number is { } number ? number.ToString("0.############", CultureInfo.InvariantCulture) : CsvText.Of(cell.Text);
}
