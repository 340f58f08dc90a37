using AiPortal.Tests.Fixtures;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Playwright;

namespace AiPortal.Tests.Browser;

/// <summary>
/// A page of another port of the same host, to which a browser sends the portal's cookies along, in a browser that is signed in to the
/// portal: it can neither show it in a frame, nor read it, nor open a circuit, nor send one of its forms.
/// </summary>
public sealed class ForeignSiteTests(PortalHost host, ChromiumBrowser browser) : IClassFixture<PortalHost>, IClassFixture<ChromiumBrowser>
{
    [Fact]
    public async Task APageOfAnotherPort_GetsNothingOutOfASignedInBrowser()
    {
        await using var site = await ForeignAsync();
        await using var visit = await browser.VisitAsync(host.BaseUrl);
        await visit.SignInAsync("/budgets");
        var page = await visit.Context.NewPageAsync();
        await page.GotoAsync(site.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        await Assertions.Expect(page.Locator("#framed")).ToBeAttachedAsync();
        await Assertions.Expect(page.Locator("body")).ToHaveAttributeAsync("data-done", "yes");

        Assert.Equal("refused", await page.GetAttributeAsync("body", "data-socket"));
        Assert.Equal("refused", await page.GetAttributeAsync("body", "data-read"));
        Assert.Equal("refused", await page.GetAttributeAsync("body", "data-api"));
        var framed = page.Frames.Single(frame => frame.ParentFrame is not null);
        Assert.StartsWith("chrome-error:", framed.Url, StringComparison.Ordinal);
        Assert.Equal("refused", await page.GetAttributeAsync("body", "data-script"));

        var sent = await page.RunAndWaitForResponseAsync(() => page.ClickAsync("#send"), answer => answer.Url.EndsWith("/auth/sign-out", StringComparison.Ordinal));
        Assert.Equal(400, sent.Status);
        await visit.Page.ReloadAsync();
        await visit.LiveAsync();
        Assert.Equal("/budgets", new Uri(visit.Page.Url).AbsolutePath);
    }

    private async Task<WebApplication> ForeignAsync()
    {
        var builder = WebApplication.CreateSlimBuilder(["--urls", "http://127.0.0.1:0"]);
        builder.Logging.ClearProviders();
        var app = builder.Build();
        var portal = host.BaseUrl.ToString().TrimEnd('/');
        app.MapGet("/", () => Results.Content($$"""
            <!doctype html><body>
            <iframe id="framed" src="{{portal}}/budgets"></iframe>
            <form method="post" action="{{portal}}/auth/sign-out"><input name="returnUrl" value="/"><button id="send">send</button></form>
            <script>
              const says = (name, open) => { document.body.dataset[name] = open ? "open" : "refused"; };
              const socket = new Promise(done => {
                const one = new WebSocket("{{portal.Replace("http", "ws", StringComparison.Ordinal)}}/_blazor");
                one.onopen = () => done(true);
                one.onerror = () => done(false);
              });
              const read = path => fetch("{{portal}}" + path, { credentials: "include" }).then(answer => answer.text()).then(text => text.length > 0, () => false);
              const script = new Promise(done => {
                const one = document.createElement("script");
                one.src = "{{portal}}/js/portal.js";
                one.onload = () => done(true);
                one.onerror = () => done(false);
                document.body.append(one);
              });
              Promise.all([socket, read("/account"), read("/api/v1/me"), script]).then(([opened, seen, called, ran]) => {
                says("socket", opened);
                says("read", seen);
                says("api", called);
                says("script", ran);
                document.body.dataset.done = "yes";
              });
            </script>
            """, "text/html"));
        await app.StartAsync();
        return app;
    }
}
