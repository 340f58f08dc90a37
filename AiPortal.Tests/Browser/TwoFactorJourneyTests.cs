using AiPortal.Tests.Api;
using AiPortal.Tests.Credentials;
using AiPortal.Tests.Fixtures;
using Microsoft.Playwright;

namespace AiPortal.Tests.Browser;

/// <summary>Invite, join, two-factor: whoever is asked for it sets it up before he sees anything, and signs in with it from then on.</summary>
public sealed class TwoFactorJourneyTests(PortalHost host, ChromiumBrowser browser) : IClassFixture<PortalHost>, IClassFixture<ChromiumBrowser>
{
    private const string Email = "joiner@example.com";
    private const string Password = "a-long-enough-secret";

    [Fact]
    public async Task Invited_Joins_SetsUpTwoFactor_AndSignsInWithACode()
    {
        await host.Admin.PatchApiAsync($"/organizations/{host.OrganizationId}", new { two_factor_roles = new[] { "manager" } });
        var invited = await host.Admin.PostApiAsync("/members", new { email = Email, name = "Joiner", role = "manager" });
        await using var visit = await browser.VisitAsync(host.BaseUrl);
        var page = visit.Page;
        await page.GotoAsync(invited.Text("invitation_url")!);
        await page.FillAsync("#password", Password);
        await page.ClickAsync("form .button-primary");
        await visit.SignInAsync("/keys", Email, Password);
        await Assertions.Expect(page).ToHaveURLAsync(new Uri(host.BaseUrl, "/account").ToString());
        await Assertions.Expect(page.Locator(".two-factor-notice")).ToContainTextAsync("asks two-factor of your role");
        await page.GotoAsync("/budgets");
        await Assertions.Expect(page.Locator(".two-factor-notice")).ToBeVisibleAsync();

        await page.ClickAsync("#two-factor .button-primary");
        await Assertions.Expect(page.Locator("svg.qr")).ToBeVisibleAsync();
        var app = new Authenticator((await page.Locator("#two-factor-key").TextContentAsync())!);
        await page.FillAsync("#two-factor-code", app.Wrong());
        await page.ClickAsync("#two-factor .button-primary");
        await Assertions.Expect(page.Locator("#two-factor-code-error")).ToContainTextAsync("wrong");
        await page.FillAsync("#two-factor-code", app.Next());
        await page.ClickAsync("#two-factor .button-primary");
        var codes = (await page.Locator("[data-secret]").TextContentAsync())!.Split('\n');
        Assert.Equal(10, codes.Length);
        await page.ClickAsync(".secret-foot .button-primary");
        await Assertions.Expect(page).ToHaveURLAsync(host.BaseUrl.ToString());
        await visit.LiveAsync();

        await using var next = await browser.VisitAsync(host.BaseUrl, width: 390, height: 844);
        await PasswordAsync(next.Page);
        var code = app.Next();
        await next.Page.FillAsync("#code", app.Wrong());
        await next.Page.ClickAsync("form .button-primary");
        await Assertions.Expect(next.Page.Locator("[role=alert]")).ToContainTextAsync("wrong");
        await next.Page.FillAsync("#code", code);
        await next.Page.ClickAsync("form .button-primary");
        await next.LiveAsync();
        await Assertions.Expect(next.Page).ToHaveURLAsync(new Uri(host.BaseUrl, "/keys").ToString());

        await using var again = await browser.VisitAsync(host.BaseUrl);
        await PasswordAsync(again.Page);
        await again.Page.FillAsync("#code", code);
        await again.Page.ClickAsync("form .button-primary");
        await Assertions.Expect(again.Page.Locator("[role=alert]")).ToContainTextAsync("used before");
        await again.Page.FillAsync("#code", codes[3]);
        await again.Page.ClickAsync("form .button-primary");
        await again.LiveAsync();
        await again.Page.GotoAsync("/account");
        await again.LiveAsync();
        await Assertions.Expect(again.Page.Locator("#two-factor .facts")).ToContainTextAsync("9");
        await Assertions.Expect(again.Page.Locator(".sessions li")).ToHaveCountAsync(3);
        await again.Page.ClickAsync(".sessions-head button");
        await again.Page.ClickAsync(".confirm .button-primary");
        await Assertions.Expect(again.Page.Locator(".sessions li")).ToHaveCountAsync(1);
        // A circuit that is open ends within seconds of its session.
        await next.Page.WaitForURLAsync("**/sign-in*", new() { Timeout = 30_000 });
    }

    private static async Task PasswordAsync(IPage page)
    {
        await page.GotoAsync("/sign-in?returnUrl=/keys");
        await page.FillAsync("#email", Email);
        await page.FillAsync("#password", Password);
        await page.ClickAsync("form .button-primary");
        await Assertions.Expect(page.Locator("#code")).ToBeFocusedAsync();
    }
}
