using System.Net;
using AiPortal.Core.Keys;
using AiPortal.Tests.Api;
using AiPortal.Tests.Gateway.Http;
using Xunit;

namespace AiPortal.Tests.Gateway.Nodes;

/// <summary>What stops a key on one node stops it on the other, which is warm, within a second, and within ten where nobody tells it.</summary>
public sealed class RevocationTests(TwoNodes nodes) : IClassFixture<TwoNodes>
{
    [Theory]
    [InlineData("revoke")]
    [InlineData("disable")]
    [InlineData("delete")]
    [InlineData("expire")]
    [InlineData("regenerate")]
    [InlineData("address")]
    [InlineData("model")]
    [InlineData("owner")]
    public async Task Key_StoppedOnOneNode_IsRefusedByTheOtherWithinASecond(string way)
    {
        var (id, http, member) = await WarmAsync();
        var admin = nodes.First.Admin;
        // In the future still where it is looked at, however busy the machine is.
        var expires = TimeProvider.System.GetUtcNow().AddSeconds(5);
        var answer = way switch
        {
            "delete" => await admin.DeleteApiAsync($"/keys/{id}"),
            "expire" => await admin.PatchApiAsync($"/keys/{id}", new { expires_at = expires }),
            "regenerate" => await admin.PostApiAsync($"/keys/{id}/regenerate", new { overlap_seconds = 0 }),
            "address" => await admin.PatchApiAsync($"/keys/{id}", new { ip_deny = new[] { "0.0.0.0/0" } }),
            "model" => await admin.PatchApiAsync($"/keys/{id}", new { models = new[] { "none-*" } }),
            "owner" => await admin.DeleteApiAsync($"/members/{member}"),
            _ => await admin.PostApiAsync($"/keys/{id}/{way}", null),
        };
        Assert.True((int)answer.Status is >= 200 and < 300, $"{answer.Status} {answer.Json}");
        var until = way == "expire" ? expires - TimeProvider.System.GetUtcNow() : TimeSpan.Zero;
        await AssertStopsAsync(http, until + TimeSpan.FromSeconds(1));
        if (way == "owner") Assert.Equal("disabled", (await admin.GetApiAsync($"/keys/{id}")).Text("status"));
    }

    [Theory]
    [InlineData("UPDATE api_keys SET status = 'revoked' WHERE id = $1")]
    [InlineData("UPDATE api_keys SET status = 'disabled' WHERE id = $1")]
    [InlineData("UPDATE api_keys SET deleted_at = now() WHERE id = $1")]
    [InlineData("UPDATE api_keys SET expires_at = now() WHERE id = $1")]
    [InlineData("UPDATE api_keys SET key_hash = sha256(key_hash) WHERE id = $1")]
    public async Task Key_StoppedWhileNobodyTells_IsRefusedByBothWithinTenSeconds(string sql)
    {
        var (id, http, _) = await WarmAsync();
        await nodes.First.Database.ExecuteAsync(sql, id);
        await AssertStopsAsync(http, TimeSpan.FromSeconds(10));
    }

    /// <summary>A team with keys that work cannot be removed, so that none of them is left behind.</summary>
    [Fact]
    public async Task Team_WithWorkingKeys_CannotBeRemoved()
    {
        var team = await nodes.First.Admin.PostApiAsync("/teams", new { name = "Kept" });
        await nodes.IssueAsync(new KeyDraft { Name = "k", TeamId = team.Id });
        Assert.Equal(HttpStatusCode.Conflict, (await nodes.First.Admin.DeleteApiAsync($"/teams/{team.Id}")).Status);
    }

    private async Task<(Guid Id, HttpClient[] Http, Guid Member)> WarmAsync()
    {
        var email = $"owner-{Guid.CreateVersion7(TimeProvider.System.GetUtcNow()):N}@example.com";
        var member = await nodes.First.Admin.PostApiAsync("/members", new { email, name = "Owner", role = "member", password = "a-long-enough-secret" });
        var (id, secret) = await nodes.IssueAsync(new KeyDraft { Name = "warm", OwnerUserId = member.Json.GetProperty("user_id").GetGuid() });
        HttpClient[] http = [TwoNodes.Client(nodes.First, secret), TwoNodes.Client(nodes.Second, secret)];
        foreach (var client in http) (await client.GetAsync("/v1/models")).EnsureSuccessStatusCode();
        return (id, http, member.Id);
    }

    private static async Task AssertStopsAsync(HttpClient[] http, TimeSpan within)
    {
        var began = TimeProvider.System.GetTimestamp();
        var last = await Task.WhenAll(http.Select(async client =>
        {
            var accepted = TimeSpan.Zero;
            var refusals = 0;
            // Once refused, refused for good.
            while (refusals < 20)
            {
                using var answer = await client.PostAsync("/v1/chat/completions", GatewayHost.Chat("nobody-serves-this"));
                if (answer.StatusCode == HttpStatusCode.NotFound)
                {
                    (accepted, refusals) = (TimeProvider.System.GetElapsedTime(began), 0);
                    Assert.True(accepted < within, $"still accepted after {accepted}");
                }
                else refusals++;
            }

            return accepted;
        }));
        Assert.All(last, accepted => Assert.True(accepted < within));
    }
}
