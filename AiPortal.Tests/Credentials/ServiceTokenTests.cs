using System.Net;
using System.Text;
using AiPortal.Core.Access;
using AiPortal.Tests.Api;
using AiPortal.Tests.Fixtures;

namespace AiPortal.Tests.Credentials;

public sealed class ServiceTokenTests(PortalHost host) : IClassFixture<PortalHost>
{
    [Fact]
    public async Task Create_AnswersTheTokenOnceAndStoresItsHashOnly()
    {
        var made = await host.Admin.PostApiAsync("/service-tokens", new { name = "once", role = "finance" });

        Assert.Equal(HttpStatusCode.Created, made.Status);
        var secret = made.Text("token")!;
        Assert.StartsWith("aps_", secret, StringComparison.Ordinal);
        Assert.StartsWith(made.Text("prefix")!, secret, StringComparison.Ordinal);
        Assert.False((await host.Admin.GetApiAsync($"/service-tokens/{made.Id}")).Json.TryGetProperty("token", out _));
        Assert.All((await host.Admin.GetApiAsync("/service-tokens")).Data, row => Assert.False(row.TryGetProperty("token", out _)));
        Assert.Equal(OpaqueToken.HashOf(secret), await host.Database.ScalarAsync<byte[]>("SELECT token_hash FROM service_tokens WHERE id = $1", made.Id));
        Assert.Equal(0, await host.Database.ScalarAsync<long>("SELECT count(*) FROM service_tokens t WHERE t::text LIKE $1", $"%{secret}%"));
        Assert.Equal(0, await host.Database.ScalarAsync<long>("SELECT count(*) FROM audit_events a WHERE a::text LIKE $1", $"%{secret[14..]}%"));
    }

