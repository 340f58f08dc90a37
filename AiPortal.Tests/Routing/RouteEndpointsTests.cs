using System.Net;
using System.Text.Json;
using AiPortal.Tests.Api;
using AiPortal.Tests.Fixtures;

namespace AiPortal.Tests.Routing;

/// <summary><c>/api/v1/routes</c> over HTTP: what is kept, what is refused, whose it is, and what a dry run says.</summary>
public sealed class RouteEndpointsTests(PortalHost host) : IClassFixture<PortalHost>
{
    private static string Unique(string name) => $"{name} {Guid.CreateVersion7(TimeProvider.System.GetUtcNow()):N}";

    private async Task<Guid> AccountAsync(string name, string model, int priority = 0)
    {
        var made = await host.Admin.PostApiAsync("/providers", new { name = Unique(name), kind = "openai-compatible", base_url = "http://127.0.0.1:9/v1", allow_private = true, models = new[] { model }, priority });
        Assert.Equal(HttpStatusCode.Created, made.Status);
        return made.Id;
    }

    private async Task<string> PricedAsync(params string[] names)
    {
        var model = "m-" + Guid.CreateVersion7(TimeProvider.System.GetUtcNow()).ToString("N");
        foreach (var (i, name) in names.Index()) await AccountAsync(name, model, i);
        await host.Admin.PostApiAsync("/cost/models", new { name = model, provider = "openai-compatible", input_price = 1, output_price = 2, unit_size = 1_000_000 });
        return model;
    }

    [Fact]
    public async Task Route_MadeReadChangedRemoved_IsAuditedAndRoundTrips()
    {
        var account = await AccountAsync("a", "x");
        var made = await host.Admin.PostApiAsync("/routes", new
        {
            name = Unique("Route"),
            model = "gpt-*",
            strategy = "cache_aware",
            targets = new object[] { new { provider_id = account }, new { provider_id = account, model = "x", weight = 3, priority = 1 } },
            max_attempts = 3,
            timeout_seconds = 30,
            position = 7,
        });
        Assert.Equal(HttpStatusCode.Created, made.Status);
        var read = await host.Admin.GetApiAsync($"/routes/{made.Id}");
        Assert.Equal(made.Json.ToString(), read.Json.ToString());
        Assert.Equal((3, 30, 7, true), (read.Json.GetProperty("max_attempts").GetInt32(), read.Json.GetProperty("timeout_seconds").GetInt32(), read.Json.GetProperty("position").GetInt32(), read.Json.GetProperty("enabled").GetBoolean()));
        Assert.Equal(JsonValueKind.Null, read.Json.GetProperty("targets")[0].GetProperty("model").ValueKind);

        var put = await host.Admin.CallAsync(HttpMethod.Put, $"/routes/{made.Id}", read.Json.ToString());
        Assert.Equal(HttpStatusCode.OK, put.Status);
        var patched = await host.Admin.PatchApiAsync($"/routes/{made.Id}", new { strategy = "weighted" });
        Assert.Equal(("weighted", 2), (patched.Text("strategy"), patched.Json.GetProperty("targets").GetArrayLength()));
        Assert.Equal(0, (await host.Admin.PatchApiAsync($"/routes/{made.Id}", new { targets = (object?)null })).Json.GetProperty("targets").GetArrayLength());
        Assert.Equal(HttpStatusCode.NoContent, (await host.Admin.DeleteApiAsync($"/routes/{made.Id}")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await host.Admin.GetApiAsync($"/routes/{made.Id}")).Status);
        var audit = await host.Admin.GetApiAsync($"/audit?subject={made.Id}");
        Assert.Equal(5, audit.Data.Count());
    }

