using System.Text.RegularExpressions;
using AiPortal.Core.Alerts;
using AiPortal.Tests.Api;
using AiPortal.Tests.Browser;
using AiPortal.Tests.Fixtures;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;

namespace AiPortal.Tests.Keys;

/// <summary>Keys that nobody uses are found unasked, put to rest with one click, and that is taken back with another.</summary>
public sealed class IdleKeysTests(PortalHost host, ChromiumBrowser browser) : IClassFixture<PortalHost>, IClassFixture<ChromiumBrowser>
{
    [Fact]
    public async Task Idle_AreProposed_DisabledWithOneClick_AndRestored()
    {
        var used = await host.Admin.PostApiAsync("/keys", new { name = "Used", tags = new { feature = "search" } });
        var idle = new[] { await host.Admin.PostApiAsync("/keys", new { name = "Idle one", tags = new { feature = "old" } }), await host.Admin.PostApiAsync("/keys", new { name = "Idle two" }) };
        await host.Admin.PostApiAsync("/keys", new { name = "Just made" });
        await host.Database.ExecuteAsync("UPDATE api_keys SET created_at = now() - interval '60 days' WHERE name <> 'Just made'");
        await host.Database.ExecuteAsync("SELECT ensure_month_partitions(now())");
        await host.Database.ExecuteAsync("INSERT INTO call_log (id, started_at, organization_id, key_id, status, http_status, request_type) VALUES (gen_random_uuid(), now(), $1, $2, 'ok', 200, 'chat')", host.OrganizationId, used.Id);
        var job = host.Services.GetRequiredService<IdleKeyFinder>();
        var said = await job.RunAsync(default);
        await job.RunAsync(default);
        var alerts = await host.Database.ScalarAsync<long>("SELECT count(*) FROM alerts WHERE type = 'keys_idle' AND model_name = '2'");

        await using var visit = await browser.VisitAsync(host.BaseUrl, width: 390, height: 844);
        var page = visit.Page;
        await visit.SignInAsync("/keys");
        await Assertions.Expect(page.Locator(".idle-keys h2")).ToHaveTextAsync("2 keys have not been used for 30 days");
        await Assertions.Expect(page.Locator(".tray-line").First).ToContainTextAsync("2 keys have not been used");
        Assert.Equal("/keys?status=idle", await page.Locator(".tray-line").First.GetAttributeAsync("href"));
        Assert.False(await visit.ScrollsSidewaysAsync());
        await page.Locator(".idle-keys .button-primary").DblClickAsync();
        await Assertions.Expect(page.Locator(".idle-keys")).ToContainTextAsync("2 idle keys are disabled");
        var states = await StatesAsync();
        await page.Locator(".idle-keys button", new() { HasText = "Undo" }).ClickAsync();
        await Assertions.Expect(page.Locator(".idle-keys")).ToContainTextAsync("2 keys are enabled again");
        var after = await StatesAsync();
        var audits = await Task.WhenAll(idle.Select(key => host.Admin.GetApiAsync($"/audit?subject={key.Id}")));

        Assert.Equal("2 keys of 1 organizations are idle", said);
        Assert.Equal(1, alerts);
        Assert.Equal(["active", "disabled", "disabled"], states);
        Assert.Equal(["active", "active", "active"], after);
        Assert.All(audits, audit => Assert.Equal(["key.enable", "key.disable", "key.create"], audit.Data.Select(row => row.GetProperty("action").GetString())));

        async Task<IEnumerable<string?>> StatesAsync() => [.. (await Task.WhenAll(((ApiAnswer[])[used, .. idle]).Select(key => host.Admin.GetApiAsync($"/keys/{key.Id}")))).Select(key => key.Text("status"))];
    }

    [Fact]
    public async Task Filters_OwnerEnvironmentAndTag_WithTheKeyboard()
    {
        var place = await host.Admin.PostApiAsync("/environments", new { name = "staging" });
        var me = (await host.Admin.GetApiAsync("/me")).Json.GetProperty("id").GetGuid();
        await host.Admin.PostApiAsync("/keys", new { name = "Tagged here", environment_id = place.Id, owner_user_id = me, tags = new { squad = "blue" } });
        await host.Admin.PostApiAsync("/keys", new { name = "Tagged elsewhere", tags = new { squad = "red" } });
        var (byPair, byName, none) = (await host.Admin.GetApiAsync("/keys?tag=squad%3Dblue"), await host.Admin.GetApiAsync("/keys?tag=squad"), await host.Admin.GetApiAsync("/keys?tag=squad%3D%27%20OR%201%3D1"));
        await using var visit = await browser.VisitAsync(host.BaseUrl);
        var page = visit.Page;
        await visit.SignInAsync("/keys");
        await page.Locator("input.key-tag").FocusAsync();
        await page.Keyboard.TypeAsync("squad=blue");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page).ToHaveURLAsync(new Regex("tag=squad"));
        await Assertions.Expect(page.Locator(".rz-data-row")).ToHaveCountAsync(1);
        await page.GetByLabel("Environment", new() { Exact = true }).SelectOptionAsync(place.Id.ToString());
        await page.GetByLabel("Owner", new() { Exact = true }).SelectOptionAsync(me.ToString());
        await Assertions.Expect(page).ToHaveURLAsync(new Regex("owner="));
        await Assertions.Expect(page.Locator(".rz-data-row")).ToContainTextAsync("Tagged here");
        await page.GetByText("Clear filters").ClickAsync();
        await Assertions.Expect(page.Locator(".rz-data-row", new() { HasText = "Tagged elsewhere" })).ToHaveCountAsync(1);

        Assert.Equal(["Tagged here"], byPair.Data.Select(row => row.GetProperty("name").GetString()));
        Assert.Equal(2, byName.Data.Count());
        Assert.Empty(none.Data);
    }
}
