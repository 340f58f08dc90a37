using AiPortal.Tests.Api;
using AiPortal.Tests.Fixtures;
using Microsoft.Playwright;

namespace AiPortal.Tests.Browser;

/// <summary>An owner invites somebody into a team, changes and removes him.</summary>
public sealed class MembersJourneyTests(PortalHost host, ChromiumBrowser browser) : IClassFixture<PortalHost>, IClassFixture<ChromiumBrowser>
{
    [Fact]
    public async Task Owner_InvitesAMember_WhoJoinsByTheLink()
    {
        await host.Admin.PostApiAsync("/teams", new { name = "Search" });
        await using var owner = await browser.VisitAsync(host.BaseUrl);
        var page = owner.Page;
        await owner.SignInAsync("/members");
        await page.ClickAsync("main .button-primary");
        await page.FillAsync("#member-email", PortalHost.AdminEmail);
        await page.FillAsync("#member-name", "Ida Noddack");
        await page.SelectOptionAsync("#member-role", "Manager");
        await page.SelectOptionAsync("#member-team", new SelectOptionValue { Label = "Search" });
        await page.ClickAsync(".rz-dialog .button-primary");
        await Assertions.Expect(page.Locator("#member-email-error")).ToContainTextAsync("Already a member");
        await page.FillAsync("#member-email", "ida@example.com");
        await page.ClickAsync(".rz-dialog .button-primary");
        var link = await page.Locator("[data-secret]").TextContentAsync();
        await page.ClickAsync(".secret-foot .button-primary");
        var row = page.Locator(".rz-data-row", new() { HasText = "Ida Noddack" });
        await Assertions.Expect(row).ToContainTextAsync("Invited");

        await using (var joining = await browser.VisitAsync(host.BaseUrl, width: 390, height: 844))
        {
            await joining.Page.GotoAsync(link!);
            await joining.Page.FillAsync("#password", "a-long-enough-secret");
            await joining.Page.ClickAsync("form .button-primary");
            await joining.SignInAsync("/members", "ida@example.com", "a-long-enough-secret");
            await Assertions.Expect(joining.Page.Locator(".rz-data-row", new() { HasText = "Ida Noddack" })).ToContainTextAsync("Active");
            await Assertions.Expect(joining.Page.Locator("main .button-primary")).ToHaveCountAsync(0);
            Assert.False(await joining.ScrollsSidewaysAsync());
        }

        await page.GotoAsync("/members?role=manager&status=active&q=noddack");
        await owner.LiveAsync();
        await Assertions.Expect(page.Locator(".rz-data-row")).ToHaveCountAsync(1);
        await row.ClickAsync();
        await page.ClickAsync(".drawer-foot .button-primary");
        await page.SelectOptionAsync("#member-role", "Auditor");
        await page.ClickAsync(".rz-dialog .button-primary");
        await Assertions.Expect(page.Locator(".drawer .facts")).ToContainTextAsync("Auditor");
        await page.ClickAsync(".drawer-foot .button-stop");
        await page.ClickAsync(".confirm .button-stop");
        await Assertions.Expect(page.Locator(".empty-state")).ToContainTextAsync("Nobody matches");
    }
}
