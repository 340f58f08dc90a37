using AiPortal.Core.Billing;
using AiPortal.Exports;
using Radzen.Documents.Spreadsheet;

namespace AiPortal.Billing;

/// <summary>A bill as an Excel workbook: summary, lines, and the ledger entries behind them. Amounts are numbers, totals formulas.</summary>
internal static class BillWorkbook
{
    /// <summary>Entries beyond it are left to the ledger's own export, and the sheet says so.</summary>
    public const int MaxEntries = 200_000;

    public const string ContentType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

    /// <param name="bill">What to write.</param>
    /// <param name="entries">One more than <see cref="MaxEntries"/> at most.</param>
    /// <param name="words">Names of sheets and columns.</param>
    /// <param name="output">Takes the file.</param>
    /// <param name="token">Ends it between rows.</param>
    public static async Task WriteAsync(BillView bill, IAsyncEnumerable<BillEntry> entries, BillWords words, Stream output, CancellationToken token)
    {
        var workbook = new Workbook();
        var summary = workbook.AddSheet(words["Sheet.Summary"], 200, 4);
        var totals = new Dictionary<string, string>();
        foreach (var section in BillSections.All)
        {
            var lines = bill.Of(section).ToList();
            if (lines.Count > 0 || section == BillSections.Usage)
                totals[section] = BillLineSheet.Add(workbook, words["Sheet." + section], lines, bill.Bill, words);
        }

        BillSummarySheet.Fill(summary, bill, totals, words);
        BillDetailSheet.Add(workbook, words);
        using var template = new MemoryStream();
        workbook.SaveToStream(template);
        await XlsxRows.FillAsync(template, output, workbook.Sheets.Count, 2, BillDetailSheet.RowsAsync(entries, bill.Bill, words, token), token);
    }
}
