using AiPortal.Core.Billing;
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

/// <summary>Formats that the sheets share.</summary>
internal static class SheetCells
{
    public const string Money = "#,##0.00";
    public const string ExactMoney = "#,##0.000000######";
    public const string Count = "#,##0";

    /// <summary>As text whatever it begins with: a team named <c>=1+1</c> must not calculate.</summary>
    public static Cell Text(this Worksheet sheet, int row, int column, string? text)
    {
        var cell = sheet.Cells[row, column];
        if (!string.IsNullOrEmpty(text)) cell.SetValue("'" + XlsxRows.Clean(text));
        return cell;
    }

    public static Cell Number(this Worksheet sheet, int row, int column, decimal number, string format)
    {
        var cell = sheet.Cells[row, column];
        cell.Value = number;
        cell.Format = cell.Format.WithNumberFormat(format);
        return cell;
    }

    public static Cell Formula(this Worksheet sheet, int row, int column, string formula, string format)
    {
        var cell = sheet.Cells[row, column];
        cell.Formula = formula;
        cell.Format = cell.Format.WithNumberFormat(format);
        return cell;
    }

    public static Cell Bold(this Cell cell)
    {
        cell.Format = cell.Format.WithBold(true);
        return cell;
    }

    public static void Header(this Worksheet sheet, IReadOnlyList<(string Title, double Width)> columns)
    {
        for (var i = 0; i < columns.Count; i++)
        {
            var cell = sheet.Text(0, i, columns[i].Title).Bold();
            cell.Format = cell.Format.WithBackgroundColor("#E8ECF1");
            sheet.Columns[i] = columns[i].Width;
        }

        sheet.Rows.Frozen = 1;
    }
}
