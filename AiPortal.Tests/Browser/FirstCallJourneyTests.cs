using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using AiPortal.Tests.Fixtures;
using Microsoft.Playwright;

namespace AiPortal.Tests.Browser;

/// <summary>The first ten minutes of a manager: a key, a call with it, the figure that rises, the receipt. What follows, the bill, is in Billing.</summary>
public sealed class FirstCallJourneyTests(PortalHost host, ChromiumBrowser browser) : IClassFixture<PortalHost>, IClassFixture<ChromiumBrowser>
{
    [Fact]
    public async Task Manager_MakesAKeyAndACall_SeesTheCostRiseWithoutReloadAndItsReceipt()
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

        await page.GotoAsync("/calls");
        await page.Locator(".rz-data-row").First.ClickAsync();
        await Assertions.Expect(page.Locator(".drawer")).ToContainTextAsync(second.ToString("0.000000", CultureInfo.InvariantCulture));
        await Assertions.Expect(page.Locator(".drawer")).ToContainTextAsync("Journey");
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
