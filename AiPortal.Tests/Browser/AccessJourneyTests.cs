using AiPortal.Tests.Api;
using AiPortal.Tests.Fixtures;
using Microsoft.Playwright;

namespace AiPortal.Tests.Browser;

/// <summary>An owner lends a role for a while, sees why its holder may what he may, and takes it back; an open page of his obeys.</summary>
public sealed class AccessJourneyTests(PortalHost host, ChromiumBrowser browser) : IClassFixture<PortalHost>, IClassFixture<ChromiumBrowser>
{
    [Fact]
    public async Task Owner_LendsARole_WhichCountsOnTheOpenPage_AndTakesItBack()
    {
        using var member = await host.MemberAsync("member", "borrower@example.com");
        await using var borrower = await browser.VisitAsync(host.BaseUrl, width: 390, height: 844);
        await borrower.SignInAsync("/bills", "borrower@example.com", "a-long-enough-secret");
        await Assertions.Expect(borrower.Page.Locator(".empty-state")).ToBeVisibleAsync();

        await using var owner = await browser.VisitAsync(host.BaseUrl);
        var page = owner.Page;
        await owner.SignInAsync("/access");
        await page.ClickAsync(".lent-head .button-primary");
        await page.FillAsync("#grant-search", "borrower@");
        await page.ClickAsync(".grant-found button");
        await page.SelectOptionAsync("#grant-role", "Auditor");
        await page.ClickAsync(".rz-dialog .button-primary");
        await Assertions.Expect(page.Locator("#grant-reason-error")).ToContainTextAsync("empty");
        await page.FillAsync("#grant-reason", "The quarter's audit");
        await page.ClickAsync(".rz-dialog .button-primary");
        await Assertions.Expect(page.Locator(".lent li")).ToContainTextAsync("The quarter's audit");

        await page.FillAsync(".access-card .search-box input", "borrower");
        await page.ClickAsync(".access-card .filters .button");
        var audit = page.Locator(".access-table tr", new() { HasText = "See the audit trail" }).Locator(".access-person");
        await Assertions.Expect(audit).ToContainTextAsync("lent: Auditor");
        await Assertions.Expect(page.Locator(".access-table tr", new() { HasText = "See prices" }).Locator(".access-person")).ToContainTextAsync("by his role");

        await borrower.Page.ReloadAsync();
        await borrower.Page.GotoAsync("/members");
        await borrower.LiveAsync();
        await Assertions.Expect(borrower.Page.Locator(".rz-data-row").First).ToBeVisibleAsync();
        await page.ClickAsync(".lent li .button");
        await page.ClickAsync(".confirm .button-primary");
        await Assertions.Expect(page.Locator(".lent li")).ToHaveCountAsync(0);
        await Assertions.Expect(audit).ToContainTextAsync("may not");
        await Assertions.Expect(borrower.Page.Locator(".rz-data-row")).ToHaveCountAsync(0);
        await Assertions.Expect(borrower.Page.Locator(".empty-state")).ToBeVisibleAsync();
        Assert.False(await borrower.ScrollsSidewaysAsync());
    }
}
