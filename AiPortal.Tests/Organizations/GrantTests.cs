using System.Net;
using AiPortal.Tests.Api;
using AiPortal.Tests.Fixtures;
using Xunit;

namespace AiPortal.Tests.Organizations;

public sealed class GrantTests(PortalHost host) : IClassFixture<PortalHost>
{
    [Fact]
    public async Task Lent_CountsFromTheNextCall_AndEndsAtOnce()
    {
        using var member = await host.MemberAsync("member", "lent@example.com");
        var user = await UserAsync("lent@example.com");
        Assert.Equal(HttpStatusCode.Forbidden, (await member.GetApiAsync("/bills")).Status);
        var given = await GiveAsync(host.Admin, user, "finance");
        Assert.Equal((HttpStatusCode.Created, "active"), (given.Status, given.Text("status")));
        Assert.Equal(HttpStatusCode.OK, (await member.GetApiAsync("/bills")).Status);
        Assert.Equal("finance", Assert.Single((await member.GetApiAsync("/me")).Json.GetProperty("grants").EnumerateArray()).GetProperty("role").GetString());
        var again = await GiveAsync(host.Admin, user, "finance");
        Assert.Equal((HttpStatusCode.Conflict, "already_given"), (again.Status, again.Code));

        Assert.Equal(HttpStatusCode.NoContent, (await host.Admin.DeleteApiAsync($"/grants/{given.Id}")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await member.GetApiAsync("/bills")).Status);
        var trail = (await host.Admin.GetApiAsync("/audit?limit=500")).Data.Select(row => row.GetProperty("action").GetString()).ToList();
        Assert.Contains("access.grant", trail);
        Assert.Contains("access.end", trail);
    }

    [Fact]
    public async Task Lent_EndsByItself()
    {
        using var member = await host.MemberAsync("member", "brief@example.com");
        var ends = TimeProvider.System.GetUtcNow().AddSeconds(3);
        await host.Admin.PostApiAsync("/grants", new { user_id = await UserAsync("brief@example.com"), role = "auditor", ends_at = ends, reason = "A look" });
        await Eventually.HoldsAsync(async () => (await member.GetApiAsync("/audit")).Status == HttpStatusCode.Forbidden, TimeSpan.FromSeconds(30), () => "the role is lent still");
        Assert.True(TimeProvider.System.GetUtcNow() >= ends);
    }

    [Fact]
    public async Task Lent_NobodyGetsOrPassesOnMoreThanHisMakerHas()
    {
        using var administrator = await host.MemberAsync("administrator", "admin2@example.com");
        using var manager = await host.MemberAsync("manager");
        using var member = await host.MemberAsync("member", "passer@example.com");
        using var other = await host.MemberAsync("member", "receiver@example.com");
        var (self, passer, receiver) = (await UserAsync("admin2@example.com"), await UserAsync("passer@example.com"), await UserAsync("receiver@example.com"));
        Assert.Equal(HttpStatusCode.Forbidden, (await GiveAsync(manager, receiver, "auditor")).Status);
        Assert.Equal(["user_id"], (await GiveAsync(administrator, self, "finance")).Fields);
        Assert.Equal(["role"], (await GiveAsync(administrator, receiver, "owner")).Fields);
        Assert.Equal(["ends_at"], (await host.Admin.PostApiAsync("/grants", new { user_id = passer, role = "finance", ends_at = TimeProvider.System.GetUtcNow().AddDays(400), reason = "Long" })).Fields);

        // For a while an administrator: he may do what one does, but makes nobody wider than himself.
        Assert.Equal(HttpStatusCode.Created, (await GiveAsync(administrator, passer, "administrator")).Status);
        Assert.Equal(HttpStatusCode.Created, (await member.PostApiAsync("/teams", new { name = "Made on loan" })).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await GiveAsync(member, receiver, "finance")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await member.PostApiAsync("/members", new { email = "wide@example.com", name = "Wide", role = "administrator" })).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await member.PostApiAsync("/service-tokens", new { name = "wide", role = "finance" })).Status);
        var own = (await host.Admin.GetApiAsync("/members?search=passer@")).Data.Single().GetProperty("id").GetGuid();
        Assert.Equal(HttpStatusCode.Forbidden, (await member.PatchApiAsync($"/members/{own}", new { role = "administrator" })).Status);

        // Removed and back again, he has nothing lent.
        Assert.Equal(HttpStatusCode.NoContent, (await host.Admin.DeleteApiAsync($"/members/{own}")).Status);
        await host.Admin.PostApiAsync("/members", new { email = "passer@example.com", name = "Passer" });
        Assert.Equal(HttpStatusCode.Forbidden, (await member.GetApiAsync("/members")).Status);
    }

    private static Task<ApiAnswer> GiveAsync(HttpClient client, Guid user, string role) =>
        client.PostApiAsync("/grants", new { user_id = user, role, ends_at = TimeProvider.System.GetUtcNow().AddDays(2), reason = "While Ada is away" });

    private async Task<Guid> UserAsync(string email) => (await host.Admin.GetApiAsync("/members?search=" + email)).Data.Single().GetProperty("user_id").GetGuid();
}
