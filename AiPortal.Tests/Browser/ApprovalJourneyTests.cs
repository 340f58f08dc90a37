using System.Net;
using System.Net.Http.Json;
using AiPortal.Tests.Api;
using AiPortal.Tests.Fixtures;
using Microsoft.Playwright;

namespace AiPortal.Tests.Browser;

/// <summary>A key for production is asked for; a manager agrees on a phone, finance at a desk; the requester takes it into use.</summary>
public sealed class ApprovalJourneyTests(PortalHost host, ChromiumBrowser browser) : IClassFixture<PortalHost>, IClassFixture<ChromiumBrowser>
{
    private const string Password = "a-long-enough-secret";

    /// <summary>By page from the first to the last step: a plain member asks, a manager and finance agree, he takes the secret once and calls with it.</summary>
    [Fact]
    public async Task KeyOfOnesOwn_RequestedByPage_AgreedByTwo_IsUsed()
    {
        await host.Admin.PostApiAsync("/providers", new { name = "Sandbox", kind = "sandbox" });
        var live = (await host.Admin.PostApiAsync("/environments", new { name = "live" })).Id;
        await host.Admin.PostApiAsync("/approvals/policies", new { kind = "key.create", environment_id = live, steps = new[] { "manager", "finance" } });
        foreach (var role in (string[])["member", "manager", "finance"]) (await host.MemberAsync(role, $"own-{role}@example.com")).Dispose();

        await using var asker = await browser.VisitAsync(host.BaseUrl, width: 390, height: 844);
        await asker.SignInAsync("/my-keys", "own-member@example.com", Password);
        await asker.Page.Locator(".empty-state .button-primary").ClickAsync();
        await asker.Page.FillAsync("#request-name", "Shop search");
        await asker.Page.Locator("form .button-primary").ClickAsync();
        await Assertions.Expect(asker.Page.Locator("#request-purpose")).ToHaveAttributeAsync("aria-invalid", "true");
        await asker.Page.FillAsync("#request-purpose", "Search in the shop, for its visitors.");
        await asker.Page.SelectOptionAsync("#request-environment", live.ToString());
        await asker.Page.FillAsync("#request-models", "sandbox-small");
        await asker.Page.FillAsync("#request-budget", "25");
        Assert.False(await asker.ScrollsSidewaysAsync());
        await asker.Page.Locator("form .button-primary").DblClickAsync();
        await Assertions.Expect(asker.Page.Locator(".request-key [role=status]")).ToContainTextAsync("You asked for Shop search");
        await Assertions.Expect(asker.Page.Locator(".request-key")).ToContainTextAsync("a manager and then of finance");
        await asker.Page.Locator(".request-key .button-primary").ClickAsync();
        await Assertions.Expect(asker.Page.Locator(".own-line")).ToContainTextAsync("Waiting");

        foreach (var role in (string[])["manager", "finance"])
        {
            await using var decider = await browser.VisitAsync(host.BaseUrl);
            await decider.SignInAsync("/approvals", $"own-{role}@example.com", Password);
            await decider.Page.Locator(".approval-open", new() { HasText = "Shop search" }).ClickAsync();
            await Assertions.Expect(decider.Page.Locator(".approval-reason").First).ToHaveTextAsync("Search in the shop, for its visitors.");
            await decider.Page.Locator(".drawer .button-primary").DblClickAsync();
            await Assertions.Expect(decider.Page.Locator(role == "manager" ? ".approval-steps li" : ".approval-badges").First).ToContainTextAsync(role == "manager" ? "manager agreed" : "Approved");
        }

        // It comes by itself; a second click finds nothing more.
        await Assertions.Expect(asker.Page.Locator(".own-line .button-primary")).ToHaveTextAsync("Show the secret");
        Assert.False(await asker.ScrollsSidewaysAsync());
        await asker.Page.Locator(".own-line .button-primary").DblClickAsync();
        var secret = (await asker.Page.Locator(".rz-dialog [data-secret]").TextContentAsync())!.Trim();
        await asker.Page.Locator(".rz-dialog .button-primary").Last.ClickAsync();
        await Assertions.Expect(asker.Page.Locator(".own-line")).ToContainTextAsync("live");
        await Assertions.Expect(asker.Page.Locator(".own-line .button-primary")).ToHaveCountAsync(0);
        using var application = host.WithBearer(secret);
        using var answer = await application.PostAsJsonAsync("/v1/chat/completions", new { model = "sandbox-small", messages = new[] { new { role = "user", content = "Hello" } } });

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal((1L, 1L, 2L), (await CountAsync("key.create"), await CountAsync("key.collect"), await CountAsync("approval.approve")));

        Task<long> CountAsync(string action) => host.Database.ScalarAsync<long>("SELECT count(*) FROM audit_events WHERE action = $1 AND allowed AND subject_name = 'Shop search'", action);
    }

