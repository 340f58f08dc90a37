using System.Net;
using AiPortal.Tests.Api;
using AiPortal.Tests.Fixtures;
using Xunit;

namespace AiPortal.Tests.Organizations;

public sealed class MemberEndpointsTests(PortalHost host) : IClassFixture<PortalHost>
{
    private const string Password = "a-long-enough-secret";

    [Fact]
    public async Task Add_WithPassword_SignsInAtOnceWithTheRole()
    {
        var added = await host.Admin.PostApiAsync("/members", new { email = "ada@example.com", name = "Ada", role = "finance", password = Password });
        using var ada = await host.SignInAsync("ada@example.com", Password);
        var me = await ada.GetApiAsync("/me");

        Assert.Equal((HttpStatusCode.Created, "finance", "active", null), (added.Status, added.Text("role"), added.Text("status"), added.Text("invitation_url")));
        Assert.Equal(host.OrganizationId, me.Json.GetProperty("organization_id").GetGuid());
    }

    [Fact]
    public async Task Add_WithoutPassword_GivesALinkThatWorksOnce()
    {
        var invited = await host.Admin.PostApiAsync("/members", new { email = "bea@example.com", name = "Bea" });
        var url = invited.Text("invitation_url")!;
        var token = Uri.UnescapeDataString(new Uri(url).Query.Split("token=")[1]);
        using var anonymous = host.Anonymous();
        var weak = await anonymous.PostApiAsync("/auth/accept-invitation", new { token, password = "short" });
        var accepted = await anonymous.PostApiAsync("/auth/accept-invitation", new { token, password = Password });
        var again = await anonymous.PostApiAsync("/auth/accept-invitation", new { token, password = "another-long-secret" });
        using var bea = await host.SignInAsync("bea@example.com", Password);
        var read = await host.Admin.GetApiAsync($"/members/{invited.Id}");

        Assert.StartsWith(host.BaseUrl.ToString(), url, StringComparison.Ordinal);
        Assert.Equal("invited", invited.Text("status"));
        Assert.Equal((HttpStatusCode.BadRequest, HttpStatusCode.NoContent, HttpStatusCode.NotFound), (weak.Status, accepted.Status, again.Status));
        Assert.Equal("active", read.Text("status"));
        Assert.False(read.Json.TryGetProperty("invitation_url", out _));
    }

    [Fact]
    public async Task Add_PersonOfAnotherOrganization_KeepsHisPassword()
    {
        var (stranger, _) = await host.StrangerAsync();
        using var client = stranger;
        await stranger.PostApiAsync("/members", new { email = "cyd@example.com", name = "Cyd", password = Password });
        var added = await host.Admin.PostApiAsync("/members", new { email = "CYD@example.com", name = "Cyd here", role = "manager", password = "taken-over-secret" });
        using var cyd = await host.SignInAsync("cyd@example.com", Password);
        using var anonymous = host.Anonymous();
        var takenOver = await anonymous.PostApiAsync("/auth/login", new { email = "cyd@example.com", password = "taken-over-secret" });

        Assert.Equal((HttpStatusCode.Created, null), (added.Status, added.Text("invitation_url")));
        Assert.Equal(2, (await cyd.GetApiAsync("/organizations")).Data.Count());
        Assert.Equal(HttpStatusCode.Unauthorized, takenOver.Status);
    }

    [Theory]
    [InlineData("""{"name":"x"}""", "email")]
    [InlineData("""{"email":"not-an-address","name":"x"}""", "email")]
    [InlineData("""{"email":"Dee <dee@example.com>","name":"x"}""", "email")]
    [InlineData("""{"email":"dee@example.com","name":"x","role":"god"}""", "role")]
    [InlineData("""{"email":"dee@example.com","name":"x","password":"short"}""", "password")]
    [InlineData("""{"email":"dee@example.com","name":"x","pasword":"long-enough-secret"}""", "pasword")]
    public async Task Add_BadMember_IsRefusedByName(string json, string field)
    {
        var answer = await host.Admin.PostApiAsync("/members", json);

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Equal([field], answer.Fields);
    }

    [Fact]
    public async Task Add_SamePersonTwice_IsAConflict()
    {
        var body = new { email = "eve@example.com", name = "Eve" };
        await host.Admin.PostApiAsync("/members", body);

        Assert.Equal((HttpStatusCode.Conflict, "already_exists"), await StatusOf(host.Admin.PostApiAsync("/members", body)));
    }

