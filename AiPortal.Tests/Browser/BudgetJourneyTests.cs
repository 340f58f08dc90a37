using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using AiPortal.Tests.Api;
using AiPortal.Tests.Fixtures;
using Microsoft.Playwright;

namespace AiPortal.Tests.Browser;

/// <summary>A manager sets a budget, watches it fill, follows a figure to its calls, changes the budget and takes it away.</summary>
public sealed class BudgetJourneyTests(PortalHost host, ChromiumBrowser browser) : IClassFixture<PortalHost>, IClassFixture<ChromiumBrowser>
{
    /// <summary>Five clicks on a phone: the list, the budget, change, the figure, save.</summary>
    [Fact]
    public async Task Manager_LowersABudget_OnAPhone()
    {
        await host.Admin.PostAsJsonAsync("/api/v1/cost/quotas", new { name = "On the phone", quota_type = "organization", total_quota = 900, period_type = "yearly" });
        using var manager = await host.MemberAsync("manager", "phone-manager@example.com");
        await using var visit = await browser.VisitAsync(host.BaseUrl, width: 390, height: 844);
        var page = visit.Page;
        await visit.SignInAsync("/budgets", "phone-manager@example.com", "a-long-enough-secret");
        Assert.False(await visit.ScrollsSidewaysAsync());
        await page.Locator(".rz-data-row", new() { HasText = "On the phone" }).Locator(".budget-own").ClickAsync();
        await Assertions.Expect(page.Locator(".drawer")).ToContainTextAsync("$900.00");
        await page.Locator(".drawer-foot .button-primary").ClickAsync();
        await page.FillAsync("#budget-total", "400");
        Assert.False(await visit.ScrollsSidewaysAsync());
        await page.Locator(".rz-dialog .form-foot .button-primary").DblClickAsync();
        await Assertions.Expect(page.Locator(".drawer")).ToContainTextAsync("$400.00");

        var budgets = await manager.GetApiAsync("/cost/quotas");
        Assert.Equal(400, budgets.Data.Single(row => row.GetProperty("name").GetString() == "On the phone").GetProperty("total_quota").GetDecimal());
        var changes = (await host.Admin.GetApiAsync("/audit?action=budget.change")).Data.Where(row => row.GetProperty("subject_name").GetString() == "On the phone").ToList();
        Assert.Equal("manager", Assert.Single(changes).GetProperty("actor_name").GetString());
    }

    [Fact]
    public async Task Manager_TriesABudget_SeesItsBarMoveWithoutReload_FollowsItToItsCalls_ChangesAndDeletesIt()
    {
        using var made = await host.Admin.PostAsJsonAsync("/api/v1/providers", new { name = "Sandbox", kind = "sandbox" });
        made.EnsureSuccessStatusCode();
        using var issued = await host.Admin.PostAsJsonAsync("/api/v1/keys", new { name = "Journey" });
        using var application = host.WithBearer((await issued.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("key").GetString()!);
        var first = await CallAsync(application);
        var second = await CallAsync(application);
        await RecordedAsync(2);
        await using var visit = await browser.VisitAsync(host.BaseUrl);
        var page = visit.Page;
        await visit.SignInAsync("/budgets");
        await Assertions.Expect(page.Locator(".empty-state")).ToContainTextAsync("No budget yet");

        // Room for the first call only: the preview says what would have become of the second.
        await page.Locator(".page-header .button-primary").ClickAsync();
        await page.SelectOptionAsync("#budget-type", "Key");
        await page.SelectOptionAsync("#budget-scope", new SelectOptionValue { Label = "Journey" });
        await page.FillAsync("#budget-total", (first + second / 2).ToString(CultureInfo.InvariantCulture));
        await page.Keyboard.PressAsync("Tab");
        await Assertions.Expect(page.Locator("[data-trial='1']")).ToContainTextAsync("this would have blocked 1 call on 1 day");
        await page.FillAsync("#budget-total", "-1");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator("#budget-total-error")).ToContainTextAsync("Must be above 0");
        await page.FillAsync("#budget-total", "5");
        await page.Keyboard.PressAsync("Enter");

        var row = page.Locator(".rz-data-row");
        await Assertions.Expect(row).ToContainTextAsync("Journey, Monthly");
        await Assertions.Expect(row).ToContainTextAsync(Cents(first + second));
        await page.EvaluateAsync("() => { window.sameDocument = true; }");
        var third = await CallAsync(application);
        await Assertions.Expect(row).ToContainTextAsync(Cents(first + second + third));
        Assert.True(await page.EvaluateAsync<bool>("() => window.sameDocument === true"));

        await row.Locator(".budget-use").ClickAsync();
        await Assertions.Expect(page.Locator(".calls-count")).ToContainTextAsync("3 calls");
        Assert.Contains("key=", page.Url, StringComparison.Ordinal);
        await page.GoBackAsync();

        await row.Locator(".budget-own").ClickAsync();
        await Assertions.Expect(page.Locator(".drawer")).ToContainTextAsync(Cents(first + second + third));
        await page.Locator(".drawer-foot .button-primary").ClickAsync();
        await page.FillAsync("#budget-total", "8");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(row).ToContainTextAsync("8.00");
        await Assertions.Expect(page.Locator(".drawer")).ToContainTextAsync("$8.00");
        await page.Locator(".drawer-foot .button-plain").ClickAsync();
        await page.Locator(".confirm .button-stop").ClickAsync();
        await Assertions.Expect(page.Locator(".empty-state")).ToContainTextAsync("No budget yet");
        await Assertions.Expect(page.Locator(".drawer")).ToHaveCountAsync(0);

        // Over the tokens of one model: it begins with what the three calls used.
        await page.Locator(".page-header .button-primary").ClickAsync();
        await page.SelectOptionAsync("#budget-type", "Key");
        await page.SelectOptionAsync("#budget-scope", new SelectOptionValue { Label = "Journey" });
        await page.SelectOptionAsync("#budget-unit", "Tokens");
        await page.Locator(".form-more summary").ClickAsync();
        await page.FillAsync("#budget-model", "sandbox-*");
        await page.SelectOptionAsync("#budget-provider", new SelectOptionValue { Label = "Sandbox" });
        await page.FillAsync("#budget-total", "1000000");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(row).ToContainTextAsync("sandbox-*");
        await Assertions.Expect(row.Locator(".budget-sums")).ToContainTextAsync("tokens · ");
        await row.Locator(".budget-own").ClickAsync();
        await Assertions.Expect(page.Locator(".drawer")).ToContainTextAsync("1,000,000 tokens");
        await Assertions.Expect(page.Locator(".drawer .facts")).ToContainTextAsync("Sandbox");
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
            Assert.True(TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromSeconds(10), "the calls are not on the ledger");
    }

    private static string Cents(decimal cost) => "$" + cost.ToString("0.00", CultureInfo.InvariantCulture);
}
