using System.Net;
using System.Text;
using System.Text.Json;
using AiPortal.Core.Keys;
using AiPortal.Tests.Api;
using AiPortal.Tests.Fixtures;
using Xunit;

namespace AiPortal.Tests.Keys;

public sealed class KeyApiTests(PortalHost host) : IClassFixture<PortalHost>
{
    [Fact]
    public async Task Create_Key_AnswersTheSecretOnceAndStoresItsHashOnly()
    {
        var made = await host.Admin.PostApiAsync("/keys", new { name = "once" });

        Assert.Equal(HttpStatusCode.Created, made.Status);
        var secret = made.Text("key")!;
        Assert.True(VirtualKeyFormat.IsWellFormed(secret));
        Assert.StartsWith(made.Text("prefix")!.TrimEnd('…'), secret, StringComparison.Ordinal);
        Assert.False((await host.Admin.GetApiAsync($"/keys/{made.Id}")).Json.TryGetProperty("key", out _));
        Assert.All((await host.Admin.GetApiAsync("/keys")).Data, key => Assert.False(key.TryGetProperty("key", out _)));
        Assert.Equal(VirtualKeyFormat.Hash(secret), await host.Database.ScalarAsync<byte[]>("SELECT key_hash FROM api_keys WHERE id = $1", made.Id));
        Assert.Equal(0, await host.Database.ScalarAsync<long>("SELECT count(*) FROM api_keys k WHERE k::text LIKE $1", $"%{secret}%"));
        Assert.Equal(0, await host.Database.ScalarAsync<long>("SELECT count(*) FROM audit_events a WHERE a::text LIKE $1", $"%{secret[10..]}%"));
    }

