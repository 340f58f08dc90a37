using AiPortal.Tests.Api;
using AiPortal.Tests.Fixtures;
using Microsoft.Playwright;

namespace AiPortal.Tests.Browser;

/// <summary>A key for production is asked for; a manager agrees on a phone, finance at a desk; the requester takes it into use.</summary>
public sealed class ApprovalJourneyTests(PortalHost host, ChromiumBrowser browser) : IClassFixture<PortalHost>, IClassFixture<ChromiumBrowser>
{
    private const string Password = "a-long-enough-secret";

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
