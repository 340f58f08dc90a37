using System.Net.Http.Json;
using System.Text.Json;
using AiPortal.Tests.Fixtures;
using Microsoft.Playwright;

namespace AiPortal.Tests.Browser;

/// <summary>The playground: a key, its models, a streamed answer, what it cost, and the receipt behind it.</summary>
public sealed class PlaygroundJourneyTests(PortalHost host, ChromiumBrowser browser) : IClassFixture<PortalHost>, IClassFixture<ChromiumBrowser>
{
    [Fact]
    public async Task Visitor_TriesAModel_SeesItsAnswerAndCost_AndOpensItsReceipt()
    {
        using var provider = await host.Admin.PostAsJsonAsync("/api/v1/providers", new { name = "Sandbox", kind = "sandbox" });
        provider.EnsureSuccessStatusCode();
        using var made = await host.Admin.PostAsJsonAsync("/api/v1/keys", new { name = "Playing", models = new[] { "sandbox-small" } });
        var secret = (await made.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("key").GetString()!;
        await using var visit = await browser.VisitAsync(host.BaseUrl);
        var page = visit.Page;
        await visit.SignInAsync("/playground");

        await page.FillAsync("#play-key", "sk-ap-wrong");
        await page.Keyboard.PressAsync("Tab");
        await Assertions.Expect(page.Locator("#play-fault")).ToContainTextAsync("invalid_api_key");
        await page.FillAsync("#play-key", secret);
        await page.Keyboard.PressAsync("Tab");
        await Assertions.Expect(page.Locator("#play-fault")).ToBeHiddenAsync();
        await Assertions.Expect(page.Locator("#play-model")).ToHaveValueAsync("sandbox-small");
        await page.FillAsync("#play-message", "Say \"it's\" three times");
        await page.Locator("#play-send").ClickAsync();

        await Assertions.Expect(page.Locator("[data-fact=cost]")).ToContainTextAsync("$0.0");
        await Assertions.Expect(page.Locator("[data-fact=served]")).ToHaveTextAsync("Sandbox · sandbox-small");
        Assert.NotEqual("", await page.Locator("#play-answer").TextContentAsync());
        // The code is of the same call, and has no secret in it.
        var code = (await page.Locator(".play-code pre").TextContentAsync())!;
        Assert.Contains("it'\\''s", code, StringComparison.Ordinal);
        Assert.DoesNotContain(secret, await page.ContentAsync(), StringComparison.Ordinal);

        await page.Locator("[data-fact=call]").ClickAsync();
        await Assertions.Expect(page.Locator(".call-page")).ToContainTextAsync("Playing");
    }

    [Fact]
    public async Task Visitor_AsksForAModelTheKeyMayNotUse_ReadsWhy()
    {
        using var made = await host.Admin.PostAsJsonAsync("/api/v1/keys", new { name = "Narrow", models = new[] { "sandbox-small" } });
        var secret = (await made.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("key").GetString()!;
        await using var visit = await browser.VisitAsync(host.BaseUrl);
        await visit.SignInAsync("/playground");
        await visit.Page.FillAsync("#play-key", secret);
        await visit.Page.FillAsync("#play-model", "sandbox-large");
        await visit.Page.FillAsync("#play-message", "Hello");
        await visit.Page.Locator("#play-send").ClickAsync();

        await Assertions.Expect(visit.Page.Locator("#play-fault")).ToContainTextAsync("403 model_not_allowed");
        await Assertions.Expect(visit.Page.Locator("#play-receipt")).ToBeHiddenAsync();
    }
}
