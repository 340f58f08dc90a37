using System.Globalization;
using AiPortal.Core.Routing.Health;
using AiPortal.Tests.Api;
using AiPortal.Tests.Fixtures;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;

namespace AiPortal.Tests.Browser;

/// <summary>An administrator makes a route, sees by a dry run where a request would go, changes and deletes it; a failing account shows without a reload.</summary>
public sealed class RouteJourneyTests(PortalHost host, ChromiumBrowser browser) : IClassFixture<PortalHost>, IClassFixture<ChromiumBrowser>
{
    private async Task<Guid> AccountAsync(string name) => (await host.Admin.PostApiAsync("/providers", new
    {
        name,
        kind = "openai-compatible",
        base_url = "http://127.0.0.1:9/v1",
        allow_private = true,
        models = new[] { "gpt-journey" },
    })).Id;

    [Fact]
    public async Task Administrator_MakesARoute_TriesIt_ChangesAndDeletesIt()
    {
        await AccountAsync("Alpha");
        await AccountAsync("Beta");
        await host.Admin.PostApiAsync("/cost/models", new { name = "gpt-journey", provider = "openai-compatible", input_price = 1, output_price = 2, unit_size = 1_000_000 });
        await using var visit = await browser.VisitAsync(host.BaseUrl);
        var page = visit.Page;
        await visit.SignInAsync("/routes");
        await Assertions.Expect(page.Locator(".empty-state")).ToContainTextAsync("No routes yet");

        await page.Locator(".page-header .button-primary").ClickAsync();
        await page.FillAsync("#route-name", "Journey");
        await page.FillAsync("#route-model", "gpt-*");
        await page.SelectOptionAsync("#route-strategy", "LowestCost");
        await page.Locator("fieldset.targets > button").ClickAsync();
        await page.SelectOptionAsync("#target-0-account", new SelectOptionValue { Label = "Beta" });
        await page.Locator(".route-form .button-primary").ClickAsync();
        await Assertions.Expect(page.Locator(".drawer h2").First).ToHaveTextAsync("Journey");
        await page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(page.Locator(".rz-data-row")).ToContainTextAsync("Beta");

        await page.FillAsync("#trial-model", "gpt-journey");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator(".trial-summary")).ToContainTextAsync("route “Journey” matches");
        await Assertions.Expect(page.Locator(".trial-steps li")).ToHaveCountAsync(1);
        await Assertions.Expect(page.Locator(".trial-steps")).ToContainTextAsync("Expected cost of such a call: $0.0016");
        await ShootAsync(page, "routes-1440");
        Assert.False(await visit.ScrollsSidewaysAsync());

        await page.Locator(".rz-data-row").ClickAsync();
        await page.Locator(".drawer-foot .button", new() { HasText = "Disable" }).ClickAsync();
        await Assertions.Expect(page.Locator(".drawer")).ToContainTextAsync("Disabled");
        await page.Locator(".drawer-foot .button-plain").ClickAsync();
        await page.Locator(".confirm .button-stop").ClickAsync();
        await Assertions.Expect(page.Locator(".empty-state")).ToContainTextAsync("No routes yet");
    }

    [Fact]
    public async Task FailingAccount_ShowsInThePageWithoutReload_AndRoutesFitAPhone()
    {
        var id = await AccountAsync("Gamma");
        await using var visit = await browser.VisitAsync(host.BaseUrl);
        var page = visit.Page;
        await visit.SignInAsync("/providers");
        var row = page.Locator(".rz-data-row", new() { HasText = "Gamma" });
        await Assertions.Expect(row).ToContainTextAsync("No calls lately");
        await row.ClickAsync();
        var health = host.Services.GetRequiredService<HealthBook>().Of(id)!;
        for (var i = 0; i < 3; i++) health.Enter(default, "gpt-journey", false, 0, force: true, extra: false, out _)!.Leave(AttemptVerdict.Failed, detail: "503");
        await Assertions.Expect(page.Locator(".drawer .health")).ToContainTextAsync("Its answers fail (503)");
        await Assertions.Expect(row).ToContainTextAsync("Out");
        await ShootAsync(page, "providers-1440");

        await using var phone = await browser.VisitAsync(host.BaseUrl, width: 390, height: 844);
        await phone.SignInAsync("/routes");
        Assert.False(await phone.ScrollsSidewaysAsync());
        await phone.Page.Locator(".page-header .button-primary").ClickAsync();
        await phone.Page.Locator("fieldset.targets > button").ClickAsync();
        await ShootAsync(phone.Page, "routes-390");
        Assert.False(await phone.ScrollsSidewaysAsync());
    }

    /// <summary>Pictures for people, where a folder for them is named.</summary>
    private static async Task ShootAsync(IPage page, string name)
    {
        if (Environment.GetEnvironmentVariable("PORTAL_SHOTS") is { Length: > 0 } folder)
            await page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{name}.png")) });
    }
}
