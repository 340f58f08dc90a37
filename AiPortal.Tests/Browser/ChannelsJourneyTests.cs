using AiPortal.Tests.Alerts;
using AiPortal.Tests.Fixtures;
using Microsoft.Playwright;

namespace AiPortal.Tests.Browser;

/// <summary>An owner says where alerts go, tries it, and reads times as he is used to.</summary>
public sealed class ChannelsJourneyTests(PortalHost host, ChromiumBrowser browser) : IClassFixture<PortalHost>, IClassFixture<ChromiumBrowser>
{
    [Fact]
    public async Task Owner_SetsAWebhook_GetsItsSecretOnce_AndTriesIt()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var visit = await browser.VisitAsync(host.BaseUrl, width: 390, height: 844);
        var page = visit.Page;
        await visit.SignInAsync("/alerts");
        await page.ClickAsync(".page-header .button");
        await page.FillAsync("#channels-webhook", "hooks.example.com");
        await page.ClickAsync(".rz-dialog .button-primary");
        await Assertions.Expect(page.Locator("#channels-webhook-error")).ToContainTextAsync("absolute https address");
        await page.FillAsync("#channels-webhook", receiver.Url.ToString());
        await page.CheckAsync("#channels-private");
        await page.ClickAsync(".rz-dialog .button-primary");
        var secret = await page.Locator("[data-secret]").InnerTextAsync();
        await page.ClickAsync(".secret-foot .button-primary");
        await Assertions.Expect(page.Locator(".rz-dialog")).ToHaveCountAsync(0);

        await page.ClickAsync(".page-header .button");
        await Assertions.Expect(page.Locator("#channels-webhook")).ToHaveValueAsync(receiver.Url.ToString());
        await Assertions.Expect(page.Locator("[data-secret]")).ToHaveCountAsync(0);
        await page.ClickAsync(".rz-dialog .button-plain");
        await Assertions.Expect(page.Locator(".channels-tests li")).ToContainTextAsync("Received");
        Assert.True(Assert.Single(receiver.Events).IsSignedBy(secret, TimeProvider.System.GetUtcNow()));
        Assert.False(await visit.ScrollsSidewaysAsync());
    }

    [Fact]
    public async Task Times_OfTwelveHours_AreKeptInTheBrowser_AlsoOnLivePages()
    {
        await using var visit = await browser.VisitAsync(host.BaseUrl);
        var page = visit.Page;
        await visit.SignInAsync("/account");
        var sessions = page.Locator("main");
        await Assertions.Expect(sessions).Not.ToContainTextAsync(" PM");
        await page.ClickAsync("button[name=clock][value='12']");
        await visit.LiveAsync();
        await Assertions.Expect(page.Locator("button[name=clock][value='12']")).ToHaveAttributeAsync("aria-pressed", "true");
        await Assertions.Expect(sessions).ToContainTextAsync(new System.Text.RegularExpressions.Regex(@"\d:\d\d.[AP]M"));
        await page.ReloadAsync();
        await visit.LiveAsync();
        await Assertions.Expect(sessions).ToContainTextAsync(new System.Text.RegularExpressions.Regex(@"\d:\d\d.[AP]M"));
    }
}
