using System.Net;
using System.Text.Json;
using AiPortal.Core.Keys;
using AiPortal.Tests.Access.Places;
using AiPortal.Tests.Access.Writes;
using AiPortal.Tests.Api;
using AiPortal.Tests.Fixtures;
using Microsoft.Extensions.DependencyInjection;

namespace AiPortal.Tests.Keys.Wider;

/// <summary>
/// T05: by no way does anybody come to a key that is wider than he may make one: in place, environment, models, budget, expiry. The ways
/// are those of the routing table, so that a new one has to be decided here.
/// </summary>
public sealed class KeyNeverWiderTests(TwoTeams company) : IClassFixture<TwoTeams>
{
    /// <summary>Each with what it could widen.</summary>
    private static readonly Dictionary<string, string> Ways = new()
    {
        ["POST /keys"] = "all",
        ["PATCH /keys/{id}"] = "all",
        ["PUT /keys/{id}"] = "all",
        ["POST /keys/import"] = "all",
        ["POST /keys/requests"] = "all, but somebody else has to agree",
        ["POST /keys/{id}/leaked"] = "a second key with the terms of the first",
        ["POST /keys/{id}/regenerate"] = "a secret",
        ["POST /keys/{id}/collect"] = "a secret",
        ["POST /keys/mine/{id}/collect"] = "a secret",
        ["POST /keys/{id}/enable"] = "state",
        ["POST /keys/{id}/disable"] = "state",
        ["POST /keys/{id}/revoke"] = "state",
        ["DELETE /keys/{id}"] = "state",
        ["POST /keys/bulk"] = "state and tags",
    };

    private HttpClient Admin => company.Host.Admin;

