using System.Net;
using AiPortal.Tests.Api;
using AiPortal.Tests.Fixtures;

namespace AiPortal.Tests.Federation;

/// <summary>A provider leads into an account that is there already only where its address is known to be the person's, and he takes the provider away again.</summary>
public sealed class AddressLinkingTests(PortalHost host, IdentityServer server) : IClassFixture<PortalHost>, IClassFixture<IdentityServer>
{
    private const string Password = "a-long-enough-secret";
    private Guid _id;

    [Fact]
    public async Task AnAccountWithAPassword_MadeInAnothersName_IsNotSharedWithHim_UntilItsAddressIsConfirmed()
    {
        await SetAsync();
        using var maker = await host.MemberAsync("member", "victim@example.com");
        server.Knows("victim", "victim@example.com");
        using (var browser = new Walk(host.BaseUrl))
        {
            Assert.Equal("/sign-in?fault=address_unconfirmed", await browser.FollowAsync($"/sign-in/with/{_id}"));
            Assert.False(browser.HasSession);
            Assert.Contains("not confirmed", await browser.GetTextAsync("/sign-in?fault=address_unconfirmed"), StringComparison.Ordinal);
        }

        var member = await MemberAsync("victim@example.com");
        Assert.False(member.GetProperty("email_confirmed").GetBoolean());
        var path = $"/members/{member.GetProperty("id").GetGuid()}/confirm-address";
        Assert.Equal(HttpStatusCode.Forbidden, (await maker.PostApiAsync(path, null)).Status);
        var confirmed = await host.Admin.PostApiAsync(path, null);
        Assert.True(confirmed.Json.GetProperty("email_confirmed").GetBoolean(), confirmed.Json.ToString());
        Assert.Equal("already_confirmed", (await host.Admin.PostApiAsync(path, null)).Code);
        Assert.Equal(1, await host.Database.ScalarAsync<long>("SELECT count(*) FROM audit_events WHERE action = 'member.confirm_address' AND allowed"));
        using (var browser = new Walk(host.BaseUrl)) Assert.Equal("/", await browser.FollowAsync($"/sign-in/with/{_id}"));
    }

    [Fact]
    public async Task Nobody_ConfirmsHisOwnAddress_NorOneOfAnotherOrganization()
    {
        using var administrator = await host.MemberAsync("administrator", "self@example.com");
        var own = (await MemberAsync("self@example.com")).GetProperty("id").GetGuid();
        Assert.Equal(HttpStatusCode.Forbidden, (await administrator.PostApiAsync($"/members/{own}/confirm-address", null)).Status);
        var owner = (await MemberAsync(PortalHost.AdminEmail)).GetProperty("id").GetGuid();
        Assert.Equal(HttpStatusCode.Forbidden, (await administrator.PostApiAsync($"/members/{owner}/confirm-address", null)).Status);

        var (stranger, elsewhere) = await host.StrangerAsync();
        using (stranger)
        {
            Assert.Equal(HttpStatusCode.NotFound, (await stranger.PostApiAsync($"/members/{own}/confirm-address", null)).Status);
            var guest = await host.Admin.PostApiAsync("/members", new { email = $"stranger-{elsewhere:N}@example.com", name = "Guest", role = "member" });
            Assert.Equal("member_elsewhere", (await host.Admin.PostApiAsync($"/members/{guest.Id}/confirm-address", null)).Code);
        }
    }

    [Fact]
    public async Task AnInvitationNobodyTook_IsHisWhomTheProviderVouchesFor_AndItsLinkEnds()
    {
        await SetAsync();
        var invited = await host.Admin.PostApiAsync("/members", new { email = "invited@example.com", name = "Invited", role = "member" });
        var link = invited.Text("invitation_url")!;
        Assert.Equal("not_entered", (await host.Admin.PostApiAsync($"/members/{invited.Id}/confirm-address", null)).Code);
        server.Knows("invited", "invited@example.com");
        using (var browser = new Walk(host.BaseUrl)) Assert.Equal("/", await browser.FollowAsync($"/sign-in/with/{_id}"));

        using var thief = host.Anonymous();
        var late = await thief.PostApiAsync("/auth/accept-invitation", new { token = link.Split("token=")[1], password = "chosen-by-somebody-else" });
        Assert.Equal("invalid_invitation", late.Code);
        Assert.Equal("already_accepted", (await host.Admin.PostApiAsync($"/members/{invited.Id}/invite", null)).Code);
        Assert.Equal("active", (await MemberAsync("invited@example.com")).GetProperty("status").GetString());

        // With the provider goes the only way in: then he can be invited again.
        await host.Admin.DeleteApiAsync($"/identity-providers/{_id}");
        Assert.Equal("invited", (await MemberAsync("invited@example.com")).GetProperty("status").GetString());
        Assert.Equal(HttpStatusCode.OK, (await host.Admin.PostApiAsync($"/members/{invited.Id}/invite", null)).Status);
    }

