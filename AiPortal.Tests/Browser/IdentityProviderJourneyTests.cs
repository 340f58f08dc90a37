using AiPortal.Tests.Federation;
using AiPortal.Tests.Fixtures;
using Microsoft.Playwright;

namespace AiPortal.Tests.Browser;

/// <summary>An owner adds a provider, somebody comes in by its button, and the owner switches it off and removes it.</summary>
public sealed class IdentityProviderJourneyTests(PortalHost host, IdentityServer server, ChromiumBrowser browser)
    : IClassFixture<PortalHost>, IClassFixture<IdentityServer>, IClassFixture<ChromiumBrowser>
{
    [Fact]
    public async Task Owner_AddsAProvider_PeopleComeInByIt_UntilItIsOff()
    {
        server.Knows("hedy", "hedy@example.com", name: "Hedy Lamarr");
        await using var visit = await browser.VisitAsync(host.BaseUrl);
        var page = visit.Page;
        await visit.SignInAsync("/settings/sign-in");
        await page.ClickAsync(".identity-panel .empty-state .button-primary");
        var callback = await page.InputValueAsync("#identity-callback");
        await page.FillAsync("#identity-name", "Example ID");
        await page.CheckAsync("#identity-private");
        await page.FillAsync("#identity-issuer", server.Address);
        await page.ClickAsync(".identity-discover button");
        await Assertions.Expect(page.Locator("#identity-token")).ToHaveValueAsync(server.Address + "/token");
        await page.FillAsync("#identity-client", IdentityServer.ClientId);
        await page.FillAsync("#identity-domains", "example.com");
        await page.SelectOptionAsync("#identity-role", "member");
        await page.ClickAsync(".rz-dialog .button-primary");
        await Assertions.Expect(page.Locator("#identity-secret-error")).ToContainTextAsync("Needed");
        await page.FillAsync("#identity-secret", IdentityServer.ClientSecret);
        await page.ClickAsync(".rz-dialog .button-primary");
        var line = page.Locator(".identity-list li");
        await Assertions.Expect(line).ToContainTextAsync("nobody yet");
        await Assertions.Expect(line.Locator("code")).ToHaveTextAsync(callback);

        await using (var person = await browser.VisitAsync(host.BaseUrl, width: 390, height: 844))
        {
            await person.Page.GotoAsync(await page.InnerTextAsync(".identity-link code"));
            await person.Page.ClickAsync(".auth-providers .button");
            await person.LiveAsync();
            await person.Page.GotoAsync("/account");
            await person.LiveAsync();

            await page.ReloadAsync();
            await visit.LiveAsync();
            await Assertions.Expect(line).ToContainTextAsync("people linked: 1");
            await page.ClickAsync(".identity-verbs button >> nth=0");
            await Assertions.Expect(page.Locator("#identity-secret")).ToHaveValueAsync("");
            Assert.DoesNotContain(IdentityServer.ClientSecret, await page.ContentAsync(), StringComparison.Ordinal);
            await page.FillAsync("#identity-token", server.Address + "/elsewhere");
            await page.ClickAsync(".rz-dialog .button-primary");
            await Assertions.Expect(page.Locator("#identity-secret-error")).ToBeVisibleAsync();
            await page.ClickAsync(".rz-dialog .form-foot button >> nth=0");

            await page.ClickAsync(".identity-verbs button >> nth=1");
            await page.ClickAsync(".confirm .button-primary");
            await Assertions.Expect(line).ToContainTextAsync("Off");
            await person.Page.ReloadAsync();
            await Assertions.Expect(person.Page.Locator("input[type=password]")).ToBeVisibleAsync();
            await Assertions.Expect(person.Page.Locator(".auth-providers")).ToHaveCountAsync(0);
        }

        await page.ClickAsync(".identity-verbs button >> nth=2");
        await page.ClickAsync(".confirm .button-stop");
        await Assertions.Expect(page.Locator(".identity-panel .empty-state")).ToBeVisibleAsync();
        Assert.False(await visit.ScrollsSidewaysAsync());
    }

    [Fact]
    public async Task Discovery_OfAnotherIssuer_OrAPrivateAddress_IsNotTaken()
    {
        await using var visit = await browser.VisitAsync(host.BaseUrl, width: 390, height: 844);
        var page = visit.Page;
        await visit.SignInAsync("/settings/sign-in");
        await page.ClickAsync(".identity-panel .empty-state .button-primary");
        foreach (var (issuer, isPrivate) in new[] { (server.Address, false), (server.Address + "/another", true), ("http://169.254.169.254", true), ("https://user:word@127.0.0.1", true) })
        {
            await page.FillAsync("#identity-issuer", issuer);
            await page.SetCheckedAsync("#identity-private", isPrivate);
            await page.ClickAsync(".identity-discover button");
            await Assertions.Expect(page.Locator("#identity-issuer-error")).ToBeVisibleAsync();
            Assert.Equal("", await page.InputValueAsync("#identity-token"));
        }

        Assert.False(await visit.ScrollsSidewaysAsync());
    }
}
