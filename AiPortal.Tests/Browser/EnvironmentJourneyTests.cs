using AiPortal.Tests.Api;
using AiPortal.Tests.Fixtures;
using Microsoft.Playwright;

namespace AiPortal.Tests.Browser;

/// <summary>Somebody looks at one environment: the pages follow, say so, and lead back.</summary>
public sealed class EnvironmentJourneyTests(PortalHost host, ChromiumBrowser browser) : IClassFixture<PortalHost>, IClassFixture<ChromiumBrowser>
{
    [Theory]
    [InlineData("en-US", 1440)]
    [InlineData("zh-CN", 390)]
    public async Task Switch_ToOneEnvironment_IsKept_ShownOnThePages_AndLeft(string language, int width)
    {
        var (live, tries) = ($"Production {width}", $"Development {width}");
        var production = (await host.Admin.PostApiAsync("/environments", new { name = live })).Id;
        var development = (await host.Admin.PostApiAsync("/environments", new { name = tries })).Id;
        await host.Admin.PostApiAsync("/keys", new { name = $"live-{width}", environment_id = production });
        await host.Admin.PostApiAsync("/keys", new { name = $"tries-{width}", environment_id = development });
        await host.Admin.PostApiAsync("/providers", new { name = $"Live account {width}", kind = "sandbox", environment_id = production });
        await host.Admin.PostApiAsync("/providers", new { name = $"Tries account {width}", kind = "sandbox", environment_id = development });
        await host.Admin.PostApiAsync("/cost/quotas", new { name = $"Live budget {width}", quota_type = "environment", scope_id = production, total_quota = 10, action = "alert" });
        await using var visit = await browser.VisitAsync(host.BaseUrl, language, width, 844);
        var page = visit.Page;
        await visit.SignInAsync($"/keys?environment={development}&q=tries");
        await Assertions.Expect(page.Locator(".rz-data-row")).ToHaveCountAsync(1);

        await page.ClickAsync(".environment");
        await Assertions.Expect(page.Locator("#environment-menu")).ToBeVisibleAsync();
        Assert.False(await visit.ScrollsSidewaysAsync());
        Assert.Empty(await Axe.AxeAudit.OfAsync(page));
        await page.ClickAsync($"#environment-menu button:has-text('{live}')");
        await page.WaitForURLAsync("**/keys?q=tries");
        await visit.LiveAsync();
        await page.GotoAsync("/keys");
        await visit.LiveAsync();
        await Assertions.Expect(page.Locator(".environment-note")).ToContainTextAsync(live);
        await Assertions.Expect(page.Locator(".rz-data-row")).ToHaveCountAsync(1);
        await Assertions.Expect(page.Locator(".rz-data-row")).ToContainTextAsync($"live-{width}");
        await Assertions.Expect(page.Locator(".environment-one")).ToContainTextAsync(live);

        await page.GotoAsync("/providers");
        await visit.LiveAsync();
        await Assertions.Expect(page.Locator(".rz-data-row")).ToContainTextAsync([$"Live account {width}"]);
        await page.GotoAsync("/budgets");
        await visit.LiveAsync();
        await Assertions.Expect(page.Locator(".rz-data-row")).ToContainTextAsync([$"Live budget {width}"]);
        await page.GotoAsync("/");
        await visit.LiveAsync();
        await Assertions.Expect(page.Locator(".environment-note")).ToContainTextAsync(live);
        Assert.False(await visit.ScrollsSidewaysAsync());
        Assert.Empty(await Axe.AxeAudit.OfAsync(page));

        await page.ClickAsync(".environment-note button");
        await visit.LiveAsync();
        await Assertions.Expect(page.Locator(".environment-note")).ToHaveCountAsync(0);
        await Assertions.Expect(page.Locator(".environment-one")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Switch_ToAnEnvironmentThatIsGone_ShowsAll()
    {
        await host.Admin.PostApiAsync("/environments", new { name = "Here" });
        var gone = (await host.Admin.PostApiAsync("/environments", new { name = "Going" })).Id;
        await using var visit = await browser.VisitAsync(host.BaseUrl);
        await visit.SignInAsync("/keys");
        await visit.Page.ClickAsync(".environment");
        await visit.Page.ClickAsync("#environment-menu button:has-text('Going')");
        await Assertions.Expect(visit.Page.Locator(".environment-note")).ToBeVisibleAsync();
        await host.Admin.DeleteApiAsync($"/environments/{gone}");
        await visit.Page.GotoAsync("/keys");
        await visit.LiveAsync();
        await Assertions.Expect(visit.Page.Locator(".environment")).ToContainTextAsync("All environments");
        await Assertions.Expect(visit.Page.Locator(".environment-note")).ToHaveCountAsync(0);
    }
}