    [Fact]
    public async Task APerson_ConnectsHisOwnProvider_SignedIn_AndOnlyHisOwn()
    {
        await SetAsync();
        using var client = await host.MemberAsync("member", "both@example.com");
        using var browser = new Walk(host.BaseUrl);
        Assert.Equal("/sign-in?returnUrl=%2Faccount", await browser.FollowAsync($"/sign-in/with/{_id}?connect=true"));
        Assert.Equal("/account", await browser.SignInAsync("both@example.com", Password, "/account"));

        server.Knows("other", "other@example.com");
        Assert.Equal("/account?fault=address_differs", await browser.FollowAsync($"/sign-in/with/{_id}?connect=true"));
        server.Knows("both", "both@example.com", verified: false);
        Assert.Equal("/account?fault=address_unverified", await browser.FollowAsync($"/sign-in/with/{_id}?connect=true"));
        server.Knows("both", "Both@example.com");
        // What another browser began ends in no account of ours.
        using (var another = new Walk(host.BaseUrl))
        {
            await another.SignInAsync(PortalHost.AdminEmail, PortalHost.AdminPassword, "/account");
            Assert.StartsWith("/sign-in?fault=", await another.FollowAsync(await browser.ToTheDoorAsync($"/sign-in/with/{_id}?connect=true")), StringComparison.Ordinal);
        }

        Assert.Equal("/account", await browser.FollowAsync($"/sign-in/with/{_id}?connect=true"));
        var way = Assert.Single((await client.GetApiAsync("/auth/identities")).Data);
        Assert.Equal((_id, "provider", true), (way.GetProperty("id").GetGuid(), way.GetProperty("kind").GetString(), way.GetProperty("may_disconnect").GetBoolean()));
        using (var next = new Walk(host.BaseUrl)) Assert.Equal("/", await next.FollowAsync($"/sign-in/with/{_id}"));
        using (var taken = new Walk(host.BaseUrl))
        {
            await taken.SignInAsync(PortalHost.AdminEmail, PortalHost.AdminPassword, "/account");
            Assert.Equal("/account?fault=linked_elsewhere", await taken.FollowAsync($"/sign-in/with/{_id}?connect=true"));
        }
    }

    [Fact]
    public async Task ADisconnectedProvider_DoesNotComeBackByItself_AndTheLastWayStays()
    {
        await SetAsync();
        using var client = await host.MemberAsync("member", "leaving@example.com");
        server.Knows("leaving", "leaving@example.com");
        using var browser = new Walk(host.BaseUrl);
        await browser.SignInAsync("leaving@example.com", Password, "/account");
        await browser.FollowAsync($"/sign-in/with/{_id}?connect=true");
        using (var outside = new Walk(host.BaseUrl)) Assert.Equal("/", await outside.FollowAsync($"/sign-in/with/{_id}"));

        using var stranger = await host.MemberAsync("member");
        Assert.Equal(HttpStatusCode.NotFound, (await stranger.DeleteApiAsync($"/auth/identities/{_id}")).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await client.DeleteApiAsync($"/auth/identities/{_id}")).Status);
        Assert.Equal(0, await host.Database.ScalarAsync<long>("SELECT count(*) FROM sessions WHERE source_id = $1 AND revoked_at IS NULL", _id));
        using (var outside = new Walk(host.BaseUrl)) Assert.Equal("/sign-in?fault=disconnected", await outside.FollowAsync($"/sign-in/with/{_id}"));
        Assert.Equal("/account", await browser.FollowAsync($"/sign-in/with/{_id}?connect=true"));
        using (var outside = new Walk(host.BaseUrl)) Assert.Equal("/", await outside.FollowAsync($"/sign-in/with/{_id}"));

        server.Knows("only", "only@example.com");
        using (var outside = new Walk(host.BaseUrl)) Assert.Equal("/", await outside.FollowAsync($"/sign-in/with/{_id}"));
        using var api = host.WithBearer(await host.TokenOfAsync("only@example.com"));
        Assert.False(Assert.Single((await api.GetApiAsync("/auth/identities")).Data).GetProperty("may_disconnect").GetBoolean());
        Assert.Equal("last_way", (await api.DeleteApiAsync($"/auth/identities/{_id}")).Code);
    }

    private async Task<System.Text.Json.JsonElement> MemberAsync(string email) =>
        (await host.Admin.GetApiAsync("/members?search=" + email)).Data.Single(row => row.GetProperty("email").GetString() == email);

    private async Task SetAsync()
    {
        var answer = await host.Admin.PostApiAsync("/identity-providers", server.Settings());
        Assert.True(answer.Status == HttpStatusCode.Created, answer.Json.ToString());
        _id = answer.Id;
    }
}
