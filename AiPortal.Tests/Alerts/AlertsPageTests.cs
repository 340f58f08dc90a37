using AiPortal.Tests.Browser;
using AiPortal.Tests.Fixtures;
using Microsoft.Playwright;

namespace AiPortal.Tests.Alerts;

/// <summary>The page of alerts in a browser: the count in the menu moves by itself, and an alert is dealt with in two clicks.</summary>
public sealed class AlertsPageTests(PortalHost host, ChromiumBrowser browser) : IClassFixture<PortalHost>, IClassFixture<ChromiumBrowser>
{
    [Fact]
    public async Task Alert_RaisedWhileThePageIsOpen_IsCountedReadAndResolved()
    {
        await using var visit = await browser.VisitAsync(host.BaseUrl);
        await visit.SignInAsync("/alerts");
        await Assertions.Expect(visit.Page.Locator(".empty-state")).ToBeVisibleAsync();

        var team = await host.TeamAsync();
        await host.BudgetAsync(team, 10m, "monthly");
        await host.SpendAsync(team, 9.7m);

        await Assertions.Expect(visit.Page.Locator(".rail .nav-count")).ToHaveTextAsync("2");
        await Assertions.Expect(visit.Page.Locator(".alert-title")).ToHaveCountAsync(2);
        await visit.Page.Locator(".alert-actions button").First.ClickAsync();
        await Assertions.Expect(visit.Page.Locator(".alert-unread")).ToHaveCountAsync(1);
        await visit.Page.Locator(".alert-actions button", new() { HasText = "Resolve" }).First.ClickAsync();
        await Assertions.Expect(visit.Page.Locator(".rail .nav-count")).ToHaveTextAsync("1");
        Assert.False(await visit.ScrollsSidewaysAsync());
    }
}

/// <summary>The page of alerts at each width, in each language.</summary>
public sealed class AlertsPageLookTests(PortalHost host, ChromiumBrowser browser) : IClassFixture<PortalHost>, IClassFixture<ChromiumBrowser>
{
    [Theory]
    [InlineData("zh-CN", 390, ColorScheme.Dark)]
    [InlineData("en-US", 390, ColorScheme.Light)]
    [InlineData("zh-CN", 1440, ColorScheme.Dark)]
    public async Task Page_AtEachWidthAndLanguage_FitsAndSpeaks(string language, int width, ColorScheme scheme)
    {
        var team = await host.TeamAsync();
        await host.BudgetAsync(team, 10m, "daily");
        await host.SpendAsync(team, 10m);
        await using var visit = await browser.VisitAsync(host.BaseUrl, language, width, 844, scheme);

        await visit.SignInAsync("/alerts");
        await Assertions.Expect(visit.Page.Locator(".alert-title").First).ToBeVisibleAsync();
        await Picture(visit, $"alerts-{language}-{width}-{scheme}");

        Assert.False(await visit.ScrollsSidewaysAsync());
        await Assertions.Expect(visit.Page.Locator("h1")).ToHaveTextAsync(language == "zh-CN" ? "告警" : "Alerts");
        Assert.Contains("Büdget", await visit.Page.Locator(".alert-title").First.InnerTextAsync(), StringComparison.Ordinal);
    }

    /// <summary>Kept where AIPORTAL_SCREENS names a folder.</summary>
    private static async Task Picture(Visit visit, string name)
    {
        if (Environment.GetEnvironmentVariable("AIPORTAL_SCREENS") is { Length: > 0 } folder)
            await visit.Page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(folder, name + ".png") });
    }
}
