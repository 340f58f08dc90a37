using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using AiPortal.Tests.Billing;
using AiPortal.Tests.Fixtures;
using Microsoft.Playwright;
using Radzen.Documents.Spreadsheet;

namespace AiPortal.Tests.Browser;

/// <summary>The first ten minutes of a manager: a key, a call with it, the figure that rises, the receipt, the bill in both files.</summary>
public sealed class FirstCallJourneyTests(PortalHost host, ChromiumBrowser browser) : IClassFixture<PortalHost>, IClassFixture<ChromiumBrowser>
{
    [Fact]
    public async Task Manager_FromTheFirstKeyToTheFirstBill_SeesTheSameAmountsEverywhere()
    {
        using var made = await host.Admin.PostAsJsonAsync("/api/v1/providers", new { name = "Sandbox", kind = "sandbox" });
        made.EnsureSuccessStatusCode();
        await using var visit = await browser.VisitAsync(host.BaseUrl);
        var page = visit.Page;
        await visit.SignInAsync("/keys");

        await page.Locator(".page-header .button-primary").ClickAsync();
        await page.FillAsync("#key-name", "Journey");
        await page.FillAsync("#key-budget", "5");
        await page.Keyboard.PressAsync("Enter");
        var secret = (await page.Locator("[data-secret]").TextContentAsync())!.Trim();
        Assert.StartsWith("sk-ap-", secret, StringComparison.Ordinal);
        await page.Locator(".secret-foot .button-primary").ClickAsync();
        await Assertions.Expect(page.Locator(".rz-data-row")).ToContainTextAsync("Journey");
        await Assertions.Expect(page.Locator("[data-secret]")).ToHaveCountAsync(0);

        // The first call is there when the dashboard opens, the second lands under it.
        using var application = host.WithBearer(secret);
        var first = await CallAsync(application);
        await RecordedAsync(1);
        await page.GotoAsync("/");
        var today = page.Locator(".tiles").First;
        await Assertions.Expect(today).ToContainTextAsync(Cents(first));
        await page.EvaluateAsync("() => { window.sameDocument = true; }");
        var second = await CallAsync(application);
        await Assertions.Expect(today).ToContainTextAsync(Cents(first + second));
        Assert.True(await page.EvaluateAsync<bool>("() => window.sameDocument === true"));

        await RecordedAsync(2);
        await page.GotoAsync("/calls");
        await page.Locator(".rz-data-row").First.ClickAsync();
        await Assertions.Expect(page.Locator(".drawer")).ToContainTextAsync(second.ToString("0.000000", CultureInfo.InvariantCulture));
        await Assertions.Expect(page.Locator(".drawer")).ToContainTextAsync("Journey");
        await BillAsync(page, first + second);
    }

    /// <summary>The running month is billed early; page, API, workbook and print say the same total.</summary>
    private async Task BillAsync(IPage page, decimal spent)
    {
        await page.GotoAsync("/bills");
        await page.GetByRole(AriaRole.Button, new() { Name = "New bill" }).First.ClickAsync();
        var month = page.Locator("#bill-period[max]");
        await month.FillAsync((await month.GetAttributeAsync("max"))!);
        await page.GetByRole(AriaRole.Button, new() { Name = "Create draft" }).ClickAsync();
        await Assertions.Expect(page.Locator("main h1")).ToContainTextAsync("Draft");
        await page.GetByRole(AriaRole.Button, new() { Name = "Finalize" }).ClickAsync();
        await page.Locator(".confirm").GetByRole(AriaRole.Button, new() { Name = "Finalize" }).ClickAsync();
        await Assertions.Expect(page.Locator("main h1")).ToContainTextAsync("-ORG-1");

        var bill = await host.Admin.GetFromJsonAsync<JsonElement>("/api/v1/bills/" + new Uri(page.Url).Segments[^1]);
        var total = bill.GetProperty("total").GetDecimal();
        Assert.Equal(decimal.Round(spent, 2), total);
        Assert.True(total > 0);
        var summary = Workbook.LoadFromStream(new MemoryStream(await DownloadAsync(page, "Excel"))).GetSheet("Summary")!;
        var row = Enumerable.Range(0, summary.RowCount).Single(row => summary.Cells[row, 0].Value as string == "Total (USD)");
        Assert.Equal(total, Convert.ToDecimal(summary.Cells[row, 1].Value, CultureInfo.InvariantCulture));
        var pdf = await BillPdfTests.TextAsync(await DownloadAsync(page, "PDF"));
        Assert.Contains(total.ToString("0.00", CultureInfo.InvariantCulture), pdf, StringComparison.Ordinal);
        Assert.Contains(bill.GetProperty("number").GetString()!, pdf, StringComparison.Ordinal);
    }

    private static async Task<byte[]> DownloadAsync(IPage page, string name)
    {
        var download = await page.RunAndWaitForDownloadAsync(() => page.GetByRole(AriaRole.Button, new() { Name = name, Exact = true }).ClickAsync());
        return await File.ReadAllBytesAsync(await download.PathAsync());
    }

    private static async Task<decimal> CallAsync(HttpClient application)
    {
        var content = string.Concat(Enumerable.Repeat("A long question. ", 4000));
        using var answer = await application.PostAsJsonAsync("/v1/chat/completions", new { model = "sandbox-large", messages = new[] { new { role = "user", content } } });
        answer.EnsureSuccessStatusCode();
        return decimal.Parse(answer.Headers.GetValues("x-portal-cost-usd").Single(), CultureInfo.InvariantCulture);
    }

    private async Task RecordedAsync(int count)
    {
        var began = TimeProvider.System.GetTimestamp();
        while ((await host.Admin.GetFromJsonAsync<JsonElement>("/api/v1/cost/records")).GetProperty("data").GetArrayLength() < count)
            Assert.True(TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromSeconds(10), "the call is not on the ledger");
    }

    private static string Cents(decimal cost) => "$" + cost.ToString("0.00", CultureInfo.InvariantCulture);
}