    [Fact]
    public async Task List_ByPosition_PagesByCursor()
    {
        foreach (var position in new[] { 30_003, 30_001, 30_002 }) await host.Admin.PostApiAsync("/routes", new { name = Unique("Paged"), model = "paged-*", position });
        var first = await host.Admin.GetApiAsync("/routes?search=paged-&limit=2");
        var second = await host.Admin.GetApiAsync($"/routes?search=paged-&limit=2&cursor={first.Text("next_cursor")}");
        Assert.Equal([30_001, 30_002, 30_003], first.Data.Concat(second.Data).Select(row => row.GetProperty("position").GetInt32()));
        Assert.Equal(HttpStatusCode.BadRequest, (await host.Admin.GetApiAsync("/routes?cursor=nonsense")).Status);
    }

    [Theory]
    [InlineData("""{"model":"m"}""", "name")]
    [InlineData("""{"name":"x"}""", "model")]
    [InlineData("""{"name":"x","model":""}""", "model")]
    [InlineData("""{"name":"x","model":"m","strategy":"fastest"}""", "strategy")]
    [InlineData("""{"name":"x","model":"m","max_attempts":0}""", "max_attempts")]
    [InlineData("""{"name":"x","model":"m","max_attempts":11}""", "max_attempts")]
    [InlineData("""{"name":"x","model":"m","timeout_seconds":0}""", "timeout_seconds")]
    [InlineData("""{"name":"x","model":"m","position":-1}""", "position")]
    [InlineData("""{"name":"x","model":"m","targets":[{}]}""", "targets[0].provider_id")]
    [InlineData("""{"name":"x","model":"m","targets":[{"provider_id":"01997a5e-6c00-7d3b-9c55-2f6a8b1c4d01"}]}""", "targets[0].provider_id")]
    [InlineData("""{"name":"x","model":"m","targets":[{"provider_id":"01997a5e-6c00-7d3b-9c55-2f6a8b1c4d01","wieght":2}]}""", "targets[0].wieght")]
    [InlineData("""{"name":"x","model":"m","targets":[{"provider_id":"01997a5e-6c00-7d3b-9c55-2f6a8b1c4d01","weight":0}]}""", "targets[0].weight")]
    [InlineData("""{"name":"x","model":"m","targets":[{"provider_id":"01997a5e-6c00-7d3b-9c55-2f6a8b1c4d01","model":"a*"}]}""", "targets[0].model")]
    [InlineData("""{"name":"x","model":"m","startegy":"random"}""", "startegy")]
    public async Task Create_BadMember_IsRefusedByName(string json, string field)
    {
        var answer = await host.Admin.PostApiAsync("/routes", json);
        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Contains(field, answer.Fields);
    }

    [Fact]
    public async Task Create_NameTaken_Conflicts()
    {
        var name = Unique("Twice");
        await host.Admin.PostApiAsync("/routes", new { name, model = "never-asked" });
        var again = await host.Admin.PostApiAsync("/routes", new { name, model = "never-asked" });
        Assert.Equal((HttpStatusCode.Conflict, "already_exists"), (again.Status, again.Code));
    }

    [Fact]
    public async Task OtherTenant_SeesNothingAndNamesNothing()
    {
        var account = await AccountAsync("mine", "x");
        var made = await host.Admin.PostApiAsync("/routes", new { name = Unique("Mine"), model = "mine-*", targets = new[] { new { provider_id = account } } });
        var key = await host.Admin.PostApiAsync("/keys", new { name = Unique("k") });
        var (stranger, _) = await host.StrangerAsync();
        using (stranger)
        {
            Assert.Equal(HttpStatusCode.NotFound, (await stranger.GetApiAsync($"/routes/{made.Id}")).Status);
            Assert.Equal(HttpStatusCode.NotFound, (await stranger.PatchApiAsync($"/routes/{made.Id}", new { name = "Stolen" })).Status);
            Assert.Equal(HttpStatusCode.NotFound, (await stranger.DeleteApiAsync($"/routes/{made.Id}")).Status);
            Assert.Equal(HttpStatusCode.NotFound, (await stranger.PostApiAsync($"/routes/{made.Id}/test", new { model = "mine-1" })).Status);
            Assert.Empty((await stranger.GetApiAsync("/routes")).Data);
            Assert.Equal(HttpStatusCode.NotFound, (await stranger.GetApiAsync($"/routes?organization_id={host.OrganizationId}")).Status);
            Assert.Equal(["targets[0].provider_id"], (await stranger.PostApiAsync("/routes", new { name = "x", model = "m", targets = new[] { new { provider_id = account } } })).Fields);
            Assert.Equal(["key_id"], (await stranger.PostApiAsync("/routes/test", new { model = "mine-1", key_id = key.Id })).Fields);
            Assert.Equal(HttpStatusCode.NotFound, (await stranger.PostApiAsync("/routes/test", new { model = "mine-1", organization_id = host.OrganizationId })).Status);
        }
    }

