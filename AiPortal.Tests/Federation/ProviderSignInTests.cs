using System.Net;
using System.Text.RegularExpressions;
using AiPortal.Tests.Api;
using AiPortal.Tests.Fixtures;

namespace AiPortal.Tests.Federation;

/// <summary>People of a real provider sign in; states, nonces, tokens and addresses that do not fit begin no session and lead nowhere else.</summary>
public sealed class ProviderSignInTests(PortalHost host, IdentityServer server) : IClassFixture<PortalHost>, IClassFixture<IdentityServer>
{
    private Guid _id;

    [Fact]
    public async Task AVerifiedPerson_ComesInByTheButton_AndIsConfinedToTheOrganization()
    {
        await SetAsync();
        server.Knows("grace-1", "grace@example.com");
        using var browser = new Walk(host.BaseUrl);
        var page = await browser.GetTextAsync($"/sign-in?returnUrl=%2Fbudgets&organization={host.OrganizationId}");
        Assert.Contains($"/sign-in/with/{_id}?returnUrl=%2Fbudgets", WebUtility.HtmlDecode(page), StringComparison.Ordinal);
        Assert.Equal("/budgets", await browser.FollowAsync($"/sign-in/with/{_id}?returnUrl=%2Fbudgets"));
        Assert.True(browser.HasSession);
        var member = (await host.Admin.GetApiAsync("/members?limit=500")).Data.Single(row => row.GetProperty("email").GetString() == "grace@example.com");
        Assert.Equal(("Grace Hopper", "member"), (member.GetProperty("name").GetString(), member.GetProperty("role").GetString()));
        Assert.Equal(1, await host.Database.ScalarAsync<long>("SELECT count(*) FROM sessions WHERE source_id = $1 AND confined_to = $2 AND revoked_at IS NULL", _id, host.OrganizationId));

        await host.Admin.PatchApiAsync($"/identity-providers/{_id}", new { enabled = false });
        Assert.Equal(0, await host.Database.ScalarAsync<long>("SELECT count(*) FROM sessions WHERE source_id = $1 AND revoked_at IS NULL", _id));
        using var late = new Walk(host.BaseUrl);
        Assert.Equal("/sign-in?fault=provider_gone", await late.FollowAsync($"/sign-in/with/{_id}"));
    }

    [Fact]
    public async Task WhatDoesNotFit_BeginsNoSession()
    {
        await SetAsync();
        foreach (var (fault, prepare) in new (string, Action)[]
        {
            ("address_unverified", () => server.Knows("u1", "u1@example.com", verified: false)),
            ("address_unverified", () => server.Knows("u2", "u2@example.com", verified: null)),
            ("token_unfit", () => server.Knows("", "u3@example.com")), ("provider_silent", () => server.Knows("u3", "no address")),
            ("not_in_domain", () => server.Knows("u4", "u4@elsewhere.example")),
            ("token_unfit", () => Twisted("nonce", "another")), ("token_unfit", () => Twisted("nonce", null)), ("token_unfit", () => Twisted("aud", "somebody-else")),
            ("token_unfit", () => Twisted("iss", "https://elsewhere.example")), ("token_unfit", () => Twisted("sub", "another")), ("token_unfit", () => Twisted("exp", 1_000_000_000L)),
            ("token_unfit", () => Twisted("aud", new[] { "aiportal", "somebody-else" })),
        })
        {
            prepare();
            using var browser = new Walk(host.BaseUrl);
            Assert.Equal("/sign-in?fault=" + fault, await browser.FollowAsync($"/sign-in/with/{_id}"));
            Assert.False(browser.HasSession);
        }

        void Twisted(string member, object? value)
        {
            server.Knows("u9", "u9@example.com");
            server.Twist = token => token[member] = value;
        }
    }

    [Fact]
    public async Task AState_IsOfOneBrowserOneProviderAndOneSignIn()
    {
        await SetAsync();
        server.Knows("heidi", "heidi@example.com");
        using var browser = new Walk(host.BaseUrl);
        var back = await browser.ToTheDoorAsync($"/sign-in/with/{_id}");
        using (var another = new Walk(host.BaseUrl)) Assert.Equal("/sign-in?fault=state_unfit", await another.FollowAsync(back));
        Assert.Equal("/sign-in?fault=state_unfit", await browser.FollowAsync(Regex.Replace(back, "state=[^&]{20}", "state=AAAAAAAAAAAAAAAAAAAA")));
        var first = _id;
        await SetAsync();
        Assert.Equal("/sign-in?fault=state_unfit", await browser.FollowAsync(back.Replace(first.ToString(), _id.ToString(), StringComparison.Ordinal)));

        using var owner = new Walk(host.BaseUrl);
        var own = await owner.ToTheDoorAsync($"/sign-in/with/{_id}");
        Assert.Equal("/", await owner.FollowAsync(own));
        var given = server.Given;
        var replayed = await owner.FollowAsync(own);
        Assert.StartsWith("/sign-in?fault=", replayed, StringComparison.Ordinal);
        Assert.Equal(given, server.Given);
    }

