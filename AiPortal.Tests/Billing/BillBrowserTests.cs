using AiPortal.Core.Data;
using AiPortal.Tests.Api;
using AiPortal.Tests.Browser;
using AiPortal.Tests.Fixtures;
using Microsoft.Playwright;
using Radzen.Documents.Spreadsheet;
using Xunit;

namespace AiPortal.Tests.Billing;

/// <summary>Closing a month in a real browser.</summary>
public sealed class BillBrowserTests(PortalHost host, ChromiumBrowser browser) : IClassFixture<PortalHost>, IClassFixture<ChromiumBrowser>
{
    private static readonly DateTimeOffset Month = new DateTimeOffset(TimeProvider.System.GetUtcNow().Year, TimeProvider.System.GetUtcNow().Month, 1, 0, 0, 0, TimeSpan.Zero).AddMonths(-1);

    [Fact]
    public async Task Bill_DraftFinalizeAndDownload_ShowsTheSameTotalEverywhere()
    {
        await FillAsync();
        await using var visit = await browser.VisitAsync(host.BaseUrl);
        var page = visit.Page;
        await visit.SignInAsync("/bills");
        await Assertions.Expect(page.GetByText("No bills yet")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "New bill" }).First.ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Create draft" }).ClickAsync();
        await Assertions.Expect(page.Locator("main h1")).ToHaveTextAsync($"Draft {Month:yyyy-MM}");
        await Assertions.Expect(page.Locator(".stat-value").First).ToHaveTextAsync("$1,234.57");
        await page.GetByRole(AriaRole.Button, new() { Name = "Model" }).ClickAsync();
        await Assertions.Expect(page.Locator(".bill-total")).ToContainTextAsync("1,234.57");

        await page.GetByRole(AriaRole.Button, new() { Name = "Finalize" }).ClickAsync();
        await page.Locator(".confirm").GetByRole(AriaRole.Button, new() { Name = "Finalize" }).ClickAsync();
        await Assertions.Expect(page.Locator("main h1")).ToHaveTextAsync($"{Month:yyyy-MM}-ORG-1");

