using System.Globalization;
using AiPortal.Core.Billing;
using AiPortal.Exports;
using Radzen.Documents.Spreadsheet;

namespace AiPortal.Billing;

/// <summary>The lines of one section with a total row below them.</summary>
internal static class BillLineSheet
{
    private const int FirstCount = 6;
    private const int AmountUsd = 11;
    private const int Amount = 12;

    /// <summary>Gives the reference of the printed total, for a formula of another sheet.</summary>
    public static string Add(Workbook workbook, string name, List<BillLine> lines, Bill bill, BillWords words)
    {
        var sheet = workbook.AddSheet(name, lines.Count + 3, Amount + 1);
        sheet.Header([
            (words["Column.CostCenter"], 170), (words["Column.Team"], 150), (words["Column.Project"], 150), (words["Column.Provider"], 110),
            (words["Column.Model"], 180), (words["Column.CostType"], 80), (words["Column.Requests"], 90), (words["Column.Input"], 110),
            (words["Column.CachedInput"], 110), (words["Column.Output"], 110), (words["Column.Reasoning"], 110),
            (words["Column.AmountUsd"], 130), (words.Of("Column.Amount", bill.Currency), 120),
        ]);
        sheet.BeginUpdate();
        for (var i = 0; i < lines.Count; i++) Fill(sheet, i + 1, lines[i], words);
        sheet.EndUpdate();

        // A section without lines sums its empty first row.
        var last = Math.Max(lines.Count, 1) + 1;
        sheet.Text(last, 0, words["Total." + (lines.Count > 0 ? lines[0].Section : BillSections.Usage)]).Bold();
        for (var column = FirstCount; column < AmountUsd; column++) sheet.Formula(last, column, Sum(column, last), SheetCells.Count).Bold();
        sheet.Formula(last, AmountUsd, Sum(AmountUsd, last), SheetCells.ExactMoney).Bold();
        // Rounded because Excel adds binary fractions, and a cent must stay a cent.
        sheet.Formula(last, Amount, $"=ROUND({Sum(Amount, last)[1..]},2)", SheetCells.Money).Bold();
        return string.Create(CultureInfo.InvariantCulture, $"'{name}'!{XlsxRows.ColumnName(Amount)}{last + 1}");
    }

    private static void Fill(Worksheet sheet, int row, BillLine line, BillWords words)
    {
        var unattributed = words["Unattributed"];
        string?[] texts = [line.CostCenterName ?? unattributed, line.TeamName ?? unattributed, line.ProjectName ?? unattributed,
            line.ProviderName, line.ModelName, line.CostType];
        long[] counts = [line.Requests, line.InputUnits, line.CachedInputUnits, line.OutputUnits, line.ReasoningUnits];
        for (var i = 0; i < texts.Length; i++) sheet.Text(row, i, texts[i]);
        for (var i = 0; i < counts.Length; i++) sheet.Number(row, FirstCount + i, counts[i], SheetCells.Count);
        sheet.Number(row, AmountUsd, line.AmountUsd, SheetCells.ExactMoney);
        sheet.Number(row, Amount, line.Amount, SheetCells.Money);
    }

    private static string Sum(int column, int last)
    {
        var letter = XlsxRows.ColumnName(column);
        return string.Create(CultureInfo.InvariantCulture, $"=SUM({letter}2:{letter}{last})");
    }
}