    [Fact]
    public async Task Create_IdempotencyKey_GivesTheSameTokenSealed()
    {
        var first = await host.Admin.PostApiAsync("/service-tokens", new { name = "twice", role = "auditor" }, "token-1");
        var second = await host.Admin.PostApiAsync("/service-tokens", new { name = "twice", role = "auditor" }, "token-1");

        Assert.Equal((first.Id, first.Text("token")), (second.Id, second.Text("token")));
        var bodies = await host.Database.ScalarAsync<byte[]>("SELECT string_agg(body, ''::bytea) FROM idempotent_answers");
        Assert.DoesNotContain(first.Text("token")!, Encoding.Latin1.GetString(bodies), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"role":"finance"}""", "name")]
    [InlineData("""{"name":"n"}""", "role")]
    [InlineData("""{"name":"n","role":"owner"}""", "role")]
    [InlineData("""{"name":"n","role":"king"}""", "role")]
    [InlineData("""{"name":"n","role":"finance","expires_at":"2020-01-01T00:00:00Z"}""", "expires_at")]
    [InlineData("""{"name":"n","role":"finance","expires":null}""", "expires")]
    public async Task Create_BadMember_IsRefusedByName(string json, string field)
    {
        var answer = await host.Admin.PostApiAsync("/service-tokens", json);

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Equal([field], answer.Fields);
    }

    [Fact]
    public async Task Token_DoesWhatItsRoleAllowsAndNoMore()
    {
        using var auditor = await MadeAsync(host.Admin, "auditor");

        Assert.Equal(HttpStatusCode.OK, (await auditor.GetApiAsync("/audit")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await auditor.PostApiAsync("/keys", new { name = "k" })).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await auditor.GetApiAsync("/service-tokens")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await auditor.PostApiAsync("/service-tokens", new { name = "n", role = "auditor" })).Status);
        var denial = (await host.Admin.GetApiAsync("/audit?subject_type=service_token&allowed=false")).Data.First();
        Assert.Equal("service_token.create", denial.GetProperty("action").GetString());
    }

    [Fact]
    public async Task Revoke_StopsTheTokenAndWhatItMadeAtOnce()
    {
        var made = await host.Admin.PostApiAsync("/service-tokens", new { name = "parent", role = "administrator" });
        using var parent = host.WithBearer(made.Text("token")!);
        var second = await parent.PostApiAsync("/service-tokens", new { name = "child", role = "administrator" });
        using var child = host.WithBearer(second.Text("token")!);
        var before = await child.GetApiAsync("/keys");
        var revoked = await host.Admin.DeleteApiAsync($"/service-tokens/{made.Id}");

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.NoContent), (before.Status, revoked.Status));
        Assert.Equal(HttpStatusCode.Unauthorized, (await parent.GetApiAsync("/keys")).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await child.GetApiAsync("/keys")).Status);
        Assert.Equal("revoked", (await host.Admin.GetApiAsync($"/service-tokens/{made.Id}")).Text("status"));
        Assert.Equal("suspended", (await host.Admin.GetApiAsync($"/service-tokens/{second.Id}")).Text("status"));
        Assert.Equal("already_revoked", (await host.Admin.DeleteApiAsync($"/service-tokens/{made.Id}")).Code);
        var actions = (await host.Admin.GetApiAsync($"/audit?subject_type=service_token")).Data.Where(row => row.GetProperty("subject_id").GetString() == made.Id.ToString());
        Assert.Equal(["service_token.create", "service_token.revoke"], actions.Select(row => row.GetProperty("action").GetString()).Order());
    }

    [Fact]
    public async Task Maker_DemotedOrGone_HisTokensStop()
    {
        using var maker = await host.MemberAsync("administrator", "maker@example.com");
        using var token = await MadeAsync(maker, "administrator");
        var member = (await host.Admin.GetApiAsync("/members?search=maker@")).Data.Single().GetProperty("id").GetGuid();
        var before = await token.GetApiAsync("/keys");
        await host.Admin.PatchApiAsync($"/members/{member}", new { role = "manager" });
        var demoted = await token.GetApiAsync("/keys");
        await host.Admin.PatchApiAsync($"/members/{member}", new { role = "administrator" });
        var restored = await token.GetApiAsync("/keys");
        await host.Admin.DeleteApiAsync($"/members/{member}");
        var gone = await token.GetApiAsync("/keys");

        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.Unauthorized, HttpStatusCode.OK, HttpStatusCode.Unauthorized],
            new[] { before.Status, demoted.Status, restored.Status, gone.Status });
    }

    [Fact]
    public async Task Token_PastItsEnd_Is401()
    {
        var made = await host.Admin.PostApiAsync("/service-tokens", new { name = "short", role = "finance", expires_at = "2099-01-01T00:00:00Z" });
        using var client = host.WithBearer(made.Text("token")!);
        var before = await client.GetApiAsync("/keys");
        await host.Database.ExecuteAsync("UPDATE service_tokens SET expires_at = now() - interval '1 second' WHERE id = $1", made.Id);

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.Unauthorized), (before.Status, (await client.GetApiAsync("/keys")).Status));
        Assert.Equal("expired", (await host.Admin.GetApiAsync($"/service-tokens/{made.Id}")).Text("status"));
    }

    [Fact]
    public async Task TokenOfAnotherOrganization_DoesNotExist()
    {
        var (stranger, organization) = await host.StrangerAsync();
        using var client = stranger;
        var his = await stranger.PostApiAsync("/service-tokens", new { name = "his", role = "finance" });
        using var token = host.WithBearer(his.Text("token")!);

        Assert.Equal(HttpStatusCode.NotFound, (await host.Admin.GetApiAsync($"/service-tokens/{his.Id}")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await host.Admin.DeleteApiAsync($"/service-tokens/{his.Id}")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await host.Admin.PostApiAsync("/service-tokens", new { name = "n", role = "finance", organization_id = organization })).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await token.GetApiAsync($"/keys?organization_id={host.OrganizationId}")).Status);
        Assert.Equal(HttpStatusCode.OK, (await token.GetApiAsync("/keys")).Status);
    }

    private async Task<HttpClient> MadeAsync(HttpClient maker, string role) =>
        host.WithBearer((await maker.PostApiAsync("/service-tokens", new { name = role, role })).Text("token")!);
}
