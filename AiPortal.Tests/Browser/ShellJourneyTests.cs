using AiPortal.Tests.Api;
using AiPortal.Tests.Fixtures;
using Microsoft.Playwright;

namespace AiPortal.Tests.Browser;

/// <summary>What stands on every page: the palette by keyboard alone, notifications that arrive, and no more than the reader's role opens.</summary>
public sealed class ShellJourneyTests(PortalHost host, ChromiumBrowser browser) : IClassFixture<PortalHost>, IClassFixture<ChromiumBrowser>
{
    [Fact]
    public async Task Palette_ByKeyboard_LeadsToPagesAndThings()
    {
        var team = (await host.Admin.PostApiAsync("/teams", new { name = "Orion" })).Id;
        await using var visit = await browser.VisitAsync(host.BaseUrl);
        var page = visit.Page;
        await visit.SignInAsync("/models");
        await Assertions.Expect(page.Locator("[data-palette-open]")).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("Control+k");
        await Assertions.Expect(page.Locator("#palette-input")).ToBeFocusedAsync();
        await page.Keyboard.TypeAsync("orion");
        await Assertions.Expect(page.Locator(".palette-hit")).ToHaveTextAsync(["Orion"]);
        await Assertions.Expect(page.Locator(".palette-hit")).ToHaveAttributeAsync("aria-selected", "true");
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForURLAsync($"**/calls?team={team}");
        await Assertions.Expect(page.Locator("#palette")).ToBeHiddenAsync();

        await page.Keyboard.PressAsync("Control+k");
        await page.Keyboard.TypeAsync("nothing of this name");
        await Assertions.Expect(page.Locator(".palette-none")).ToContainTextAsync("nothing of this name");
        await page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(page.Locator("#palette")).ToBeHiddenAsync();

        await page.Keyboard.PressAsync("Control+k");
        await page.FillAsync("#palette-input", "b");
        await Assertions.Expect(page.Locator(".palette-hit").First).ToHaveTextAsync("Dashboard");
        await page.Keyboard.PressAsync("ArrowDown");
        await Assertions.Expect(page.Locator(".palette-hit[aria-selected=true]")).ToHaveTextAsync("Budgets");
        Assert.Empty(await Axe.AxeAudit.OfAsync(page));
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForURLAsync("**/budgets");
    }

    [Fact]
    public async Task Notifications_ArriveOnAnOpenPage_AndAreRead()
    {
        await using var visit = await browser.VisitAsync(host.BaseUrl, "zh-CN", 390, 844);
        var page = visit.Page;
        await visit.SignInAsync("/models");
        await Assertions.Expect(page.Locator(".tray-open")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator(".tray-dot")).ToHaveCountAsync(0);

        var team = (await host.Admin.PostApiAsync("/teams", new { name = "Lyra" })).Id;
        await host.Admin.PostApiAsync("/cost/quotas", new { name = "Lyra", quota_type = "team", scope_id = team, total_quota = 1, action = "alert" });
        await host.Admin.PostApiAsync("/cost/records", new { external_id = "lyra", team_id = team, cost_type = "storage", model = "disk", cost = 2m });
        await Assertions.Expect(page.Locator(".tray-dot")).ToHaveTextAsync("3");
        await page.ClickAsync(".tray-open");
        await Assertions.Expect(page.Locator(".tray-line")).ToHaveCountAsync(3);
        Assert.False(await visit.ScrollsSidewaysAsync());
        Assert.Empty(await Axe.AxeAudit.OfAsync(page));
        await page.ClickAsync(".tray-foot button");
        await Assertions.Expect(page.Locator(".tray-dot")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Crumbs_OfAPageBeneath_LeadToTheListItIsIn()
    {
        var bill = (await host.Admin.PostApiAsync("/bills", new { period = "2026-08" })).Id;
        await using var visit = await browser.VisitAsync(host.BaseUrl);
        await visit.SignInAsync($"/bills/{bill}");
        await Assertions.Expect(visit.Page.Locator(".crumbs")).ToHaveTextAsync("Finance Bills", new() { UseInnerText = true, Timeout = 25_000 });
        await visit.Page.ClickAsync(".crumbs a");
        await Assertions.Expect(visit.Page.Locator("main h1")).ToHaveTextAsync("Bills");
        await Assertions.Expect(visit.Page.Locator(".crumbs")).ToHaveCountAsync(0);
    }

    [Theory]
    [InlineData("member", new[] { "/models", "/playground", "/api" })]
    [InlineData("finance", new[] { "/", "/calls", "/keys", "/budgets", "/alerts", "/bills", "/corrections", "/ledger-health", "/providers", "/routes", "/models", "/playground", "/api" })]
    public async Task Navigation_OfEachRole_OffersWhatItOpens(string role, string[] expected)
    {
        using var _ = await host.MemberAsync(role, role + "-nav@example.com");
        await using var visit = await browser.VisitAsync(host.BaseUrl);
        await visit.SignInAsync("/", role + "-nav@example.com", "a-long-enough-secret");
        var offered = await visit.Page.Locator(".rail .rail-link[href]").EvaluateAllAsync<string[]>("links => links.map(link => new URL(link.href).pathname)");

        Assert.Superset(expected.ToHashSet(), offered.ToHashSet());
        Assert.DoesNotContain("/settings", offered);
        if (role != "member") return;
        Assert.DoesNotContain("/bills", offered);
        await Assertions.Expect(visit.Page.Locator(".home-links a")).ToHaveCountAsync(offered.Length);
        foreach (var path in offered)
        {
            await visit.Page.GotoAsync(path);
            await visit.LiveAsync();
            await Assertions.Expect(visit.Page.Locator("main .empty-state", new() { HasTextRegex = new("role", System.Text.RegularExpressions.RegexOptions.IgnoreCase) })).ToHaveCountAsync(0);
        }
    }
}
