using System.Globalization;
using System.IO.Compression;
using AiPortal.Billing;
using AiPortal.Core.Billing;
using Radzen.Documents.Spreadsheet;
using Xunit;

namespace AiPortal.Tests.Billing;

public sealed class BillWorkbookTests
{
    [Fact]
    public async Task Workbook_ReadAgain_HasTheBillsTotalsAsFormulasWithTheirValues()
    {
        var bill = SampleBills.Small(7.1234m, "CNY");
        using var file = await WriteAsync(bill, 3);
        var workbook = Workbook.LoadFromStream(file);

        Assert.Equal(["Summary", "Lines", "Adjustments", "Unresolved", "Detail"], workbook.Sheets.Select(sheet => sheet.Name));
        var summary = workbook.GetSheet("Summary")!;
        Assert.Equal((double)bill.Bill.Subtotal, Beside(summary, "Usage").Value);
        Assert.Equal((double)bill.Bill.Adjustments, Beside(summary, "Adjustments").Value);
        Assert.Equal((double)bill.Bill.Total, Beside(summary, "Total (CNY)").Value);
        Assert.Equal((double)bill.Bill.Unresolved, Beside(summary, "Unresolved, outside the total").Value);
        Assert.StartsWith("=ROUND(", Beside(summary, "Total (CNY)").Formula, StringComparison.Ordinal);
        Assert.Equal("2026-10-ORG-1", Beside(summary, "Bill number").Value);
        Assert.Equal("2026-10-01 – 2026-10-31", Beside(summary, "Period").Value);

        var lines = workbook.GetSheet("Lines")!;
        Assert.Equal(1, lines.Rows.Frozen);
        Assert.Equal("=ROUND(SUM(M2:M4),2)", lines.Cells[4, 12].Formula);
        Assert.Equal((double)bill.Bill.Subtotal, lines.Cells[4, 12].Value);
        Assert.Equal(bill.Bill.Subtotal, Enumerable.Range(1, 3).Sum(row => Convert.ToDecimal(lines.Cells[row, 12].Value, CultureInfo.InvariantCulture)));
        Assert.Equal("#,##0.00", lines.Cells[1, 12].Format.NumberFormat);
    }

    [Fact]
    public async Task Workbook_NamesLikeFormulas_StayText()
    {
        using var file = await WriteAsync(SampleBills.Small(), 2);
        var workbook = Workbook.LoadFromStream(file);
        var cells = workbook.Sheets.SelectMany(sheet => Enumerable.Range(0, sheet.RowCount)
            .SelectMany(row => Enumerable.Range(0, sheet.ColumnCount).Select(column => sheet.Cells[row, column]))).ToList();

        foreach (var name in new[] { SampleBills.Formula, "+1 成本中心", "-客服助手", "@SUM(1)", "=cmd|' /C calc'!A0" })
            Assert.All(cells.Where(cell => cell.Value as string == name), cell => Assert.Null(cell.Formula));
        foreach (var name in new[] { SampleBills.Formula, "+1 成本中心", "-客服助手", "@SUM(1)", "=cmd|' /C calc'!A0", "gpt-4o <mini> & co" })
            Assert.Contains(cells, cell => cell.Value as string == name);
        Assert.All(cells.Where(cell => cell.Formula is not null), cell => Assert.Matches("^=(ROUND|SUM|'|B)", cell.Formula));
    }

    [Fact]
    public async Task Detail_ManyEntries_IsStreamedExactWithItsSum()
    {
        using var file = await WriteAsync(SampleBills.Small(), 25_000);
        file.Position = 0;
        using var zip = new ZipArchive(file, ZipArchiveMode.Read);
        using var reader = new StreamReader(zip.GetEntry("xl/worksheets/sheet5.xml")!.Open());
        var xml = await reader.ReadToEndAsync();

        Assert.Contains("<v>0.00000015</v>", xml, StringComparison.Ordinal);
        Assert.Contains("<f>SUM(V2:V25001)</f><v>0.00375</v>", xml, StringComparison.Ordinal);
        Assert.Contains("<pane ", xml, StringComparison.Ordinal);
        // 2026-10-01 09:02:03 in Shanghai.
        Assert.Contains("<v>46296.3764236111</v>", xml, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Workbook_Chinese_NamesSheetsAndColumns()
    {
        using var file = await WriteAsync(SampleBills.Small(), 1, "zh-CN");
        var workbook = Workbook.LoadFromStream(file);

        Assert.Equal(["汇总", "明细", "调整", "未决", "逐笔记录"], workbook.Sheets.Select(sheet => sheet.Name));
        Assert.Equal((double)SampleBills.Small().Bill.Total, Beside(workbook.Sheets[0], "合计（USD）").Value);
        Assert.Equal("成本中心", workbook.Sheets[1].Cells[0, 0].Value);
    }

    [Fact]
    public async Task Workbook_EmptyBill_HasZeroTotals()
    {
        using var file = await WriteAsync(SampleBills.Of([], 1m, "USD"), 0);
        var workbook = Workbook.LoadFromStream(file);

        Assert.Equal(0d, Beside(workbook.GetSheet("Summary")!, "Total (USD)").Value);
        Assert.Equal(["Summary", "Lines", "Detail"], workbook.Sheets.Select(sheet => sheet.Name));
    }

    [Theory]
    [InlineData("tr-TR")]
    [InlineData("de-DE")]
    [InlineData("fa-IR")]
    public async Task Workbook_UnderAnyCulture_IsTheSame(string culture)
    {
        var usual = await SheetAsync("en");
        Assert.Equal(usual, await SheetAsync(culture));

        static async Task<string> SheetAsync(string name)
        {
            CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo(name);
            using var file = await WriteAsync(SampleBills.Small(), 2);
            file.Position = 0;
            using var zip = new ZipArchive(file, ZipArchiveMode.Read);
            using var reader = new StreamReader(zip.GetEntry("xl/worksheets/sheet2.xml")!.Open());
            var xml = await reader.ReadToEndAsync();
            return xml[xml.IndexOf("<sheetData>", StringComparison.Ordinal)..];
        }
    }

    [Fact]
    public void Csv_NamesLikeFormulas_AreDefusedAndQuoted()
    {
        var csv = System.Text.Encoding.UTF8.GetString(BillCsv.Of(SampleBills.Small()));

        Assert.StartsWith("\uFEFFbill_number,", csv, StringComparison.Ordinal);
        Assert.Contains(",\"'=HYPERLINK(\"\"http://evil.example\"\",\"\"x\"\")\",", csv, StringComparison.Ordinal);
        Assert.Contains(",'@SUM(1),", csv, StringComparison.Ordinal);
        Assert.Contains(",12.345678901234,12.3", csv, StringComparison.Ordinal);
        Assert.Equal(SampleBills.Small().Lines.Count + 1, csv.Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Length);
    }

    private static async Task<MemoryStream> WriteAsync(BillView bill, int entries, string culture = "en")
    {
        var file = new MemoryStream();
        await BillWorkbook.WriteAsync(bill, SampleBills.Entries(entries), new BillWords(CultureInfo.GetCultureInfo(culture)), file, CancellationToken.None);
        file.Position = 0;
        return file;
    }

    private static Cell Beside(Worksheet sheet, string label)
    {
        var row = Enumerable.Range(0, sheet.RowCount).First(row => sheet.Cells[row, 0].Value as string == label);
        return sheet.Cells[row, 1];
    }
}
