using System.Globalization;
using AiPortal.Core.Billing;
using AiPortal.Exports;
using Radzen.Documents.Spreadsheet;

namespace AiPortal.Billing;

/// <summary>What the bill is, its totals, and who and what they fall to.</summary>
internal static class BillSummarySheet
{
    private const int LargestShares = 30;

    public static void Fill(Worksheet sheet, BillView bill, Dictionary<string, string> totals, BillWords words)
    {
        sheet.Columns[0] = 230;
        sheet.Columns[1] = 330;
        sheet.Columns[2] = 110;
        var title = sheet.Text(0, 0, words["Title"]).Bold();
        title.Format = title.Format.WithFontSize(18);
        var row = 2;
        foreach (var (label, value) in BillHeader.Rows(bill, words))
        {
            sheet.Text(row, 0, words[label]);
            sheet.Text(row++, 1, value);
        }

        sheet.Text(row, 0, words["Header.ExchangeRate"]);
        sheet.Number(row++, 1, bill.Bill.ExchangeRate, "0.00######");
        row = Totals(sheet, row + 1, bill, totals, words);
        foreach (var dimension in Enum.GetValues<BillDimension>()) row = Shares(sheet, row + 1, bill, dimension, words);
    }

    private static int Totals(Worksheet sheet, int row, BillView bill, Dictionary<string, string> totals, BillWords words)
    {
        var first = row + 1;
        sheet.Text(row, 0, words["Total.usage"]);
        sheet.Formula(row++, 1, "=" + totals[BillSections.Usage], SheetCells.Money);
        sheet.Text(row, 0, words["Total.adjustment"]);
        AddTotal(BillSections.Adjustment);
        sheet.Text(row, 0, words.Of("Total.All", bill.Bill.Currency)).Bold();
        sheet.Formula(row++, 1, string.Create(CultureInfo.InvariantCulture, $"=ROUND(B{first}+B{first + 1},2)"), SheetCells.Money).Bold();
        sheet.Text(row, 0, words["Total.unresolved"]);
        AddTotal(BillSections.Unresolved);
        sheet.Text(row, 0, words["Total.Usd"]);
        sheet.Number(row++, 1, bill.Bill.TotalUsd, SheetCells.ExactMoney);
        return row;

        void AddTotal(string section)
        {
            if (totals.TryGetValue(section, out var reference)) sheet.Formula(row++, 1, "=" + reference, SheetCells.Money);
            else sheet.Number(row++, 1, 0, SheetCells.Money);
        }
    }

    private static int Shares(Worksheet sheet, int row, BillView bill, BillDimension dimension, BillWords words)
    {
        sheet.Text(row, 0, words["By." + dimension]).Bold();
        sheet.Text(row, 1, words.Of("Column.Amount", bill.Bill.Currency)).Bold();
        sheet.Text(row++, 2, words["Column.Requests"]).Bold();
        var shares = BillBreakdown.By(bill.Lines, dimension);
        foreach (var share in shares.Take(LargestShares)) Add(share with { Name = share.Name ?? words["Unattributed"] });
        if (shares.Count > LargestShares)
        {
            var rest = shares.Skip(LargestShares).ToList();
            Add(new BillShare(words.Of("Others", rest.Count), rest.Sum(share => share.Requests), rest.Sum(share => share.Amount)));
        }

        return row;

        void Add(BillShare share)
        {
            sheet.Text(row, 0, share.Name);
            sheet.Number(row, 1, share.Amount, SheetCells.Money);
            sheet.Number(row++, 2, share.Requests, SheetCells.Count);
        }
    }
}
