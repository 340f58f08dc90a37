using System.Net;
using AiPortal.Access;
using AiPortal.Tests.Api;
using AiPortal.Tests.Fixtures;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;

namespace AiPortal.Tests.Browser;

/// <summary>What an administrator changes reaches the pages that others have open, without a reload and within 5 s.</summary>
public sealed class OpenCircuitJourneyTests(PortalHost host, ChromiumBrowser browser) : IClassFixture<PortalHost>, IClassFixture<ChromiumBrowser>
{
    private const string Password = "a-long-enough-secret";
    private const float Promised = 5000;

    [Fact]
    public async Task OwnerLendsARole_AndTakesItBack_AndTheOpenPageFollows()
    {
        await MemberAsync("follower@example.com", "member");
        await using var member = await browser.VisitAsync(host.BaseUrl);
        await member.SignInAsync("/members", "follower@example.com", Password);
        await member.Page.EvaluateAsync("() => document.body.dataset.before = 'the change'");
        await Assertions.Expect(member.Page.Locator("nav.rail a[href='/audit']")).ToHaveCountAsync(0);

        await using var owner = await browser.VisitAsync(host.BaseUrl);
        await owner.SignInAsync("/access");
        await owner.Page.ClickAsync(".lent-head .button-primary");
        await owner.Page.FillAsync("#grant-search", "follower@");
        await owner.Page.ClickAsync(".grant-found button");
        await owner.Page.SelectOptionAsync("#grant-role", "Auditor");
        await owner.Page.FillAsync("#grant-reason", "The quarter's audit");
        await owner.Page.ClickAsync(".rz-dialog .button-primary");
        await Assertions.Expect(owner.Page.Locator(".lent li")).ToHaveCountAsync(1);
        await Within(member.Page.Locator("nav.rail a[href='/audit']"), 1);
        await Assertions.Expect(member.Page.Locator(".rz-data-row").First).ToBeVisibleAsync();
        await Assertions.Expect(member.Page.Locator(".rz-notification")).ToContainTextAsync("Your access has changed");

        await owner.Page.ClickAsync(".lent li .button");
        await owner.Page.ClickAsync(".confirm .button-primary");
        await Assertions.Expect(owner.Page.Locator(".lent li")).ToHaveCountAsync(0);
        await Within(member.Page.Locator("nav.rail a[href='/audit']"), 0);
        await Within(member.Page.Locator(".rz-data-row"), 0);
        await Assertions.Expect(member.Page.Locator("body[data-before]")).ToHaveCountAsync(1);
    }

    [Fact]
    public async Task ManagerLosesHisRole_AndTheDialogAndButtonsGo()
    {
        var id = await MemberAsync("demoted@example.com", "manager");
        await using var visit = await browser.VisitAsync(host.BaseUrl);
        await visit.SignInAsync("/keys", "demoted@example.com", Password);
        await visit.Page.ClickAsync(".page-header .button-primary");
        await Assertions.Expect(visit.Page.Locator(".rz-dialog")).ToHaveCountAsync(1);

        await PatchAsync($"/members/{id}", new { role = "auditor" });
        await Within(visit.Page.Locator(".rz-dialog"), 0);
        await Within(visit.Page.Locator(".page-header .button-primary"), 0);
        await Assertions.Expect(visit.Page.Locator("nav.rail a[href='/audit']")).ToHaveCountAsync(1);
    }