    [Fact]
    public async Task Create_IdempotencyKey_GivesTheSameKeyWithoutStoringTheSecret()
    {
        var first = await host.Admin.PostApiAsync("/keys", new { name = "twice" }, "same-key-1");
        var second = await host.Admin.PostApiAsync("/keys", new { name = "twice" }, "same-key-1");
        Assert.Equal((first.Id, first.Text("key")), (second.Id, second.Text("key")));
        var bodies = await host.Database.ScalarAsync<byte[]>("SELECT string_agg(body, ''::bytea) FROM idempotent_answers");
        Assert.DoesNotContain(first.Text("key")!, Encoding.Latin1.GetString(bodies), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Put_WhatWasRead_ChangesNothing()
    {
        var team = await host.Admin.PostApiAsync("/teams", new { name = "Round trip" });
        var made = await host.Admin.PostApiAsync("/keys", new
        {
            name = "full",
            team_id = team.Id,
            models = new[] { "gpt-5.4" },
            ip_allow = new[] { "10.1.2.3/8", "2001:db8::1" },
            rate_limit = new { rpm = 10, concurrency = 2 },
            budget = new { limit = 12.5, period = "daily", hold = "strict", action = "alert" },
            expires_at = "2100-01-01T00:00:00Z",
            tags = new { feature = "search" },
        });
        Assert.Equal(HttpStatusCode.Created, made.Status);
        Assert.Equal(["10.0.0.0/8", "2001:db8::1/128"], made.Json.GetProperty("ip_allow").EnumerateArray().Select(range => range.GetString()));
        var read = await host.Admin.GetApiAsync($"/keys/{made.Id}");

        var put = await host.Admin.CallAsync(HttpMethod.Put, $"/keys/{made.Id}", read.Json.GetRawText());

        Assert.Equal(HttpStatusCode.OK, put.Status);
        Assert.Equal(Without(read.Json, "updated_at"), Without(put.Json, "updated_at"));
    }

    [Theory]
    [InlineData("""{"name":"k","budget":{"limt":1}}""", "budget.limt")]
    [InlineData("""{"name":"k","budget":{"period":"daily"}}""", "budget.limit")]
    [InlineData("""{"name":"k","budget":{"limit":0}}""", "budget.limit")]
    [InlineData("""{"name":"k","budget":{"limit":1,"period":"fortnightly"}}""", "budget.period")]
    [InlineData("""{"name":"k","budget":{"limit":1,"hold":"loose"}}""", "budget.hold")]
    [InlineData("""{"name":"k","budget":{"limit":1,"action":"downgrade"}}""", "budget.action")]
    [InlineData("""{"name":"k","bugdet":{"limit":1}}""", "bugdet")]
    [InlineData("""{"name":"k","budget":5}""", "budget")]
    [InlineData("""{"name":""}""", "name")]
    [InlineData("""{"name":7}""", "name")]
    [InlineData("""{"name":"k","models":[]}""", "models")]
    [InlineData("""{"name":"k","models":"gpt-5.4"}""", "models")]
    [InlineData("""{"name":"k","ip_allow":["10.0.0.0/33"]}""", "ip_allow")]
    [InlineData("""{"name":"k","ip_deny":["everywhere"]}""", "ip_deny")]
    [InlineData("""{"name":"k","ip_allow":[]}""", "ip_allow")]
    [InlineData("""{"name":"k","rate_limit":{"rpm":0}}""", "rate_limit.rpm")]
    [InlineData("""{"name":"k","rate_limit":{"rps":1}}""", "rate_limit.rps")]
    [InlineData("""{"name":"k","expires_at":"2020-01-01T00:00:00Z"}""", "expires_at")]
    [InlineData("""{"name":"k","expires_at":"tomorrow"}""", "expires_at")]
    [InlineData("""{"name":"k","tags":{"a":1}}""", "tags.a")]
    [InlineData("""{"name":"k","team_id":"x"}""", "team_id")]
    public async Task Create_BadMember_IsRefusedByName(string body, string field)
    {
        var answer = await host.Admin.PostApiAsync("/keys", body);
        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Contains(field, answer.Fields);
    }

    [Fact]
    public async Task Create_PartsOfAnotherOrganization_AreNotFound()
    {
        var (stranger, _) = await host.StrangerAsync();
        using var client = stranger;
        var theirs = await client.PostApiAsync("/teams", new { name = "Theirs" });

        var team = await host.Admin.PostApiAsync("/keys", new { name = "k", team_id = theirs.Id });
        var owner = await host.Admin.PostApiAsync("/keys", new { name = "k", owner_user_id = Guid.Parse("0199f1c2-7a10-7c3e-9b1f-3f0a5d1e2c4b") });
        var filter = await host.Admin.GetApiAsync($"/keys?team_id={theirs.Id}");

        Assert.Equal((HttpStatusCode.NotFound, "team_id"), (team.Status, team.Fields.Single()));
        Assert.Equal((HttpStatusCode.NotFound, "owner_user_id"), (owner.Status, owner.Fields.Single()));
        Assert.Equal(HttpStatusCode.NotFound, filter.Status);
    }

    [Fact]
    public async Task OtherOrganization_SeesAndReachesNoKey()
    {
        var mine = await host.Admin.PostApiAsync("/keys", new { name = "mine" });
        var (stranger, _) = await host.StrangerAsync();
        using var client = stranger;

        Assert.Empty((await client.GetApiAsync("/keys")).Data);
        foreach (var (method, path) in new[] { (HttpMethod.Get, ""), (HttpMethod.Patch, ""), (HttpMethod.Delete, ""), (HttpMethod.Post, "/revoke"), (HttpMethod.Post, "/regenerate") })
            Assert.Equal(HttpStatusCode.NotFound, (await client.CallAsync(method, $"/keys/{mine.Id}{path}", new { })).Status);
        Assert.Equal("active", (await host.Admin.GetApiAsync($"/keys/{mine.Id}")).Text("status"));
    }

    [Fact]
    public async Task Status_DisableEnableRevoke_GoesOneWayAtLast()
    {
        var id = (await host.Admin.PostApiAsync("/keys", new { name = "states" })).Id;
        Assert.Equal("disabled", (await host.Admin.PostApiAsync($"/keys/{id}/disable", null)).Text("status"));
        Assert.Equal("active", (await host.Admin.PostApiAsync($"/keys/{id}/enable", null)).Text("status"));
        Assert.Equal("revoked", (await host.Admin.PostApiAsync($"/keys/{id}/revoke", null)).Text("status"));
        Assert.Equal((HttpStatusCode.Conflict, "key_revoked"), await StatusAsync($"/keys/{id}/enable"));
        Assert.Equal((HttpStatusCode.Conflict, "key_revoked"), await StatusAsync($"/keys/{id}/regenerate"));

        async Task<(HttpStatusCode, string?)> StatusAsync(string path)
        {
            var answer = await host.Admin.PostApiAsync(path, null);
            return (answer.Status, answer.Code);
        }
    }

    [Fact]
    public async Task Regenerate_WithOverlap_KeepsTheOldHashUntilThen()
    {
        var made = await host.Admin.PostApiAsync("/keys", new { name = "rotated" });
        var again = await host.Admin.PostApiAsync($"/keys/{made.Id}/regenerate", new { overlap_seconds = 3600 });
        Assert.NotEqual(made.Text("key"), again.Text("key"));
        Assert.Equal(VirtualKeyFormat.Hash(made.Text("key")), await host.Database.ScalarAsync<byte[]>("SELECT previous_hash FROM api_keys WHERE id = $1", made.Id));
        Assert.Equal(VirtualKeyFormat.Hash(again.Text("key")), await host.Database.ScalarAsync<byte[]>("SELECT key_hash FROM api_keys WHERE id = $1", made.Id));

        await host.Admin.PostApiAsync($"/keys/{made.Id}/regenerate", null);
        Assert.True(await host.Database.ScalarAsync<bool>("SELECT previous_hash IS NULL FROM api_keys WHERE id = $1", made.Id));
        Assert.Equal(HttpStatusCode.BadRequest, (await host.Admin.PostApiAsync($"/keys/{made.Id}/regenerate", new { overlap_seconds = 604_801 })).Status);
    }

    [Fact]
    public async Task Budget_OfAKey_IsMadeChangedAndRemovedWithIt()
    {
        var id = (await host.Admin.PostApiAsync("/keys", new { name = "paid", budget = new { limit = 1, hold = "strict" } })).Id;
        var quota = Assert.Single((await host.Admin.GetApiAsync($"/cost/quotas?quota_type=key&scope_id={id}")).Data);
        Assert.Equal((1m, "strict", true), (quota.GetProperty("total_quota").GetDecimal(), quota.GetProperty("hold").GetString(), quota.GetProperty("owned_by_key").GetBoolean()));

        var raised = await host.Admin.PatchApiAsync($"/keys/{id}", new { budget = new { limit = 2 } });
        Assert.Equal((2m, "strict"), (raised.Json.GetProperty("budget").GetProperty("limit").GetDecimal(), raised.Json.GetProperty("budget").GetProperty("hold").GetString()));
        var without = await host.Admin.PatchApiAsync($"/keys/{id}", new { budget = (object?)null });
        Assert.Equal(JsonValueKind.Null, without.Json.GetProperty("budget").ValueKind);
        Assert.Empty((await host.Admin.GetApiAsync($"/cost/quotas?scope_id={id}")).Data);

        await host.Admin.PatchApiAsync($"/keys/{id}", new { budget = new { limit = 3 } });
        Assert.Equal(HttpStatusCode.NoContent, (await host.Admin.DeleteApiAsync($"/keys/{id}")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await host.Admin.GetApiAsync($"/keys/{id}")).Status);
        Assert.Equal(0, await host.Database.ScalarAsync<long>("SELECT count(*) FROM budgets WHERE scope_id = $1", id));
        Assert.Equal("revoked", await host.Database.ScalarAsync<string>("SELECT status FROM api_keys WHERE id = $1", id));
    }

    [Fact]
    public async Task List_FiltersAndPages_MissNothing()
    {
        var team = (await host.Admin.PostApiAsync("/teams", new { name = "Paged" })).Id;
        for (var i = 0; i < 5; i++) await host.Admin.PostApiAsync("/keys", new { name = $"paged_{i}%", team_id = team });
        var names = new List<string?>();
        string? cursor = null;
        do
        {
            var page = await host.Admin.GetApiAsync($"/keys?team_id={team}&limit=2{(cursor is null ? "" : "&cursor=" + cursor)}");
            names.AddRange(page.Data.Select(key => key.GetProperty("name").GetString()));
            cursor = page.Json.GetProperty("next_cursor").GetString();
        }
        while (cursor is not null);

        Assert.Equal(["paged_4%", "paged_3%", "paged_2%", "paged_1%", "paged_0%"], names);
        Assert.Single((await host.Admin.GetApiAsync("/keys?search=" + Uri.EscapeDataString("ged_3%"))).Data);
        Assert.Empty((await host.Admin.GetApiAsync($"/keys?team_id={team}&search=" + Uri.EscapeDataString("gedx3"))).Data);
        Assert.Empty((await host.Admin.GetApiAsync($"/keys?team_id={team}&status=expired")).Data);
        Assert.Equal(HttpStatusCode.BadRequest, (await host.Admin.GetApiAsync("/keys?status=asleep")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await host.Admin.GetApiAsync("/keys?cursor=zzz")).Status);
    }

    [Fact]
    public async Task Finance_MayLookButNotIssue()
    {
        using var finance = await host.MemberAsync("finance");
        Assert.Equal(HttpStatusCode.OK, (await finance.GetApiAsync("/keys")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await finance.PostApiAsync("/keys", new { name = "k" })).Status);
        Assert.Equal(1, await host.Database.ScalarAsync<long>("SELECT count(*) FROM audit_events WHERE action = 'key.create' AND NOT allowed"));
    }

    private static string Without(JsonElement json, string member) =>
        string.Join("\n", json.EnumerateObject().Where(m => m.Name != member).Select(m => m.ToString()));
}