    [Theory]
    [InlineData("https://evil.example")]
    [InlineData("//evil.example")]
    [InlineData("/\\evil.example")]
    [InlineData("/\t/evil.example")]
    [InlineData("javascript:alert(1)")]
    [InlineData("/%0d%0aLocation: https://evil.example")]
    public async Task ReturnUrl_LeadsNowhereElse(string returnUrl)
    {
        await SetAsync();
        server.Knows("ivan", "ivan@example.com");
        using var browser = new Walk(host.BaseUrl);
        var end = await browser.FollowAsync($"/sign-in/with/{_id}?returnUrl={Uri.EscapeDataString(returnUrl)}");
        Assert.True(browser.HasSession);
        Assert.Equal(host.BaseUrl.Authority, new Uri(host.BaseUrl, end).Authority);
    }

    [Fact]
    public async Task AnAccount_IsLinkedOnce_AndNeverThatOfAnotherOrganization()
    {
        await SetAsync();
        using var local = await host.MemberAsync("finance", "judy@example.com");
        var judy = (await host.Admin.GetApiAsync("/members?search=judy@example.com")).Data.Single().GetProperty("id").GetGuid();
        await host.Admin.PostApiAsync($"/members/{judy}/confirm-address", null);
        server.Knows("judy-1", "Judy@example.com");
        using (var browser = new Walk(host.BaseUrl)) Assert.Equal("/", await browser.FollowAsync($"/sign-in/with/{_id}"));
        server.Knows("judy-2", "judy@example.com");
        using (var browser = new Walk(host.BaseUrl)) Assert.Equal("/sign-in?fault=address_reused", await browser.FollowAsync($"/sign-in/with/{_id}"));

        var (stranger, elsewhere) = await host.StrangerAsync();
        using (stranger)
        {
            var email = $"stranger-{elsewhere:N}@example.com";
            server.Knows("stranger", email);
            using (var browser = new Walk(host.BaseUrl)) Assert.Equal("/sign-in?fault=account_elsewhere", await browser.FollowAsync($"/sign-in/with/{_id}"));
            await host.Admin.PostApiAsync("/members", new { email, name = "Guest", role = "member" });
            using (var browser = new Walk(host.BaseUrl)) Assert.Equal("/sign-in?fault=account_elsewhere", await browser.FollowAsync($"/sign-in/with/{_id}"));
        }
    }

    [Fact]
    public async Task TwoFactor_IsDemandedUnlessTheProviderIsTrusted()
    {
        await SetAsync();
        server.Knows("ken", "ken@example.com");
        await host.Admin.PatchApiAsync($"/organizations/{host.OrganizationId}", new { two_factor_roles = new[] { "member" } });
        using (var browser = new Walk(host.BaseUrl)) Assert.Equal("/account", await browser.FollowAsync($"/sign-in/with/{_id}?returnUrl=%2Fkeys"));
        await host.Admin.PatchApiAsync($"/identity-providers/{_id}", new { trust_second_factor = true });
        using (var browser = new Walk(host.BaseUrl)) Assert.Equal("/keys", await browser.FollowAsync($"/sign-in/with/{_id}?returnUrl=%2Fkeys"));
        await host.Admin.PatchApiAsync($"/organizations/{host.OrganizationId}", new { two_factor_roles = Array.Empty<string>() });
    }

    [Fact]
    public async Task Settings_KeepTheirSecret_AndPrivateAddressesOut()
    {
        var made = await SetAsync();
        Assert.DoesNotContain(IdentityServer.ClientSecret, made.Json.ToString(), StringComparison.Ordinal);
        Assert.Equal(["client_secret"], (await host.Admin.PatchApiAsync($"/identity-providers/{_id}", new { token_endpoint = "https://198.51.100.7/token" })).Fields);
        Assert.Equal(["token_endpoint"], (await host.Admin.PatchApiAsync($"/identity-providers/{_id}", new { token_endpoint = "http://169.254.169.254/token", client_secret = "x" })).Fields);
        Assert.Equal(["authorization_endpoint", "token_endpoint", "user_info_endpoint"], (await host.Admin.PatchApiAsync($"/identity-providers/{_id}", new { allow_private = false })).Fields);
        Assert.Equal(["new_role"], (await host.Admin.PatchApiAsync($"/identity-providers/{_id}", new { new_role = "owner" })).Fields);
    }

    private async Task<ApiAnswer> SetAsync()
    {
        var answer = await host.Admin.PostApiAsync("/identity-providers", server.Settings());
        Assert.True(answer.Status == HttpStatusCode.Created, answer.Json.ToString());
        _id = answer.Id;
        return answer;
    }
}
