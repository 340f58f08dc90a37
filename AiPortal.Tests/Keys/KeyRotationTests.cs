using System.Net;
using AiPortal.Core.Keys;
using AiPortal.Tests.Api;
using AiPortal.Tests.Fixtures;
using Microsoft.Extensions.DependencyInjection;

namespace AiPortal.Tests.Keys;

/// <summary>Keys whose secret is replaced by schedule.</summary>
public sealed class KeyRotationTests(PortalHost host) : IClassFixture<PortalHost>
{
    [Fact]
    public async Task Rotation_Due_MakesASecretThatIsCollectedOnceWhileBothWork()
    {
        var key = await host.Admin.PostApiAsync("/keys", new { name = "Scheduled", rotate_every_days = 30 });
        var never = await host.Admin.PostApiAsync("/keys", new { name = "Never" });
        var job = host.Services.GetRequiredService<RotateDueKeys>();
        var early = await job.RunAsync(default);
        await host.Database.ExecuteAsync("UPDATE api_keys SET created_at = created_at - interval '31 days'");
        var due = await job.RunAsync(default);
        var again = await job.RunAsync(default);
        var waiting = await host.Admin.GetApiAsync($"/keys/{key.Id}");
        var stored = await host.Database.ScalarAsync<byte[]>("SELECT pending_secret_cipher FROM api_keys WHERE id = $1", key.Id);
        var collected = await host.Admin.PostApiAsync($"/keys/{key.Id}/collect", new { });
        var twice = await host.Admin.PostApiAsync($"/keys/{key.Id}/collect", new { });
        var none = await host.Admin.PostApiAsync($"/keys/{never.Id}/collect", new { });
        var (old, anew) = (await StatusAsync(key.Text("key")!), await StatusAsync(collected.Text("key")!));
        var audit = await host.Admin.GetApiAsync($"/audit?subject={key.Id}");

        Assert.Equal(("0 of 1 keys have a new secret", "1 of 1 keys have a new secret", "0 of 1 keys have a new secret"), (early, due, again));
        Assert.True(waiting.Json.GetProperty("secret_waits").GetBoolean());
        Assert.InRange(waiting.Json.GetProperty("previous_valid_until").GetDateTimeOffset() - TimeProvider.System.GetUtcNow(), TimeSpan.FromDays(6.9), TimeSpan.FromDays(7));
        Assert.DoesNotContain(collected.Text("key")!, System.Text.Encoding.Latin1.GetString(stored), StringComparison.Ordinal);
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (old, anew));
        Assert.Equal(("nothing_waits", "nothing_waits"), (twice.Code, none.Code));
        Assert.Equal(["key.collect", "key.rotate", "key.create"], audit.Data.Select(row => row.GetProperty("action").GetString()));
    }

    [Theory]
    [InlineData(7)]
    [InlineData(731)]
    public async Task Rotation_TooOftenOrTooSeldom_IsRefused(int days) =>
        Assert.Equal(["rotate_every_days"], (await host.Admin.PostApiAsync("/keys", new { name = "x", rotate_every_days = days })).Fields);

    private async Task<HttpStatusCode> StatusAsync(string secret)
    {
        using var client = host.WithBearer(secret);
        using var answer = await client.GetAsync("/v1/models");
        return answer.StatusCode;
    }
}
