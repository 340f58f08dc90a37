using AiPortal.Shell;
using AiPortal.Tests.Access.Places;
using AiPortal.Tests.Api;
using AiPortal.Tests.Browser.Axe;
using Microsoft.Playwright;

namespace AiPortal.Tests.Browser;

/// <summary>The portal as managers of a department and of a project have it: their part of everything, and nothing of the neighbours'.</summary>
public sealed class PlacedManagerJourneyTests(TwoTeams company, ChromiumBrowser browser) : IClassFixture<TwoTeams>, IClassFixture<ChromiumBrowser>
{
    private const string Password = "a-long-enough-secret";

    /// <summary>What the menu offers them, no more and no less.</summary>
    private static readonly string[] Offered = ["/", "/calls", "/keys", "/my-keys", "/budgets", "/approvals", "/alerts", "/corrections", "/ledger-health", "/models", "/playground", "/api", "/members", "/access", "/structure", "/key-access"];

    [Theory]
    [InlineData("department", "en-US", 1440, ColorScheme.Light)]
    [InlineData("project", "zh-CN", 390, ColorScheme.Dark)]
    public async Task ManagerOfAPart_SeesItAlone_OnEveryPage(string kind, string language, int width, ColorScheme scheme)
    {
        await using var visit = await VisitAsync(kind, kind == "department" ? company.Blue.Department : company.Blue.Project, language, width, scheme);
        var page = visit.Page;
        var offered = await page.Locator(".rail .rail-link[href]").EvaluateAllAsync<string[]>("links => links.map(link => new URL(link.href).pathname)");
        Assert.Equal(Offered.Order(StringComparer.Ordinal), offered.Order(StringComparer.Ordinal));
        var faults = new List<string>();
        foreach (var path in PageQualityTests.Pages)
        {
            await page.GotoAsync(path);
            await visit.LiveAsync();
            await Assertions.Expect(page.Locator("main .skeleton, main .rz-datatable-loading")).ToHaveCountAsync(0);
            var html = await page.ContentAsync();
            faults.AddRange(company.Red.Secrets.Where(secret => html.Contains(secret, StringComparison.OrdinalIgnoreCase)).Select(secret => $"{path} shows {secret} of the neighbours"));
            faults.AddRange((await AxeAudit.OfAsync(page)).Select(fault => $"{path} {fault}"));
            if (await visit.ScrollsSidewaysAsync()) faults.Add($"{path} scrolls sideways");
            if (await page.Locator(".notice-page[role=alert]").CountAsync() > 0) faults.Add($"{path} failed");
        }

        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    [Fact]
    public async Task ManagerOfADepartment_LowersABudget_MakesAKey_Approves()
    {
        await using var visit = await VisitAsync("department", company.Blue.Department);
        var page = visit.Page;

        // A team's budget is his to lower.
        await page.GotoAsync("/budgets");
        await page.Locator(".rz-data-row", new() { HasText = "azurine team budget" }).Locator(".budget-own").ClickAsync();
        await Assertions.Expect(page.Locator(".drawer")).ToContainTextAsync("$100.00");
        await page.Locator(".drawer-foot .button-primary").ClickAsync();
        await page.FillAsync("#budget-total", "60");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator(".drawer")).ToContainTextAsync("$60.00");

        // A key of a team that he may choose.
        await page.GotoAsync("/keys");
        await page.Locator(".page-header .button-primary").ClickAsync();
        await page.FillAsync("#key-name", "from the department");
        await page.SelectOptionAsync("#key-team", new SelectOptionValue { Label = "azurine team" });
        Assert.DoesNotContain("crimsoned", await page.Locator(".rz-dialog").InnerTextAsync(), StringComparison.Ordinal);
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator("[data-secret]")).ToBeVisibleAsync();
        await page.Locator(".secret-foot .button-primary").ClickAsync();
        await Assertions.Expect(page.Locator(".rz-data-row").First).ToContainTextAsync("from the department");

        // What is asked for in his part waits for him.
        await page.GotoAsync("/approvals");
        await page.Locator(".approval-open", new() { HasText = "azurine doomed" }).ClickAsync();
        await page.Locator(".drawer .button-primary").ClickAsync();
        await Assertions.Expect(page.Locator(".approval-badges").First).ToContainTextAsync("Approved");

        var admin = company.Host.Admin;
        Assert.Equal(60, (await admin.GetApiAsync($"/cost/quotas/{company.Blue.TeamBudget}")).Json.GetProperty("total_quota").GetDecimal());
        Assert.Equal("approved", (await admin.GetApiAsync($"/approvals/{company.Blue.Approval}")).Text("status"));
    }

    [Fact]
    public async Task ManagerOfAProject_OnAPhone_ChangesWhatIsInIt_AndNotItsOwnLimit()
    {
        var own = await company.CreateAsync("/cost/quotas", new { name = "azurine project budget", quota_type = "project", scope_id = company.Blue.Project, total_quota = 50, period_type = "monthly" });
        await using var visit = await VisitAsync("project", company.Blue.Project, width: 390);
        var page = visit.Page;

        // The limit that others set him is there to be seen; for more of it he asks.
        await page.GotoAsync("/budgets");
        await page.Locator(".rz-data-row", new() { HasText = "azurine project budget" }).Locator(".budget-own").ClickAsync();
        await Assertions.Expect(page.Locator(".drawer")).ToContainTextAsync("$50.00");
        await Assertions.Expect(page.Locator(".drawer-foot button")).ToHaveCountAsync(0);
        await Assertions.Expect(page.Locator($".drawer-foot a[href='/budgets/{own.Id}/request']")).ToBeVisibleAsync();

        // A key's in his project he lowers.
        await page.GotoAsync($"/budgets?open={company.Blue.KeyBudget}");
        await Assertions.Expect(page.Locator(".drawer")).ToContainTextAsync("$5.00");
        await page.Locator(".drawer-foot .button-primary").ClickAsync();
        await page.FillAsync("#budget-total", "4");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator(".drawer")).ToContainTextAsync("$4.00");
        Assert.False(await visit.ScrollsSidewaysAsync());

        // What lies beside or above is not there.
        foreach (var path in new[] { "/settings", "/audit", "/bills", "/providers", "/vault" })
        {
            await page.GotoAsync(path);
            await visit.LiveAsync();
            await Assertions.Expect(page.Locator("main .empty-state")).ToBeVisibleAsync();
            await Assertions.Expect(page.Locator("main .button-primary")).ToHaveCountAsync(0);
        }

        await page.GotoAsync($"/keys/{company.Red.Key}");
        await visit.LiveAsync();
        Assert.DoesNotContain("crimsoned", await page.ContentAsync(), StringComparison.Ordinal);
    }

    private async Task<Visit> VisitAsync(string kind, Guid part, string language = "en-US", int width = 1440, ColorScheme scheme = ColorScheme.Light)
    {
        var email = $"{kind}-{Guid.CreateVersion7(TimeProvider.System.GetUtcNow()):N}@example.com";
        await company.CreateAsync("/members", new { email, name = $"Manager of a {kind}", role = "manager", scope_type = kind, scope_id = part, password = Password });
        var visit = await browser.VisitAsync(company.Host.BaseUrl, language, width, 900, scheme);
        await visit.SignInAsync("/", email, Password);
        return visit;
    }
}