    [Theory]
    [InlineData("auditor", HttpStatusCode.OK, HttpStatusCode.Forbidden)]
    [InlineData("member", HttpStatusCode.Forbidden, HttpStatusCode.Forbidden)]
    public async Task Roles_SeeAndChangeAsTheTableSays(string role, HttpStatusCode see, HttpStatusCode change)
    {
        using var client = await host.MemberAsync(role);
        Assert.Equal(see, (await client.GetApiAsync("/routes")).Status);
        Assert.Equal(see, (await client.PostApiAsync("/routes/test", new { model = "m" })).Status);
        Assert.Equal(change, (await client.PostApiAsync("/routes", new { name = Unique("no"), model = "m" })).Status);
    }

    [Fact]
    public async Task Test_WithAndWithoutRoute_SaysWhereAndWhy()
    {
        var model = await PricedAsync("first", "second");
        var without = await host.Admin.PostApiAsync("/routes/test", new { model });
        Assert.Equal(("priority", 2), (without.Text("strategy"), without.Json.GetProperty("attempts").GetArrayLength()));
        Assert.StartsWith("first", without.Json.GetProperty("attempts")[0].GetProperty("provider").GetString(), StringComparison.Ordinal);

        var second = without.Json.GetProperty("attempts")[1].GetProperty("provider_id").GetGuid();
        var route = await host.Admin.PostApiAsync("/routes", new { name = Unique("Only second"), model, strategy = "lowest_cost", targets = new[] { new { provider_id = second } } });
        var with = await host.Admin.PostApiAsync($"/routes/{route.Id}/test", new { body = new { messages = new[] { new { role = "user", content = "Hi" } } } });
        var attempt = Assert.Single(with.Json.GetProperty("attempts").EnumerateArray());
        Assert.Equal((second, "closed", 1m), (attempt.GetProperty("provider_id").GetGuid(), attempt.GetProperty("state").GetString(), attempt.GetProperty("input_price").GetDecimal()));
        Assert.Contains("USD", attempt.GetProperty("why").GetString(), StringComparison.Ordinal);
        Assert.Equal(route.Id, with.Json.GetProperty("route_id").GetGuid());

        await host.Admin.PatchApiAsync($"/providers/{second}", new { enabled = false });
        var disabled = await host.Admin.PostApiAsync("/routes/test", new { model });
        Assert.Equal("model_unknown", disabled.Text("refused"));
        Assert.Equal("disabled", Assert.Single(disabled.Json.GetProperty("skipped").EnumerateArray()).GetProperty("reason").GetString());
    }

    [Fact]
    public async Task Test_KeyThatMayNot_IsRefusedAsTheCallWouldBe()
    {
        var model = await PricedAsync("only");
        var key = await host.Admin.PostApiAsync("/keys", new { name = Unique("narrow"), models = new[] { "other" } });
        var answer = await host.Admin.PostApiAsync("/routes/test", new { model, key_id = key.Id });
        Assert.Equal(("model_not_allowed", 0), (answer.Text("refused"), answer.Json.GetProperty("attempts").GetArrayLength()));
    }
}
