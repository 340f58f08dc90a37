using System.Runtime.CompilerServices;
using AiPortal.Core.Ledger;
using AiPortal.Exports;
using Radzen.Documents.Spreadsheet;

namespace AiPortal.Ledger;

/// <summary>Records as an Excel workbook of one sheet; amounts are numbers, texts never calculate.</summary>
internal static class RecordWorkbook
{
    /// <summary>What one workbook may hold.</summary>
    public const int MaxRows = 200_000;

    public const string ContentType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

    private const double Width = 130;

    public static async Task WriteAsync(Stream output, IAsyncEnumerable<LedgerEntry> entries, CancellationToken token)
    {
        var workbook = new Workbook();
        var sheet = workbook.AddSheet("Records", 2, RecordColumns.All.Count);
        sheet.Header([.. RecordColumns.All.Select(column => (column.Name, Width))]);
        for (var i = 0; i < RecordColumns.All.Count; i++) sheet.Cells[1, i].Format = sheet.Cells[1, i].Format.WithNumberFormat(FormatOf(RecordColumns.All[i].Name));
        using var template = new MemoryStream();
        workbook.SaveToStream(template);
        await XlsxRows.FillAsync(template, output, 1, 2, RowsAsync(entries, token), token);
    }

    private static string FormatOf(string column) => column.EndsWith("_cost", StringComparison.Ordinal) ? SheetCells.ExactMoney
        : column.EndsWith("_units", StringComparison.Ordinal) || column.EndsWith("_ms", StringComparison.Ordinal) ? SheetCells.Count : "@";

    private static async IAsyncEnumerable<XlsxCell[]> RowsAsync(IAsyncEnumerable<LedgerEntry> entries, [EnumeratorCancellation] CancellationToken token)
    {
        var rows = 0;
        await foreach (var entry in entries.WithCancellation(token))
        {
            if (rows++ == MaxRows) break;
            yield return [.. RecordColumns.All.Select(column => column.Cell(entry))];
        }
    }
}
