using System.Globalization;
using System.Runtime.CompilerServices;
using AiPortal.Core.Billing;
using AiPortal.Core.Data;
using AiPortal.Exports;
using Radzen.Documents.Spreadsheet;

namespace AiPortal.Billing;

/// <summary>Every ledger entry of the bill, exact, streamed.</summary>
internal static class BillDetailSheet
{
    private const string Text = "@";
    private const string Instant = "yyyy-mm-dd hh:mm:ss";
    private const int TotalCost = 21;

    // Excel counts days from here.
    private static readonly DateTime Epoch = new(1899, 12, 30, 0, 0, 0, DateTimeKind.Unspecified);

    private static readonly (string Title, double Width, string Format)[] Columns =
    [
        ("Column.Time", 140, Instant), ("Column.Kind", 90, Text), ("Column.Outcome", 80, Text), ("Column.Estimated", 80, Text),
        ("Column.CostCenter", 150, Text), ("Column.Team", 130, Text), ("Column.Project", 130, Text), ("Column.Key", 130, Text),
        ("Column.Provider", 110, Text), ("Column.Model", 170, Text),
        ("Column.Input", 90, SheetCells.Count), ("Column.CachedInput", 90, SheetCells.Count), ("Column.CacheWrite", 90, SheetCells.Count),
        ("Column.Output", 90, SheetCells.Count), ("Column.Reasoning", 90, SheetCells.Count),
        ("Column.InputCost", 110, SheetCells.ExactMoney), ("Column.CachedInputCost", 110, SheetCells.ExactMoney),
        ("Column.CacheWriteCost", 110, SheetCells.ExactMoney), ("Column.OutputCost", 110, SheetCells.ExactMoney),
        ("Column.ReasoningCost", 110, SheetCells.ExactMoney), ("Column.BaseCost", 110, SheetCells.ExactMoney),
        ("Column.TotalUsd", 120, SheetCells.ExactMoney), ("Column.UnresolvedUsd", 120, SheetCells.ExactMoney),
        ("Column.RequestId", 260, Text), ("Column.EntryId", 260, Text), ("Column.Corrects", 260, Text), ("Column.Reason", 200, Text),
    ];

    /// <summary>Header and template row.</summary>
    public static void Add(Workbook workbook, BillWords words)
    {
        var sheet = workbook.AddSheet(words["Sheet.Detail"], 2, Columns.Length);
        sheet.Header([.. Columns.Select(column => (words[column.Title], column.Width))]);
        for (var i = 0; i < Columns.Length; i++) sheet.Cells[1, i].Format = sheet.Cells[1, i].Format.WithNumberFormat(Columns[i].Format);
    }

    public static async IAsyncEnumerable<XlsxCell[]> RowsAsync(
        IAsyncEnumerable<BillEntry> entries, Bill bill, BillWords words, [EnumeratorCancellation] CancellationToken token)
    {
        var count = 0;
        decimal total = 0, unresolved = 0;
        await foreach (var entry in entries.WithCancellation(token))
        {
            if (count == BillWorkbook.MaxEntries)
            {
                yield return [new(Text: words.Of("Detail.Cut", BillWorkbook.MaxEntries))];
                break;
            }

            count++;
            total += entry.Entry.TotalCost;
            unresolved += entry.Entry.UnresolvedCost;
            yield return Row(entry, bill, words);
        }

        if (count > 0) yield return Totals(count, total, unresolved, words);
    }

    private static XlsxCell[] Row(BillEntry row, Bill bill, BillWords words)
    {
        var e = row.Entry;
        return
        [
            new(Number: decimal.Round((BillHeader.Local(e.StartedAt, bill) - Epoch).Ticks / (decimal)TimeSpan.TicksPerDay, 10)),
            new(EnumWord.Of(e.Kind)), new(EnumWord.Of(e.Status)), new(words[e.Estimated ? "Yes" : "No"]),
            new(row.CostCenter), new(row.Team), new(row.Project), new(row.Key), new(e.ProviderName), new(e.ModelName),
            new(Number: e.InputUnits), new(Number: e.CachedInputUnits), new(Number: e.CacheWriteUnits), new(Number: e.OutputUnits), new(Number: e.ReasoningUnits),
            new(Number: e.InputCost), new(Number: e.CachedInputCost), new(Number: e.CacheWriteCost), new(Number: e.OutputCost),
            new(Number: e.ReasoningCost), new(Number: e.BaseCost), new(Number: e.TotalCost), new(Number: e.UnresolvedCost),
            new(e.RequestId.ToString()), new(e.Id.ToString()), new(e.CorrectsId?.ToString()), new(e.Reason),
        ];
    }

    private static XlsxCell[] Totals(int count, decimal total, decimal unresolved, BillWords words)
    {
        var row = new XlsxCell[TotalCost + 2];
        row[1] = new XlsxCell(words["Total.Row"]);
        row[TotalCost] = Sum(TotalCost, total);
        row[TotalCost + 1] = Sum(TotalCost + 1, unresolved);
        return row;

        XlsxCell Sum(int column, decimal value)
        {
            var letter = XlsxRows.ColumnName(column);
            return new XlsxCell(Number: value, Formula: string.Create(CultureInfo.InvariantCulture, $"SUM({letter}2:{letter}{count + 1})"));
        }
    }
}
