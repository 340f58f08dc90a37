using System.Net;
using System.Text.Json;
using AiPortal.Core.Providers;
using AiPortal.Tests.Api;
using AiPortal.Tests.Fixtures;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Tests.Environments;

/// <summary>A copy does what its preview showed, whole or not at all, and takes no secret along.</summary>
public sealed class CopyEnvironmentTests(PortalHost host) : IClassFixture<PortalHost>
{
    private const string Secret = "sk-canary-0123456789abcdef";
    private static int _worlds;

    [Fact]
    public async Task Copy_AfterItsPreview_DoesExactlyThat_AndAgainNothing()
    {
        var world = await WorldAsync();
        var preview = await CopyAsync(host.Admin, world, dryRun: true);
        Assert.Equal(HttpStatusCode.OK, preview.Status);
        Assert.Equal(["budget create", "policy create", "provider create", "route change"], Actions(preview));
        Assert.Equal("needs_credential", Item(preview, "provider").GetProperty("reason").GetString());
        Assert.Equal(1, preview.Json.GetProperty("keys_not_copied").GetInt32());
        Assert.DoesNotContain(await ProvidersAsync(), provider => provider.GetProperty("name").GetString() == world.CopyName);

        var done = await CopyAsync(host.Admin, world, version: preview.Text("version"));
        Assert.Equal((HttpStatusCode.OK, true), (done.Status, done.Json.GetProperty("applied").GetBoolean()));
        Assert.Equal(preview.Json.GetProperty("items").ToString(), done.Json.GetProperty("items").ToString());
        var copy = (await ProvidersAsync()).Single(provider => provider.GetProperty("name").GetString() == world.CopyName);
        Assert.Equal((world.To, JsonValueKind.Null, false), (copy.GetProperty("environment_id").GetGuid(), copy.GetProperty("api_key_hint").ValueKind, copy.GetProperty("enabled").GetBoolean()));
        await using (var db = host.Database.Portal.OpenSystem())
            Assert.Null((await db.Set<ProviderAccount>().AsNoTracking().SingleAsync(p => p.Name == world.CopyName)).ApiKeyCipher);
        Assert.Equal(2, (await host.Admin.GetApiAsync($"/routes/{world.Route}")).Json.GetProperty("targets").GetArrayLength());
        var budget = (await host.Admin.GetApiAsync($"/cost/quotas?scope_id={world.To}")).Data.Single();
        Assert.Equal((100m, copy.GetProperty("id").GetGuid()), (budget.GetProperty("total_quota").GetDecimal(), budget.GetProperty("provider_id").GetGuid()));
        Assert.Contains((await host.Admin.GetApiAsync("/approvals/policies")).Data, policy => policy.GetProperty("environment_id").ToString() == world.To.ToString());
        Assert.Contains((await host.Admin.GetApiAsync("/audit?action=environment.copy")).Data, entry => entry.GetProperty("subject_id").GetGuid() == world.To);
        Assert.True((await host.Admin.GetApiAsync("/audit/verify")).Json.GetProperty("ok").GetBoolean());

        var again = await CopyAsync(host.Admin, world, dryRun: true);
        Assert.Equal(["budget skip", "policy skip", "provider skip", "route skip"], Actions(again));
        var nothing = await CopyAsync(host.Admin, world, version: again.Text("version"));
        Assert.Equal((HttpStatusCode.Conflict, "nothing_to_copy"), (nothing.Status, nothing.Code));
        Assert.DoesNotContain(Secret, preview.Json.ToString() + done.Json, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Copy_OfWhatChangedSinceThePreview_IsRefused_AndDoesNothing()
    {
        var world = await WorldAsync();
        var version = (await CopyAsync(host.Admin, world, dryRun: true)).Text("version");
        await host.Admin.PatchApiAsync($"/cost/quotas/{world.Budget}", new { total_quota = 101 });
        var late = await CopyAsync(host.Admin, world, version: version);
        Assert.Equal((HttpStatusCode.Conflict, "changed_meanwhile"), (late.Status, late.Code));
        Assert.Empty((await host.Admin.GetApiAsync($"/cost/quotas?scope_id={world.To}")).Data);
        Assert.DoesNotContain(await ProvidersAsync(), provider => provider.GetProperty("name").GetString() == world.CopyName);

        // Two at once: one does it, the other finds it done.
        version = (await CopyAsync(host.Admin, world, dryRun: true)).Text("version");
        var both = await Task.WhenAll(CopyAsync(host.Admin, world, version: version), CopyAsync(host.Admin, world, version: version));
        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.Conflict], both.Select(answer => answer.Status).Order());
        Assert.Single((await host.Admin.GetApiAsync($"/cost/quotas?scope_id={world.To}")).Data);
    }

    [Fact]
    public async Task Account_ThatIsThere_KeepsItsSecret_WhichGoesToNoOtherAddress()
    {
        var world = await WorldAsync();
        var own = await host.Admin.PostApiAsync("/providers", new { name = world.CopyName, kind = "openai-compatible", base_url = "http://127.0.0.1:8/v1", api_key = "sk-own-0123456789abcdef", environment_id = world.To, allow_private = true });
        var preview = await CopyAsync(host.Admin, world, dryRun: true);
        Assert.Equal(("skip", "other_address"), (Item(preview, "provider").GetProperty("action").GetString(), Item(preview, "provider").GetProperty("reason").GetString()));
        Assert.Equal(HttpStatusCode.OK, (await CopyAsync(host.Admin, world, version: preview.Text("version"))).Status);
        var after = (await host.Admin.GetApiAsync($"/providers/{own.Id}")).Json;
        Assert.Equal(("http://127.0.0.1:8/v1", "cdef"), (after.GetProperty("base_url").GetString(), after.GetProperty("api_key_hint").GetString()));
    }

