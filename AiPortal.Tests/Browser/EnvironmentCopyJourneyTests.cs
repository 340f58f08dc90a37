using System.Text.Json;
using AiPortal.Tests.Api;
using AiPortal.Tests.Fixtures;
using Microsoft.Playwright;

namespace AiPortal.Tests.Browser;

/// <summary>Somebody looks at what a copy would do, it changes meanwhile, he is told, looks again and does it.</summary>
public sealed class EnvironmentCopyJourneyTests(PortalHost host, ChromiumBrowser browser) : IClassFixture<PortalHost>, IClassFixture<ChromiumBrowser>
{
    [Theory]
    [InlineData("en-US", 1440)]
    [InlineData("zh-CN", 390)]
    public async Task Copy_IsPreviewed_FoundStale_ShownAnew_AndDone(string language, int width)
    {
        var (source, target) = ($"Try{width}", $"Live{width}");
        var from = (await host.Admin.PostApiAsync("/environments", new { name = source })).Id;
        var to = (await host.Admin.PostApiAsync("/environments", new { name = target })).Id;
        await host.Admin.PostApiAsync("/keys", new { name = "stays", environment_id = from });
        await host.Admin.PostApiAsync("/providers", new { name = $"Account of {source}", kind = "openai-compatible", base_url = "http://127.0.0.1:9/v1", api_key = "sk-0123456789abcdef", allow_private = true, environment_id = from });
        var budget = (await host.Admin.PostApiAsync("/cost/quotas", new { name = source, quota_type = "environment", scope_id = from, total_quota = 50, action = "alert" })).Id;
        await using var visit = await browser.VisitAsync(host.BaseUrl, language, width, 844);
        var page = visit.Page;
        await visit.SignInAsync("/environments");
        Assert.False(await visit.ScrollsSidewaysAsync());
        await page.Locator(".environment-card", new() { HasText = source }).Locator("button[type=button]").ClickAsync();
        await Assertions.Expect(page.Locator("#copy-from")).ToHaveValueAsync(from.ToString());
        await page.SelectOptionAsync("#copy-to", to.ToString());
        await Assertions.Expect(page.Locator(".copy-item")).ToHaveCountAsync(2);
        await page.Locator(".copy-item summary").First.ClickAsync();
        await Assertions.Expect(page.Locator(".copy-item table").First).ToBeVisibleAsync();
        Assert.False(await visit.ScrollsSidewaysAsync());
        Assert.Empty(await Axe.AxeAudit.OfAsync(page));

        await host.Admin.PatchApiAsync($"/cost/quotas/{budget}", new { total_quota = 60 });
        await page.ClickAsync(".rz-dialog .button-primary");
        await Assertions.Expect(page.Locator(".rz-dialog .form-fault, .rz-dialog [role=alert]").First).ToBeVisibleAsync();
        Assert.Empty((await host.Admin.GetApiAsync($"/cost/quotas?scope_id={to}")).Data);
        await Assertions.Expect(page.Locator(".copy-item")).ToHaveCountAsync(2);
        await page.ClickAsync(".rz-dialog .button-primary");
        await Assertions.Expect(page.Locator(".environment-told")).ToContainTextAsync(target);
        Assert.Equal(60m, (await host.Admin.GetApiAsync($"/cost/quotas?scope_id={to}")).Data.Single().GetProperty("total_quota").GetDecimal());
        var copied = (await host.Admin.GetApiAsync("/providers")).Data.Single(provider => provider.GetProperty("name").GetString() == $"Account of {target}");
        Assert.Equal((JsonValueKind.Null, false), (copied.GetProperty("api_key_hint").ValueKind, copied.GetProperty("enabled").GetBoolean()));
    }
}