        var xlsx = await DownloadAsync(page, "Excel");
        var summary = Workbook.LoadFromStream(new MemoryStream(xlsx)).GetSheet("Summary")!;
        Assert.Contains(Enumerable.Range(0, summary.RowCount), row => summary.Cells[row, 0].Value as string == "Total (USD)" && summary.Cells[row, 1].Value is 1234.57);
        var pdf = await BillPdfTests.TextAsync(await DownloadAsync(page, "PDF"));
        Assert.Contains("1,234.57", pdf, StringComparison.Ordinal);
        Assert.Contains("研发部", pdf, StringComparison.Ordinal);
        Assert.StartsWith("\uFEFFbill_number", System.Text.Encoding.UTF8.GetString(await DownloadAsync(page, "CSV")), StringComparison.Ordinal);
        // The downloads left the page, and its circuit, where they were.
        await page.GetByRole(AriaRole.Button, new() { Name = "Team" }).ClickAsync();
        await Assertions.Expect(page.Locator(".bill-name").GetByText("研发部")).ToBeVisibleAsync();
        await LookAsync(page.Url);
    }

    [Fact]
    public async Task Ticket_SecondUseOrAnotherPerson_OpensNothing()
    {
        var draft = await host.Admin.PostApiAsync("/bills", new { period = $"{Month.AddMonths(-1):yyyy-MM}" });
        using var finance = await host.MemberAsync("finance", "finance@example.com");
        await using var mine = await browser.VisitAsync(host.BaseUrl);
        await using var others = await browser.VisitAsync(host.BaseUrl);
        await others.SignInAsync("/bills", "finance@example.com", "a-long-enough-secret");
        await mine.SignInAsync($"/bills/{draft.Id}");
        var ticket = new TaskCompletionSource<string>();
        await mine.Page.RouteAsync("**/downloads/*", route =>
        {
            ticket.TrySetResult(route.Request.Url);
            return route.AbortAsync();
        });
        await mine.Page.GetByRole(AriaRole.Button, new() { Name = "CSV" }).ClickAsync();
        var address = await ticket.Task.WaitAsync(TimeSpan.FromSeconds(30));

        Assert.Equal(404, (await others.Context.APIRequest.GetAsync(address)).Status);
        Assert.Equal(200, (await mine.Context.APIRequest.GetAsync(address)).Status);
        Assert.Equal(404, (await mine.Context.APIRequest.GetAsync(address)).Status);
        // Who is not signed in is sent to sign in, and would come back to a spent ticket.
        Assert.Equal("/sign-in", (await host.Anonymous().GetAsync(address)).RequestMessage!.RequestUri!.AbsolutePath);
    }

    [Fact]
    public async Task List_FilteredToNothingAndBack_ShowsTheRowsAgain()
    {
        using var finance = await host.MemberAsync("finance", "filter@example.com");
        await finance.PostApiAsync("/bills", new { period = $"{Month.AddMonths(-2):yyyy-MM}" });
        await using var visit = await browser.VisitAsync(host.BaseUrl);
        await visit.SignInAsync($"/bills?month={Month.AddMonths(-2):yyyy-MM}");
        var row = visit.Page.Locator("main a[href^='/bills/']");
        await Assertions.Expect(row).ToBeVisibleAsync();
        foreach (var _ in Enumerable.Range(0, 2))
        {
            await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Finalized", Exact = true }).ClickAsync();
            await Assertions.Expect(visit.Page.GetByText("No bill matches")).ToBeVisibleAsync();
            await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Drafts" }).ClickAsync();
            await Assertions.Expect(row).ToBeVisibleAsync();
        }
    }

    /// <summary>The page on the screens of UI.md, without sideways scrolling; kept as pictures where <c>AIPORTAL_SCREENS</c> names a folder.</summary>
    private async Task LookAsync(string bill)
    {
        var folder = Environment.GetEnvironmentVariable("AIPORTAL_SCREENS");
        foreach (var (language, width, scheme) in new[]
        {
            ("en-US", 1440, ColorScheme.Light), ("zh-CN", 1440, ColorScheme.Dark), ("en-US", 1366, ColorScheme.Dark), ("zh-CN", 390, ColorScheme.Light), ("en-US", 390, ColorScheme.Dark),
        })
        {
            await using var visit = await browser.VisitAsync(host.BaseUrl, language, width, 900, scheme);
            foreach (var path in new[] { "/bills", new Uri(bill).AbsolutePath })
            {
                if (path == "/bills") await visit.SignInAsync(path);
                else await visit.Page.GotoAsync(path);
                await visit.LiveAsync();
                await Assertions.Expect(visit.Page.Locator("main a[href^='/bills/'], .bill-facts").First).ToBeVisibleAsync();
                Assert.False(await visit.ScrollsSidewaysAsync(), $"{path} at {width} in {language}");
                if (folder is not null)
                    await visit.Page.ScreenshotAsync(new() { Path = Path.Combine(folder, $"{(path == "/bills" ? "bills" : "bill")}-{language}-{width}-{scheme}.png"), FullPage = true });
            }
        }
    }

    private static async Task<byte[]> DownloadAsync(IPage page, string name)
    {
        var download = await page.RunAndWaitForDownloadAsync(() => page.GetByRole(AriaRole.Button, new() { Name = name, Exact = true }).ClickAsync());
        return await File.ReadAllBytesAsync(await download.PathAsync());
    }

    private async Task FillAsync()
    {
        var team = await host.Admin.PostApiAsync("/teams", new { name = "研发部" });
        var center = await host.Admin.PostApiAsync("/cost-centers", new { name = "4711 Forschung & Entwicklung" });
        var project = await host.Admin.PostApiAsync("/projects", new { name = "客服助手", team_id = team.Id });
        await host.Database.ExecuteAsync("SELECT ensure_month_partitions($1)", Month);
        foreach (var (index, model, cost) in new[]
        {
            (1, "gpt-4o-mini", 1000.123456m), (2, "claude-sonnet-4-20250514", 200m), (3, "gemini-2.5-flash", 24.444m), (4, "deepseek-chat", 10m),
        })
            await host.Database.ExecuteAsync("""
                INSERT INTO ledger_entries (id, started_at, organization_id, request_id, attempt, final, kind, status, estimated, team_id, cost_center_id, project_id,
                  provider_name, model_name, request_type, cost_type, input_units, output_units, input_cost, total_cost)
                VALUES ($1, $2, $3, $1, 1, true, 'usage', 'ok', false, nullif($4, '')::uuid, nullif($5, '')::uuid, nullif($6, '')::uuid,
                  'openai', $7, 'chat', 'ai_api', 1234567, 34567, $8, $8)
                """, Ids.New(TimeProvider.System), Month.AddDays(index), host.OrganizationId, index < 4 ? team.Id.ToString() : "", index < 3 ? center.Id.ToString() : "",
                index == 1 ? project.Id.ToString() : "", model, cost);
    }
}
