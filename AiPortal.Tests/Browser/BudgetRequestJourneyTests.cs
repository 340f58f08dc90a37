using AiPortal.Tests.Api;
using AiPortal.Tests.Fixtures;
using Microsoft.Playwright;

namespace AiPortal.Tests.Browser;

/// <summary>A member whose call was refused asks for more by the link; a manager grants one request and declines another.</summary>
public sealed class BudgetRequestJourneyTests(PortalHost host, ChromiumBrowser browser) : IClassFixture<PortalHost>, IClassFixture<ChromiumBrowser>
{
    [Fact]
    public async Task Member_AsksByTheLink_ManagerGrantsAndDeclines()
    {
        var budget = (await host.Admin.PostApiAsync("/cost/quotas", new { name = "Search", quota_type = "organization", total_quota = 10, action = "approval" })).Id;
        using var member = await host.MemberAsync("member", "asker@example.com");
        using var other = await host.MemberAsync("member");
        await other.PostApiAsync($"/cost/quotas/{budget}/requests", new { amount = 5000, reason = "Everything" });

        await using var asking = await browser.VisitAsync(host.BaseUrl, width: 390, height: 844);
        await asking.SignInAsync($"/budgets/{budget}/request", "asker@example.com", "a-long-enough-secret");
        await Assertions.Expect(asking.Page.Locator("main h2").First).ToHaveTextAsync("Search");
        await asking.Page.FillAsync("#request-amount", "5");
        await asking.Page.FillAsync("#request-reason", "The launch");
        await asking.Page.ClickAsync("form .button-primary");
        await Assertions.Expect(asking.Page.Locator("#request-amount-error")).ToContainTextAsync("Must be above the limit");
        await asking.Page.FillAsync("#request-amount", "25");
        await asking.Page.ClickAsync("form .button-primary");
        await Assertions.Expect(asking.Page.Locator(".request-asked")).ToContainTextAsync("You asked for $25.00");
        Assert.False(await asking.ScrollsSidewaysAsync());

        await using var deciding = await browser.VisitAsync(host.BaseUrl);
        var page = deciding.Page;
        await deciding.SignInAsync("/budgets");
        await Assertions.Expect(page.Locator("#open-requests")).ToContainTextAsync("2 waiting");
        await page.Locator(".open-requests a").First.ClickAsync();
        var cards = page.Locator(".drawer .request-card");
        await Assertions.Expect(cards).ToHaveCountAsync(2);
        await cards.Filter(new() { HasText = "The launch" }).Locator(".button-primary").ClickAsync();
        await Assertions.Expect(cards).ToHaveCountAsync(1);
        await Assertions.Expect(page.Locator(".rz-data-row")).ToContainTextAsync("25.00");
        await cards.Locator("button", new() { HasText = "Decline" }).ClickAsync();
        await page.FillAsync("#request-comment", "Too much");
        await cards.Locator(".button-primary").ClickAsync();
        await Assertions.Expect(cards).ToHaveCountAsync(0);
        await Assertions.Expect(page.Locator(".open-requests")).ToHaveCountAsync(0);

        await asking.Page.ReloadAsync();
        await Assertions.Expect(asking.Page.Locator(".request-card")).ToContainTextAsync("Granted");
        var statuses = (await host.Admin.GetApiAsync($"/cost/quotas/{budget}/requests")).Data.Select(row => row.GetProperty("status").GetString()).Order();
        Assert.Equal(["declined", "granted"], statuses);
    }
}
