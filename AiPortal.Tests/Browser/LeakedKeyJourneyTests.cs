using System.Net;
using AiPortal.Tests.Api;
using AiPortal.Tests.Fixtures;
using Microsoft.Playwright;

namespace AiPortal.Tests.Browser;

/// <summary>A security officer hears that a key has leaked: he sees what it did, ends it, and hands out another; later he puts the idle ones to rest.</summary>
public sealed class LeakedKeyJourneyTests(PortalHost host, ChromiumBrowser browser) : IClassFixture<PortalHost>, IClassFixture<ChromiumBrowser>
{
    [Fact]
    public async Task LeakedKey_IsEndedAndReplaced()
    {
        var key = await host.Admin.PostApiAsync("/keys", new { name = "Search backend", budget = new { limit = 40 } });
        await using var visit = await browser.VisitAsync(host.BaseUrl, width: 390, height: 844);
        var page = visit.Page;
        await visit.SignInAsync($"/keys/{key.Id}");
        await Assertions.Expect(page.Locator("main h1")).ToHaveTextAsync("Search backend");
        Assert.False(await visit.ScrollsSidewaysAsync());
        await page.Locator(".key-actions .button-stop").ClickAsync();
        await page.SelectOptionAsync("#leak-since", "7d");
        await page.Locator(".rz-dialog .button-stop").ClickAsync();
        var secret = await page.Locator(".rz-dialog [data-secret]").TextContentAsync();
        var dead = await StatusAsync(key.Text("key")!);
        var alive = await StatusAsync(secret!.Trim());
        await page.Locator(".rz-dialog .button-primary").Last.ClickAsync();
        await Assertions.Expect(page.Locator(".tiles .badge, .tiles .status-badge, .tiles [class*=badge]").First).ToContainTextAsync("Revoked");
        await Assertions.Expect(page.Locator(".key-history li").First).ToContainTextAsync("Reported as leaked");

        Assert.Equal((HttpStatusCode.Unauthorized, HttpStatusCode.OK), (dead, alive));
    }

    [Fact]
    public async Task ManyKeys_ArePickedAndDisabled_AndImported()
    {
        var one = await host.Admin.PostApiAsync("/keys", new { name = "Bulk one" });
        var two = await host.Admin.PostApiAsync("/keys", new { name = "Bulk two" });
        await using var visit = await browser.VisitAsync(host.BaseUrl);
        var page = visit.Page;
        await visit.SignInAsync("/keys?q=Bulk");
        await page.Locator(".rz-data-row input[type=checkbox]").First.CheckAsync();
        await page.Locator(".key-bulk button").First.ClickAsync();
        await Assertions.Expect(page.Locator(".key-bulk strong")).ToHaveTextAsync("2 picked");
        await page.Locator(".key-bulk button", new() { HasText = "Disable" }).ClickAsync();
        await page.Locator(".confirm .button-primary").ClickAsync();
        await Assertions.Expect(page.Locator(".key-told")).ToContainTextAsync("2 keys changed");
        var states = new[] { await StatusAsync(one.Text("key")!), await StatusAsync(two.Text("key")!) };

        await page.Locator(".page-head button, main header button, button").Filter(new() { HasText = "Import" }).First.ClickAsync();
        await page.FillAsync("#import-text", "name,budget\nFrom a file,25\nAnother,wrong\n");
        await page.Locator(".rz-dialog .form-foot .button-primary").ClickAsync();
        await Assertions.Expect(page.Locator(".rz-dialog .import-rows")).ToContainTextAsync("Another");
        await page.FillAsync("#import-text", "name,budget\nFrom a file,25\nAnother,10\n");
        await page.Locator(".rz-dialog .form-foot .button-primary").ClickAsync();
        await page.Locator(".rz-dialog .form-foot .button-primary", new() { HasText = "Create 2 keys" }).ClickAsync();
        var secrets = await page.Locator(".rz-dialog textarea[readonly]").InputValueAsync();
        await page.Locator(".rz-dialog .form-foot .button-primary").ClickAsync();

        Assert.All(states, state => Assert.Equal(HttpStatusCode.Unauthorized, state));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(secrets.Split('\n')[1].Split(',')[1].Trim()));
    }

    private async Task<HttpStatusCode> StatusAsync(string secret)
    {
        using var client = host.WithBearer(secret);
        using var answer = await client.GetAsync("/v1/models");
        return answer.StatusCode;
    }
}
