using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using AiPortal.Tests.Fixtures;

namespace AiPortal.Tests.Credentials;

public sealed class AuthEndpointsTests(PortalHost portal) : IClassFixture<PortalHost>
{
    [Fact]
    public async Task Login_WrongPasswordOrUnknownAddress_Answers401InTheSameWords()
    {
        using var client = portal.Anonymous();
        var wrong = await client.PostAsJsonAsync("/api/v1/auth/login", new { email = PortalHost.AdminEmail, password = "not-the-password" });
        var unknown = await client.PostAsJsonAsync("/api/v1/auth/login", new { email = "nobody@example.com", password = "not-the-password" });
        Assert.Equal(HttpStatusCode.Unauthorized, wrong.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, unknown.StatusCode);
        Assert.Equal(await DetailAsync(wrong), await DetailAsync(unknown));
    }

    [Fact]
    public async Task Me_WithoutOrWithWrongToken_Answers401Problem()
    {
        foreach (var client in new[] { portal.Anonymous(), portal.WithBearer("apt_wrong"), portal.WithBearer(new string('x', 5000)) })
        {
            using var answer = await client.GetAsync("/api/v1/me");
            Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
            Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        }
    }

    [Fact]
    public async Task Refresh_Reused_EndsTheSession()
    {
        using var client = portal.Anonymous();
        var login = await (await client.PostAsJsonAsync("/api/v1/auth/login", new { email = PortalHost.AdminEmail, password = PortalHost.AdminPassword })).Content.ReadFromJsonAsync<JsonElement>();
        var spent = login.GetProperty("refresh_token").GetString();
        var renewed = await (await client.PostAsJsonAsync("/api/v1/auth/refresh", new { refresh_token = spent })).Content.ReadFromJsonAsync<JsonElement>();
        using var fresh = portal.WithBearer(renewed.GetProperty("access_token").GetString()!);
        Assert.Equal(HttpStatusCode.OK, (await fresh.GetAsync("/api/v1/me")).StatusCode);

        Assert.Equal(HttpStatusCode.Unauthorized, (await client.PostAsJsonAsync("/api/v1/auth/refresh", new { refresh_token = spent })).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await fresh.GetAsync("/api/v1/me")).StatusCode);
    }

    [Fact]
    public async Task Logout_EndsTheTokenAtOnce()
    {
        using var client = await portal.SignInAsync(PortalHost.AdminEmail, PortalHost.AdminPassword);
        Assert.Equal(HttpStatusCode.NoContent, (await client.PostAsync("/api/v1/auth/logout", null)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await client.GetAsync("/api/v1/me")).StatusCode);
    }

    [Fact]
    public async Task Me_SignedIn_NamesHomeOrganizationAndRole()
    {
        var me = await portal.Admin.GetFromJsonAsync<JsonElement>("/api/v1/me");
        var membership = Assert.Single(me.GetProperty("memberships").EnumerateArray());
        Assert.Equal("owner", membership.GetProperty("role").GetString());
        Assert.Equal(portal.OrganizationId, membership.GetProperty("organization_id").GetGuid());
    }

    [Fact]
    public async Task Register_ByInvitationOnly_IsRefusedAndMakesNobody()
    {
        using var client = portal.Anonymous();
        using var answer = await client.PostAsJsonAsync("/api/v1/auth/register", new { email = "new@example.com", name = "New", password = "a-long-password" });
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Equal("registration_closed", (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString());
        Assert.Equal(1L, await portal.Database.ScalarAsync<long>("SELECT count(*) FROM users"));
    }

    private static async Task<string?> DetailAsync(HttpResponseMessage answer) =>
        (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("detail").GetString();
}