    [Fact]
    public async Task KeyInProduction_TwoSteps_ThenItIsUsed()
    {
        var production = (await host.Admin.PostApiAsync("/environments", new { name = "production" })).Id;
        using var asker = await host.MemberAsync("manager", "asker@example.com");
        using var manager = await host.MemberAsync("manager", "manager@example.com");
        using var finance = await host.MemberAsync("finance", "finance@example.com");

        await using var owner = await browser.VisitAsync(host.BaseUrl);
        await owner.SignInAsync("/approvals/policies");
        await owner.Page.ClickAsync(".page-header .button-primary");
        await owner.Page.SelectOptionAsync("#policy-kind", "key.create");
        await owner.Page.SelectOptionAsync("#policy-environment", production.ToString());
        await owner.Page.SelectOptionAsync("#policy-first", "Manager");
        await owner.Page.SelectOptionAsync("#policy-second", "Finance");
        await owner.Page.ClickAsync(".rz-dialog .button-primary");
        await Assertions.Expect(owner.Page.Locator(".policy-line")).ToContainTextAsync("in production");

        await using var phone = await browser.VisitAsync(host.BaseUrl, width: 390, height: 844);
        await phone.SignInAsync("/approvals", "manager@example.com", Password);
        await Assertions.Expect(phone.Page.Locator(".empty-state")).ToContainTextAsync("Nothing waits for you");
        await using var desk = await browser.VisitAsync(host.BaseUrl);
        await desk.SignInAsync("/approvals", "finance@example.com", Password);

        var asked = await asker.PostApiAsync("/keys", new { name = "search", environment_id = production });
        Assert.Equal("pending", asked.Text("status"));

        // It comes by itself.
        await phone.Page.Locator(".approval-open").ClickAsync();
        await Assertions.Expect(phone.Page.Locator(".approval-says")).ToHaveTextAsync("manager asks for a new key: search");
        await Assertions.Expect(phone.Page.Locator(".difference-table")).ToContainTextAsync("production");
        Assert.False(await phone.ScrollsSidewaysAsync());
        await phone.Page.FillAsync("#approval-comment", "For the launch");
        await phone.Page.ClickAsync(".drawer .button-primary");
        await Assertions.Expect(phone.Page.Locator(".approval-steps li").First).ToContainTextAsync("manager agreed");
        await Assertions.Expect(phone.Page.Locator(".drawer .button-primary")).ToHaveCountAsync(0);

        await Assertions.Expect(desk.Page.Locator(".rail a[href='/approvals'] .nav-count")).ToHaveTextAsync("1");
        await desk.Page.Locator(".approval-open").ClickAsync();
        await Assertions.Expect(desk.Page.Locator(".approval-history")).ToContainTextAsync("For the launch");
        await desk.Page.Locator(".drawer .button-primary").ClickAsync();
        await Assertions.Expect(desk.Page.Locator(".approval-badges")).ToContainTextAsync("Approved");
        await Assertions.Expect(desk.Page.Locator(".rail a[href='/approvals'] .nav-count")).ToHaveCountAsync(0);

        await using var user = await browser.VisitAsync(host.BaseUrl);
        await user.SignInAsync($"/approvals?box=mine&open={asked.Id}", "asker@example.com", Password);
        await user.Page.Locator(".drawer a[href^='/keys']").ClickAsync();
        await Assertions.Expect(user.Page.Locator(".rz-data-row")).ToContainTextAsync("search");
        var key = (await asker.GetApiAsync($"/approvals/{asked.Id}")).Json.GetProperty("result_id").GetGuid();
        var secret = (await asker.PostApiAsync($"/keys/{key}/regenerate", null)).Text("key")!;
        using var application = host.WithBearer(secret);
        Assert.True((await application.GetAsync("/v1/models")).IsSuccessStatusCode);
    }
}
