using AiPortal.Tests.Api;
using AiPortal.Tests.Fixtures;
using Microsoft.Playwright;

namespace AiPortal.Tests.Browser;

/// <summary>A manager's week with the keyboard alone: nothing here clicks, and the focus is never lost when something closes.</summary>
public sealed class KeyboardJourneyTests(PortalHost host, ChromiumBrowser browser) : IClassFixture<PortalHost>, IClassFixture<ChromiumBrowser>
{
    [Fact]
    public async Task LowersABudget_ByKeyboardAlone()
    {
        await host.Admin.PostApiAsync("/cost/quotas", new { name = "By keys", quota_type = "organization", total_quota = 900, period_type = "yearly" });
        await using var visit = await browser.VisitAsync(host.BaseUrl);
        var page = visit.Page;
        await SignInAsync(visit);
        await JumpAsync(visit, "budgets", "/budgets");
        await Assertions.Expect(page.Locator(".rz-data-row")).ToContainTextAsync("By keys");
        await page.OpenFirstRowAsync();
        await Assertions.Expect(page.Locator(".drawer")).ToContainTextAsync("$900.00");
        await page.TabToAsync(".drawer-foot .button-primary");
        await page.Keyboard.PressAsync("Enter");
        await page.TabToAsync("#budget-total");
        await page.Keyboard.PressAsync("Control+a");
        await page.Keyboard.TypeAsync("400");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator(".drawer")).ToContainTextAsync("$400.00");
        await Assertions.Expect(page.Locator(".rz-dialog")).ToHaveCountAsync(0);
        await page.HasFocusAsync("main, main *, .drawer, .drawer *");

        Assert.Equal(400, (await host.Admin.GetApiAsync("/cost/quotas")).Data.Single().GetProperty("total_quota").GetDecimal());
    }

    [Fact]
    public async Task ApprovesARequest_ByKeyboardAlone()
    {
        await host.Admin.PostApiAsync("/approvals/policies", new { kind = "key.create", steps = new[] { "manager" } });
        using var asker = await host.MemberAsync("manager", "keys-asker@example.com");
        var asked = await asker.PostApiAsync("/keys", new { name = "Wanted" });
        await using var visit = await browser.VisitAsync(host.BaseUrl);
        var page = visit.Page;
        await SignInAsync(visit);
        await JumpAsync(visit, "approvals", "/approvals");
        await page.TabToAsync(".approval-open");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator(".drawer")).ToContainTextAsync("Wanted");
        await page.TabToAsync("#approval-comment");
        await page.Keyboard.TypeAsync("Fine");
        await page.TabToAsync(".drawer .button-primary");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator(".approval-badges").First).ToContainTextAsync("Approved");
        await page.HasFocusAsync(".drawer, .drawer *");
        await page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(page.Locator(".drawer")).ToHaveCountAsync(0);
        await page.HasFocusAsync("main, main *");

        Assert.Equal("approved", (await host.Admin.GetApiAsync($"/approvals/{asked.Id}")).Text("status"));
    }

    [Fact]
    public async Task ExportsTheTrail_ByKeyboardAlone()
    {
        await using var visit = await browser.VisitAsync(host.BaseUrl);
        var page = visit.Page;
        await SignInAsync(visit);
        await JumpAsync(visit, "audit", "/audit");
        await page.TabToAsync(".page-header .button");
        var download = await page.RunAndWaitForDownloadAsync(() => page.Keyboard.PressAsync("Enter"));
        Assert.EndsWith(".csv", download.SuggestedFilename, StringComparison.Ordinal);
        await page.HasFocusAsync(".page-header .button");
    }

    private static async Task SignInAsync(Visit visit)
    {
        await visit.Page.GotoAsync("/sign-in");
        await visit.Page.HasFocusAsync("input[type=email]");
        await visit.Page.Keyboard.TypeAsync(PortalHost.AdminEmail);
        await visit.Page.TabToAsync("input[type=password]");
        await visit.Page.Keyboard.TypeAsync(PortalHost.AdminPassword);
        await visit.Page.Keyboard.PressAsync("Enter");
        await visit.LiveAsync();
    }

    private static async Task JumpAsync(Visit visit, string words, string path)
    {
        await visit.Page.Keyboard.PressAsync("Control+k");
        await visit.Page.HasFocusAsync("#palette-input");
        await visit.Page.Keyboard.TypeAsync(words);
        await Assertions.Expect(visit.Page.Locator(".palette-hit[aria-selected=true]")).ToHaveAttributeAsync("href", path);
        await visit.Page.Keyboard.PressAsync("Enter");
        await visit.Page.WaitForURLAsync("**" + path);
        await visit.LiveAsync();
        await Assertions.Expect(visit.Page.Locator("main .skeleton")).ToHaveCountAsync(0);
        // Where the reader lands, the focus is: on the page's heading.
        await visit.Page.HasFocusAsync("h1, main, main *");
    }
}
