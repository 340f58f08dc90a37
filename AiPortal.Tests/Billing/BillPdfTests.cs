using System.Diagnostics;
using System.Globalization;
using AiPortal.Billing;
using AiPortal.Core.Billing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace AiPortal.Tests.Billing;

public sealed class BillPdfTests
{
    private static readonly CultureInfo English = CultureInfo.GetCultureInfo("en");
    private static readonly CultureInfo Chinese = CultureInfo.GetCultureInfo("zh-CN");

    [Fact]
    public async Task Pdf_SmallBill_HasNumberTotalsChineseNamesAndPageNumbers()
    {
        var bill = SampleBills.Small(7.1234m, "CNY");
        var text = await TextAsync(await Printing().PrintAsync(bill, English, CancellationToken.None));

        foreach (var part in new[]
        {
            "2026-10-ORG-1", "2026-10-01 – 2026-10-31", "示例科技", "研发部", "成本中心", "客服助手", "Asia/Shanghai", "CNY",
            bill.Bill.Total.ToString("N2", English), bill.Bill.Subtotal.ToString("N2", English), bill.Bill.Adjustments.ToString("N2", English),
            bill.Bill.ContentHash![..20],
        })
            Assert.Contains(part, text, StringComparison.Ordinal);
        Assert.Matches(@"\b1 ?/ ?\d", text);
        Assert.All(bill.Lines, line => Assert.Contains(line.Amount.ToString("N2", English), text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Pdf_Chinese_HasChineseWords()
    {
        var text = await TextAsync(await Printing().PrintAsync(SampleBills.Small(), Chinese, CancellationToken.None));

        Assert.Contains("账单", text, StringComparison.Ordinal);
        Assert.Contains("结算账单", text, StringComparison.Ordinal);
        Assert.Contains("未决金额（不计入合计）", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pdf_MoreLinesThanPrinted_SaysSoAndStillAddsUp()
    {
        var bill = SampleBills.Long(2101);
        var text = await TextAsync(await Printing().PrintAsync(bill, English, CancellationToken.None));

        Assert.Contains("2,000 of 2,101 lines are printed", text, StringComparison.Ordinal);
        Assert.Contains("Lines not printed here", text, StringComparison.Ordinal);
        Assert.Contains(bill.Bill.Total.ToString("N2", English), text, StringComparison.Ordinal);
        Assert.DoesNotContain("model-02050", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Html_NamesLikeMarkup_AreText()
    {
        var html = await Printing().HtmlAsync(SampleBills.Small(), English);

        Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(1, html.Split("</style>").Length - 1);
        Assert.Contains("default-src 'none'", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pdf_NoBrowser_SaysWhichKey()
    {
        var fault = await Assert.ThrowsAsync<PdfUnavailableException>(
            () => Printing("/nowhere/chromium").PrintAsync(SampleBills.Small(), English, CancellationToken.None));
        Assert.Contains("Portal:Chromium", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pdf_BrowserThatHangs_IsKilledWhenTheCallerLeaves()
    {
        var folder = Directory.CreateTempSubdirectory("aiportal-browser-").FullName;
        File.SetUnixFileMode(folder, (UnixFileMode)0b111_101_101);
        var (browser, mark) = (Path.Combine(folder, "browser"), $"{Random.Shared.Next(100_000, 999_999)}7");
        await File.WriteAllTextAsync(browser, $"#!/bin/sh\nsleep {mark} &\nwait\n");
        File.SetUnixFileMode(browser, (UnixFileMode)0b111_101_101);
        using var left = new CancellationTokenSource();
        var print = Printing(browser).PrintAsync(SampleBills.Small(), English, left.Token);
        while (!IsRunning(mark)) Assert.False(print.IsCompleted);
        await left.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => print);
        Assert.False(IsRunning(mark));
        Directory.Delete(folder, recursive: true);
    }

    private static BillPdf Printing(string? chromium = null) => new(new ServiceCollection().AddLogging().BuildServiceProvider(),
        NullLoggerFactory.Instance, new ChromiumPrinter(chromium, NullLogger<ChromiumPrinter>.Instance));

    private static bool IsRunning(string argument) => Directory.EnumerateDirectories("/proc").Any(folder =>
    {
        try
        {
            return File.ReadAllText(Path.Combine(folder, "cmdline")).Contains($"sleep\0{argument}", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
    });

    internal static async Task<string> TextAsync(byte[] pdf)
    {
        Assert.Equal("%PDF"u8, pdf.AsSpan(0, 4));
        using var process = Process.Start(new ProcessStartInfo("pdftotext", ["-layout", "-", "-"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            StandardOutputEncoding = System.Text.Encoding.UTF8,
        })!;
        var text = process.StandardOutput.ReadToEndAsync();
        await process.StandardInput.BaseStream.WriteAsync(pdf);
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        return await text;
    }
}