    [Fact]
    public async Task Administrator_NeverMakesOrTouchesOwners()
    {
        using var administrator = await host.MemberAsync("administrator");
        var owner = await OwnMembershipAsync();
        var made = await administrator.PostApiAsync("/members", new { email = "fay@example.com", name = "Fay", role = "owner", password = Password });
        var demoted = await administrator.PatchApiAsync($"/members/{owner}", new { role = "member" });
        var removed = await administrator.DeleteApiAsync($"/members/{owner}");
        var denials = await host.Admin.GetApiAsync("/audit?subject_type=member&allowed=false");

        Assert.All([made, demoted, removed], answer => Assert.Equal(HttpStatusCode.Forbidden, answer.Status));
        Assert.Equal(["member.create", "member.delete", "member.update"], denials.Data.Select(row => row.GetProperty("action").GetString()).Distinct().Order());
    }

    [Fact]
    public async Task LastOwner_IsNeitherDemotedNorRemoved()
    {
        var owner = await OwnMembershipAsync();

        Assert.Equal((HttpStatusCode.Conflict, "last_owner"), await StatusOf(host.Admin.PatchApiAsync($"/members/{owner}", new { role = "administrator" })));
        Assert.Equal((HttpStatusCode.Conflict, "last_owner"), await StatusOf(host.Admin.DeleteApiAsync($"/members/{owner}")));
    }

    [Fact]
    public async Task TwoOwners_BothLeavingAtOnce_OneStays()
    {
        var own = await host.Admin.PostApiAsync("/organizations", new { name = "Two owners" });
        await host.Admin.PostApiAsync("/members", new { email = "second@example.com", name = "Second", role = "owner", password = Password, organization_id = own.Id });
        var owners = (await host.Admin.GetApiAsync($"/members?role=owner&organization_id={own.Id}")).Data.Select(m => m.GetProperty("id").GetGuid()).ToList();
        using var second = await host.SignInAsync("second@example.com", Password);
        await Task.WhenAll(owners.Select((id, i) => (i == 0 ? host.Admin : second).PatchApiAsync($"/members/{id}", new { role = "member" })));

        Assert.Equal(2, owners.Count);
        Assert.Equal(1, await host.Database.ScalarAsync<long>("SELECT count(*) FROM memberships WHERE role = 'owner' AND organization_id = $1", own.Id));
    }

    [Fact]
    public async Task Change_RoleOfAMember_CountsAtHisNextRequest()
    {
        using var gus = await host.MemberAsync("member", "gus@example.com");
        var id = (await host.Admin.GetApiAsync("/members?search=gus@")).Data.Single().GetProperty("id").GetGuid();
        var before = await gus.GetApiAsync("/members");
        var read = await host.Admin.GetApiAsync($"/members/{id}");
        var put = await host.Admin.CallAsync(HttpMethod.Put, $"/members/{id}", read.Json);
        await host.Admin.PatchApiAsync($"/members/{id}", new { role = "auditor" });
        var after = await gus.GetApiAsync("/members");
        await host.Admin.DeleteApiAsync($"/members/{id}");
        var gone = await gus.GetApiAsync($"/members?organization_id={host.OrganizationId}");

        Assert.Equal(HttpStatusCode.OK, put.Status);
        Assert.Equal((HttpStatusCode.Forbidden, HttpStatusCode.OK, HttpStatusCode.NotFound), (before.Status, after.Status, gone.Status));
    }

    [Fact]
    public async Task Change_AddressOrPassword_IsRefused()
    {
        var id = await OwnMembershipAsync();

        Assert.Equal(["email"], (await host.Admin.PatchApiAsync($"/members/{id}", new { email = "other@example.com" })).Fields);
        Assert.Equal(["password"], (await host.Admin.PatchApiAsync($"/members/{id}", new { password = "another-long-secret" })).Fields);
    }

    [Fact]
    public async Task TeamOfAnotherOrganization_DoesNotExist()
    {
        var (stranger, _) = await host.StrangerAsync();
        using var client = stranger;
        var his = await stranger.PostApiAsync("/teams", new { name = "His" });

        Assert.Equal(HttpStatusCode.NotFound, (await host.Admin.PostApiAsync("/members", new { email = "hal@example.com", name = "Hal", team_id = his.Id })).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await host.Admin.GetApiAsync($"/members?team_id={his.Id}")).Status);
    }

    private async Task<Guid> OwnMembershipAsync() =>
        (await host.Admin.GetApiAsync($"/members?search={PortalHost.AdminEmail}")).Data.Single().GetProperty("id").GetGuid();

    private static async Task<(HttpStatusCode, string?)> StatusOf(Task<ApiAnswer> call)
    {
        var answer = await call;
        return (answer.Status, answer.Code);
    }
}