    [Fact]
    public async Task RemovedMember_IsTakenToSignIn_AndSoIsWhoseSessionIsEnded()
    {
        var id = await MemberAsync("removed@example.com", "manager");
        await using var removed = await browser.VisitAsync(host.BaseUrl);
        await removed.SignInAsync("/keys", "removed@example.com", Password);
        Assert.Equal(HttpStatusCode.NoContent, (await host.Admin.DeleteApiAsync($"/members/{id}")).Status);
        await removed.Page.WaitForURLAsync("**/sign-in?returnUrl=*", new() { Timeout = Promised });

        await MemberAsync("revoked@example.com", "manager");
        await using var revoked = await browser.VisitAsync(host.BaseUrl);
        await revoked.SignInAsync("/", "revoked@example.com", Password);
        using var elsewhere = await host.SignInAsync("revoked@example.com", Password);
        await elsewhere.PostApiAsync("/auth/sessions/end-others", new { });
        await revoked.Page.WaitForURLAsync("**/sign-in?returnUrl=*", new() { Timeout = Promised });
    }

    [Fact]
    public async Task ManagerOfAPart_WhoGetsAnother_SeesNoMoreOfTheFirst()
    {
        var (first, second) = (await CreateAsync("/teams", new { name = "First part" }), await CreateAsync("/teams", new { name = "Second part" }));
        var key = await CreateAsync("/keys", new { name = "Of the first part", team_id = first });
        var id = await MemberAsync("moved@example.com", "manager", first);
        await using var visit = await browser.VisitAsync(host.BaseUrl);
        await visit.SignInAsync($"/keys/{key}", "moved@example.com", Password);
        await Assertions.Expect(visit.Page.Locator("main h1")).ToContainTextAsync("Of the first part");

        await PatchAsync($"/members/{id}", new { scope_id = second });
        await Assertions.Expect(visit.Page.Locator("main")).Not.ToContainTextAsync("Of the first part", new() { Timeout = Promised });
    }

    /// <summary>Between the change and its arrival the old view is still there: what is clicked in it is refused.</summary>
    [Fact]
    public async Task ClickInAnOldView_IsRefused()
    {
        await using var another = host.AnotherNode();
        await another.InitializeAsync();
        // This node hears of nothing and looks at nothing.
        await another.Services.GetRequiredService<OpenCircuits>().StopAsync(CancellationToken.None);
        var id = await MemberAsync("late@example.com", "manager");
        await using var visit = await browser.VisitAsync(another.BaseUrl);
        await visit.SignInAsync("/keys", "late@example.com", Password);
        await visit.Page.ClickAsync(".page-header .button-primary");
        await visit.Page.Locator(".rz-dialog input").First.FillAsync("Made too late");
        await PatchAsync($"/members/{id}", new { role = "auditor" });
        await visit.Page.Locator(".rz-dialog .button-primary").ClickAsync();

        await Assertions.Expect(visit.Page.Locator(".rz-dialog [role=alert], .rz-dialog .field-error").First).ToBeVisibleAsync();
        Assert.Equal(0L, await host.Database.ScalarAsync<long>("SELECT count(*) FROM api_keys WHERE name = 'Made too late'"));
        Assert.Equal(1L, await host.Database.ScalarAsync<long>("SELECT count(*) FROM audit_events WHERE action = 'key.create' AND NOT allowed AND actor_name = 'late'"));
    }

    private static Task Within(ILocator locator, int count) => Assertions.Expect(locator).ToHaveCountAsync(count, new() { Timeout = Promised });

    private async Task<Guid> MemberAsync(string email, string role, Guid? team = null)
    {
        var added = await host.Admin.PostApiAsync("/members", new { email, name = email[..email.IndexOf('@', StringComparison.Ordinal)], role, password = Password, scope_type = team is null ? null : "team", scope_id = team });
        Assert.True(added.Status == HttpStatusCode.Created, added.Json.ToString());
        return added.Id;
    }

    private async Task<Guid> CreateAsync(string path, object body)
    {
        var made = await host.Admin.PostApiAsync(path, body);
        Assert.True(made.Status == HttpStatusCode.Created, $"{path}: {made.Json}");
        return made.Id;
    }

    private async Task PatchAsync(string path, object body)
    {
        var changed = await host.Admin.PatchApiAsync(path, body);
        Assert.True(changed.Status == HttpStatusCode.OK, $"{path}: {changed.Json}");
    }
}