    [Fact]
    public async Task Copy_UnderAPolicy_WaitsForAYes_AndIsVoidWhereItIsAnotherByThen()
    {
        var world = await WorldAsync();
        await host.Admin.PostApiAsync("/approvals/policies", new { kind = "environment.copy", environment_id = world.To, steps = new[] { "owner" } });
        using var owner = await host.MemberAsync("owner");
        var preview = await CopyAsync(host.Admin, world, dryRun: true);
        Assert.True(preview.Json.GetProperty("needs_approval").GetBoolean());
        var asked = await CopyAsync(host.Admin, world, version: preview.Text("version"));
        Assert.Equal(HttpStatusCode.Accepted, asked.Status);
        Assert.Empty((await host.Admin.GetApiAsync($"/cost/quotas?scope_id={world.To}")).Data);

        await host.Admin.PatchApiAsync($"/cost/quotas/{world.Budget}", new { total_quota = 102 });
        var stale = await owner.PostApiAsync($"/approvals/{asked.Id}/approve", new { comment = "yes" });
        Assert.Equal((HttpStatusCode.Conflict, "approval_void"), (stale.Status, stale.Code));
        Assert.Empty((await host.Admin.GetApiAsync($"/cost/quotas?scope_id={world.To}")).Data);

        asked = await CopyAsync(host.Admin, world, version: (await CopyAsync(host.Admin, world, dryRun: true)).Text("version"));
        Assert.Equal("approved", (await owner.PostApiAsync($"/approvals/{asked.Id}/approve", new { comment = "yes" })).Text("status"));
        Assert.Equal(102m, (await host.Admin.GetApiAsync($"/cost/quotas?scope_id={world.To}")).Data.Single().GetProperty("total_quota").GetDecimal());
    }

    [Fact]
    public async Task Copy_ByWhoMayNot_OrOfAnotherOrganization_IsRefused()
    {
        var world = await WorldAsync();
        foreach (var role in (string[])["finance", "manager", "member", "auditor"])
        {
            using var client = await host.MemberAsync(role);
            Assert.Equal(HttpStatusCode.Forbidden, (await CopyAsync(client, world, dryRun: true)).Status);
            Assert.Equal(HttpStatusCode.Forbidden, (await CopyAsync(client, world, version: "any")).Status);
        }

        var (stranger, _) = await host.StrangerAsync();
        using var client2 = stranger;
        var his = (await stranger.PostApiAsync("/environments", new { name = "His" })).Id;
        Assert.Equal(["from_environment_id"], (await CopyAsync(host.Admin, world with { From = his }, dryRun: true)).Fields);
        Assert.Equal(["to_environment_id"], (await CopyAsync(host.Admin, world with { To = his }, dryRun: true)).Fields);
        Assert.Equal(["to_environment_id"], (await CopyAsync(host.Admin, world with { To = world.From }, dryRun: true)).Fields);
        Assert.Equal(["version"], (await CopyAsync(host.Admin, world)).Fields);
    }

    private static string[] Actions(ApiAnswer answer) =>
        [.. answer.Json.GetProperty("items").EnumerateArray().Select(item => $"{item.GetProperty("kind").GetString()} {item.GetProperty("action").GetString()}").Order(StringComparer.Ordinal)];

    private static JsonElement Item(ApiAnswer answer, string kind) => answer.Json.GetProperty("items").EnumerateArray().Single(item => item.GetProperty("kind").GetString() == kind);

    private static Task<ApiAnswer> CopyAsync(HttpClient client, World world, bool dryRun = false, string? version = null) =>
        client.PostApiAsync("/environments/copy", new { from_environment_id = world.From, to_environment_id = world.To, dry_run = dryRun, version });

    private async Task<List<JsonElement>> ProvidersAsync() => [.. (await host.Admin.GetApiAsync("/providers?limit=500")).Data];

    private async Task<World> WorldAsync()
    {
        var number = Interlocked.Increment(ref _worlds);
        var from = (await host.Admin.PostApiAsync("/environments", new { name = $"Dev{number}" })).Id;
        var to = (await host.Admin.PostApiAsync("/environments", new { name = $"Live{number}" })).Id;
        await host.Admin.PostApiAsync("/keys", new { name = $"key {number}", environment_id = from });
        var account = await host.Admin.PostApiAsync("/providers", new { name = $"Vendor dev{number}", kind = "openai-compatible", base_url = "http://127.0.0.1:9/v1", api_key = Secret, environment_id = from, allow_private = true, rpm = 60 });
        var route = await host.Admin.PostApiAsync("/routes", new { name = $"Route {number}", model = $"model-{number}", targets = new[] { new { provider_id = account.Id, model = "m", weight = 3 } } });
        var budget = await host.Admin.PostApiAsync("/cost/quotas", new { name = $"Dev{number} spend", quota_type = "environment", scope_id = from, total_quota = 100, provider_id = account.Id, action = "alert" });
        var policy = await host.Admin.PostApiAsync("/approvals/policies", new { kind = "key.create", environment_id = from, steps = new[] { "manager" } });
        Assert.Equal(HttpStatusCode.Created, policy.Status);
        return new World(from, to, budget.Id, route.Id, $"Vendor Live{number}");
    }

    private sealed record World(Guid From, Guid To, Guid Budget, Guid Route, string CopyName);
}