    [Fact]
    public void Ways_AreThoseOfTheRoutingTable()
    {
        var known = new WriteEndpoints(company.Host).All.Where(endpoint => endpoint.Path.StartsWith("/keys", StringComparison.Ordinal)).Select(endpoint => endpoint.Name);
        Assert.Equal(Ways.Keys.Order(StringComparer.Ordinal), known.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task ManagerOfAPart_ByNoWay_ReachesBeyondIt()
    {
        var (blue, red, manager) = (company.Blue, company.Red, company.BlueManager);
        var own = (await manager.PostApiAsync("/keys", new { name = "of blue", team_id = blue.Team })).Id;
        // A name for a part of another team, as an import says it.
        var wide = new (string Name, object Draft, object Row)[]
        {
            ("the other team", new { name = "wide", team_id = red.Team }, new { name = "wide", team = $"{red.Mark} team" }),
            ("the other project", new { name = "wide", team_id = blue.Team, project_id = red.Project }, new { name = "wide", team = $"{blue.Mark} team", project = $"{red.Mark} project" }),
            ("the other project by id", new { name = "wide", project_id = red.Project }, new { name = "wide", project = red.Project.ToString() }),
            ("a person of the other", new { name = "wide", owner_user_id = red.User }, new { name = "wide", owner = $"{red.Mark}@example.com" }),
            ("no part", new { name = "wide", team_id = (Guid?)null, project_id = (Guid?)null, owner_user_id = (Guid?)null }, new { name = "wide" }),
        };
        var before = await OutsideAsync();
        foreach (var (name, draft, row) in wide)
        {
            RefusedAsWide($"POST {name}", await manager.PostApiAsync("/keys", draft));
            RefusedAsWide($"PATCH {name}", await manager.PatchApiAsync($"/keys/{own}", draft));
            RefusedAsWide($"PUT {name}", await manager.CallAsync(HttpMethod.Put, $"/keys/{own}", draft));
            RefusedAsWide($"import {name}", await manager.PostApiAsync("/keys/import", new { rows = new[] { row } }));
            RefusedAsWide($"import beside a right one {name}", await manager.PostApiAsync("/keys/import", new { rows = new[] { new { name = "right", team = $"{blue.Mark} team" }, row } }));
        }

        foreach (var (method, path) in Ways.Keys.Where(way => way.Contains("{id}", StringComparison.Ordinal)).Select(way => (way[..way.IndexOf(' ', StringComparison.Ordinal)], way[(way.IndexOf(' ', StringComparison.Ordinal) + 1)..])))
        {
            var answer = await manager.CallAsync(new HttpMethod(method), path.Replace("{id}", red.Key.ToString(), StringComparison.Ordinal), method == "DELETE" ? null : "{}");
            Assert.True(answer.Status == HttpStatusCode.NotFound, $"{method} {path} of the other team's key: {answer.Status}");
        }

        foreach (var action in new[] { "disable", "revoke", "tag" })
            Assert.Equal(HttpStatusCode.NotFound, (await manager.PostApiAsync("/keys/bulk", new { ids = new[] { red.Key }, action, tags = new { mine = "now" } })).Status);
        Assert.Equal(before, await OutsideAsync());
    }

    [Theory]
    [InlineData("administrator")]
    [InlineData("finance")]
    [InlineData("manager")]
    [InlineData("member")]
    [InlineData("service")]
    public async Task AKeyInAGuardedEnvironment_ByNoWay_ComesWithoutApproval(string role)
    {
        var guarded = (await company.CreateAsync("/environments", new { name = $"Guarded from {role}" })).Id;
        var open = (await company.CreateAsync("/environments", new { name = $"Open to {role}" })).Id;
        var (revoked, expired, live) = (await GuardedKeyAsync(guarded, "revoked"), await GuardedKeyAsync(guarded, "expired"), await GuardedKeyAsync(guarded, "live"));
        var elsewhere = (await company.CreateAsync("/keys", new { name = $"movable by {role}", environment_id = open, models = new[] { "gpt-5.4-mini" } })).Id;
        Assert.Equal(HttpStatusCode.OK, (await Admin.PostApiAsync($"/keys/{revoked}/revoke", null)).Status);
        await company.Host.Database.ExecuteAsync("UPDATE api_keys SET expires_at = now() - interval '1 day' WHERE id = $1", expired);
        Assert.Equal(HttpStatusCode.Created, (await Admin.PostApiAsync("/approvals/policies", new { kind = "key.create", environment_id = guarded, steps = new[] { "owner" } })).Status);
        Assert.Equal(HttpStatusCode.Created, (await Admin.PostApiAsync("/approvals/policies", new { kind = "key.models", environment_id = open, steps = new[] { "owner" } })).Status);
        using var maker = role == "service" ? company.Host.WithBearer((await Admin.PostApiAsync("/service-tokens", new { name = "maker", role })).Text("token")!) : await company.Host.MemberAsync(role);

        var before = await WorkingAsync(guarded);
        var answers = new List<(string Way, ApiAnswer Answer)>
        {
            ("create", await maker.PostApiAsync("/keys", new { name = "new", environment_id = guarded })),
            ("import", await maker.PostApiAsync("/keys/import", new { rows = new[] { new { name = "one", environment = $"Open to {role}" }, new { name = "two", environment = $"Guarded from {role}" } } })),
            ("import with a secret", await maker.PostApiAsync("/keys/import", new { rows = new[] { new { name = "brought", environment = $"Guarded from {role}", key = VirtualKeyFormat.Generate() } } })),
            ("request", await maker.PostApiAsync("/keys/requests", new { name = "asked", environment_id = guarded, purpose = "A try" })),
            ("move", await maker.PatchApiAsync($"/keys/{elsewhere}", new { environment_id = guarded })),
            ("put", await maker.CallAsync(HttpMethod.Put, $"/keys/{elsewhere}", new { name = "moved", environment_id = guarded })),
            ("wider models", await maker.PatchApiAsync($"/keys/{elsewhere}", new { models = (string[]?)null })),
            ("revive", await maker.PostApiAsync($"/keys/{revoked}/enable", null)),
            ("regenerate a revoked one", await maker.PostApiAsync($"/keys/{revoked}/regenerate", null)),
        };
        foreach (var (way, answer) in answers) Assert.True((int)answer.Status is 202 or >= 400 and < 500, $"{way} as {role}: {(int)answer.Status} {answer.Json}");
        foreach (var id in new[] { revoked, expired })
        {
            var leaked = await maker.PostApiAsync($"/keys/{id}/leaked", new { replace = true });
            Assert.True((int)leaked.Status >= 400 || leaked.Json.GetProperty("replacement").ValueKind == JsonValueKind.Null, $"a key that no longer worked was replaced as {role}: {leaked.Json}");
        }

        Assert.Equal(before, await WorkingAsync(guarded));
        // One that works is replaced by one, with its own terms.
        var replaced = await Admin.PostApiAsync($"/keys/{live}/leaked", new { replace = true });
        Assert.Equal((HttpStatusCode.OK, before), (replaced.Status, await WorkingAsync(guarded)));
    }

    [Fact]
    public async Task ANewSecretOrAReplacement_HasTheTermsOfBefore()
    {
        var terms = new
        {
            name = "limited",
            team_id = company.Blue.Team,
            project_id = company.Blue.Project,
            models = new[] { "gpt-5.4-mini" },
            ip_allow = new[] { "10.0.0.0/8" },
            ip_deny = new[] { "10.1.0.0/16" },
            rate_limit = new { rpm = 5, tpm = 500, concurrency = 1 },
            budget = new { limit = 2, period = "monthly", hold = "strict", action = "block" },
            expires_at = TimeProvider.System.GetUtcNow().AddDays(3),
            rotate_every_days = 30,
            tags = new { of = "terms" },
        };
        var made = await company.CreateAsync("/keys", terms);
        string[] kept = ["team_id", "project_id", "cost_center_id", "environment_id", "owner_user_id", "models", "ip_allow", "ip_deny", "rate_limit", "budget", "expires_at", "rotate_every_days", "tags", "status"];
        string Terms(JsonElement key) => string.Join('\n', kept.Select(name => $"{name}={key.GetProperty(name).GetRawText()}"));
        var before = Terms(made.Json);

        var regenerated = await Admin.PostApiAsync($"/keys/{made.Id}/regenerate", new { overlap_seconds = 60 });
        Assert.Equal(before, Terms(regenerated.Json));
        await company.Host.Database.ExecuteAsync("UPDATE api_keys SET created_at = now() - interval '90 days', secret_made_at = now() - interval '60 days' WHERE id = $1", made.Id);
        var rotated = await company.Host.Services.GetRequiredService<RotateDueKeys>().RunAsync(CancellationToken.None);
        Assert.StartsWith("1 of", rotated, StringComparison.Ordinal);
        Assert.Equal(before, Terms((await Admin.PostApiAsync($"/keys/{made.Id}/collect", null)).Json));
        var leaked = await Admin.PostApiAsync($"/keys/{made.Id}/leaked", new { replace = true });
        Assert.Equal(before, Terms(leaked.Json.GetProperty("replacement")));
        Assert.Equal("revoked", leaked.Json.GetProperty("revoked").GetProperty("status").GetString());
    }

    private static void RefusedAsWide(string way, ApiAnswer answer) =>
        Assert.True((int)answer.Status is 400 or 404, $"{way}: {(int)answer.Status} {answer.Json}");

    private async Task<Guid> GuardedKeyAsync(Guid environment, string name) => (await company.CreateAsync("/keys", new { name, environment_id = environment })).Id;

    /// <summary>All keys that are not of the team Blue, as they are.</summary>
    private Task<string> OutsideAsync() => company.Host.Database.ScalarAsync<string>(
        "SELECT count(*) || md5(coalesce(string_agg((to_jsonb(k) - 'last_used_at')::text, ',' ORDER BY id), '')) FROM api_keys k WHERE team_id IS DISTINCT FROM $1", company.Blue.Team);

    private Task<long> WorkingAsync(Guid environment) => company.Host.Database.ScalarAsync<long>(
        "SELECT count(*) FROM api_keys WHERE environment_id = $1 AND status = 'active' AND deleted_at IS NULL AND (expires_at IS NULL OR expires_at > now())", environment);
}
