using AiPortal.Tests.Fixtures;
using Microsoft.Playwright;
using Xunit;

namespace AiPortal.Tests.Browser;

/// <summary>The portal goes away under an open page and comes back on the same address.</summary>
public sealed class LostCircuitTests(PortalHost host, ChromiumBrowser browser) : IClassFixture<PortalHost>, IClassFixture<ChromiumBrowser>
{
    [Fact]
    public async Task Portal_Restarted_IsWaitedForQuietlyAndThePageComesBackByItself()
    {
        await using var visit = await browser.VisitAsync(host.BaseUrl);
        await visit.SignInAsync("/not-found?kept=1");
        await visit.Page.EvaluateAsync("() => document.body.dataset.before = 'the loss'");
        var bar = visit.Page.Locator("#reconnect-bar");
        await Assertions.Expect(bar).ToBeHiddenAsync();

        host.With("urls", host.BaseUrl.ToString());
        await host.StopAsync();
        await Assertions.Expect(bar).ToBeVisibleAsync();
        await Assertions.Expect(bar).ToContainTextAsync("Reconnecting on its own");
        await Assertions.Expect(visit.Page.Locator("main h1")).ToBeVisibleAsync();

        await host.StartAsync();
        await Assertions.Expect(visit.Page.Locator("body[data-before]")).ToHaveCountAsync(0, new LocatorAssertionsToHaveCountOptions { Timeout = 30_000 });
        await visit.LiveAsync();
        await Assertions.Expect(bar).ToBeHiddenAsync();
        Assert.Equal("/not-found?kept=1", new Uri(visit.Page.Url).PathAndQuery);
    }
}
