using AiPortal.Tests.Api;
using AiPortal.Tests.Federation;
using AiPortal.Tests.Fixtures;
using Microsoft.Playwright;

namespace AiPortal.Tests.Browser;

/// <summary>A person connects a provider to his account and takes it away again; an administrator vouches for another's address.</summary>
public sealed class ConnectedJourneyTests(PortalHost host, IdentityServer server, ChromiumBrowser browser)
    : IClassFixture<PortalHost>, IClassFixture<IdentityServer>, IClassFixture<ChromiumBrowser>
{
    [Fact]
    public async Task Person_ConnectsAndDisconnects_OnHisAccountPage()
    {
        var provider = await host.Admin.PostApiAsync("/identity-providers", server.Settings());
        using var client = await host.MemberAsync("member", "mary@example.com");
        server.Knows("somebody", "somebody@example.com");
        await using var visit = await browser.VisitAsync(host.BaseUrl, width: 390, height: 844);
        var page = visit.Page;
        await visit.SignInAsync("/account", "mary@example.com", "a-long-enough-secret");
        var ways = page.Locator("#ways");
        await ways.GetByText("Connect " + provider.Text("name")).ClickAsync();
        await Assertions.Expect(ways.Locator(".form-fault")).ToContainTextAsync("another address");

        server.Knows("mary", "mary@example.com");
        await ways.GetByText("Connect " + provider.Text("name")).ClickAsync();
        await Assertions.Expect(ways.Locator("li")).ToContainTextAsync("Connected");
        await ways.GetByText("Disconnect").ClickAsync();
        await page.ClickAsync(".confirm .button-primary");
        await Assertions.Expect(ways.Locator("li")).ToHaveCountAsync(0);
        await Assertions.Expect(ways.GetByText("Connect " + provider.Text("name"))).ToBeVisibleAsync();
        Assert.False(await visit.ScrollsSidewaysAsync());
    }

    [Fact]
    public async Task Administrator_VouchesForAnAddress_InTheDrawer()
    {
        using var client = await host.MemberAsync("member", "nora@example.com");
        await using var visit = await browser.VisitAsync(host.BaseUrl);
        var page = visit.Page;
        await visit.SignInAsync("/members");
        await page.FillAsync(".search-box input", "nora@");
        await Assertions.Expect(page.Locator(".rz-data-row")).ToHaveCountAsync(1);
        await page.Locator(".rz-data-row").ClickAsync();
        var drawer = page.Locator(".drawer");
        await Assertions.Expect(drawer).ToContainTextAsync("not confirmed");
        await drawer.GetByText("Confirm the address").ClickAsync();
        await page.ClickAsync(".confirm .button-primary");
        await Assertions.Expect(drawer).Not.ToContainTextAsync("not confirmed");
        await Assertions.Expect(drawer).ToContainTextAsync("confirmed");
    }
}
