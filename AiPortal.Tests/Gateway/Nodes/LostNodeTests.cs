using System.Net;
using AiPortal.Tests.Api;
using AiPortal.Tests.Gateway.Http;
using Xunit;

namespace AiPortal.Tests.Gateway.Nodes;

/// <summary>A node that dies keeps what it had leased until it comes back, or until a person writes it off; one without a database stops in time.</summary>
public sealed class LostNodeTests : IAsyncLifetime
{
    private readonly TwoNodes _nodes = new();

    public async Task InitializeAsync()
    {
        _nodes.First.With("Portal:Leases:Seconds", "3");
        await _nodes.InitializeAsync();
    }

    public Task DisposeAsync() => _nodes.DisposeAsync();

    [Fact]
    public async Task Node_KilledAndReturned_GivesBackWhatItHadLeased()
    {
        var model = await _nodes.AddFixedModelAsync(0.1m);
        var (id, secret) = await _nodes.IssueAsync(TwoNodes.Dollar());
        using var first = TwoNodes.Client(_nodes.First, secret);
        using (var second = TwoNodes.Client(_nodes.Second, secret))
            Assert.Equal(HttpStatusCode.OK, (await TwoNodes.CallAsync(second, model)).Status);
        await _nodes.Second.KillAsync();
        var lost = Assert.Single(await TwoNodes.NodesAsync(_nodes.First), node => node.GetProperty("leases").GetInt32() > 0);
        var held = lost.GetProperty("leased_usd").GetDecimal();
        Assert.True(held > 0, lost.ToString());

        var alone = 0;
        while ((await TwoNodes.CallAsync(first, model)).Status == HttpStatusCode.OK)
            alone++;
        await _nodes.Second.StartAsync();
        var after = 0;
        while ((await TwoNodes.CallAsync(first, model)).Status == HttpStatusCode.OK)
            after++;

        // Ten calls in all; what the dead node held was nobody else's.
        Assert.Equal(10, 1 + alone + after);
        Assert.InRange(alone, 7, 8);
        await _nodes.AssertServedAsync(id, model, 10, 1m);
    }

    [Fact]
    public async Task Node_WrittenOff_CountsAsUnknownUntilItsJournalIsFound()
    {
        var model = await _nodes.AddFixedModelAsync(0.1m);
        var (id, secret) = await _nodes.IssueAsync(TwoNodes.Dollar());
        using (var second = TwoNodes.Client(_nodes.Second, secret))
            Assert.Equal(HttpStatusCode.OK, (await TwoNodes.CallAsync(second, model)).Status);
        await _nodes.Gateway.EntriesAsync(id, 1);
        await _nodes.Second.KillAsync();
        var lost = Assert.Single(await TwoNodes.NodesAsync(_nodes.First), node => node.GetProperty("leases").GetInt32() > 0);
        var path = $"/nodes/{lost.GetProperty("id").GetGuid()}/write-off";

        var tooEarly = await _nodes.First.Admin.PostApiAsync(path, null);
        ApiAnswer written = null!;
        await GatewayHost.UntilAsync(
            async () => (written = await _nodes.First.Admin.PostApiAsync(path, null)).Status == HttpStatusCode.OK, () => written.Json.ToString());
        var unknown = written.Json.GetProperty("unknown_usd").GetDecimal();

        Assert.Equal((HttpStatusCode.Conflict, "node_alive"), (tooEarly.Status, tooEarly.Code));
        Assert.True(unknown > 0);
        Assert.Equal(unknown, (await TwoNodes.QuotaAsync(_nodes.First, id)).GetProperty("unknown_quota").GetDecimal());
        Assert.Equal([], await _nodes.Gateway.VerifyAsync());

        await _nodes.Second.StartAsync();
        var quota = await TwoNodes.QuotaAsync(_nodes.Second, id);
        Assert.Equal((0m, 0.1m), (quota.GetProperty("unknown_quota").GetDecimal(), quota.GetProperty("used_quota").GetDecimal()));
        Assert.Equal([], await _nodes.Gateway.VerifyAsync());
    }

    [Fact]
    public async Task Database_Away_CallsGoOnWithinWhatIsLeasedAndThenAreTurnedAwayInTime()
    {
        var model = await _nodes.AddFixedModelAsync(0.01m);
        var (_, secret) = await _nodes.IssueAsync(TwoNodes.Dollar());
        var (_, untouched) = await _nodes.IssueAsync(TwoNodes.Dollar());
        using var http = TwoNodes.Client(_nodes.First, secret);
        using var other = TwoNodes.Client(_nodes.First, untouched);
        Assert.Equal(HttpStatusCode.OK, (await TwoNodes.CallAsync(http, model)).Status);

        await _nodes.First.Database.CutAsync();
        try
        {
            Assert.Equal(HttpStatusCode.OK, (await TwoNodes.CallAsync(http, model)).Status);
            await AssertTurnedAwayAsync(other, model);
            await GatewayHost.UntilAsync(
                async () => (await TwoNodes.CallAsync(http, model)).Status == HttpStatusCode.ServiceUnavailable, () => "calls still go on");
            await AssertTurnedAwayAsync(http, model);
        }
        finally
        {
            await _nodes.First.Database.RestoreAsync();
        }

        await GatewayHost.UntilAsync(async () => (await TwoNodes.CallAsync(other, model)).Status == HttpStatusCode.OK, () => "calls are still turned away");
    }

    [Fact]
    public async Task Node_StoppedCleanly_LeavesNothingLeased()
    {
        var model = await _nodes.AddFixedModelAsync(0.01m);
        var (_, secret) = await _nodes.IssueAsync(TwoNodes.Dollar());
        using var second = TwoNodes.Client(_nodes.Second, secret);
        Assert.Equal(HttpStatusCode.OK, (await TwoNodes.CallAsync(second, model)).Status);

        await _nodes.Second.StopAsync();

        Assert.Equal(0m, await _nodes.First.Database.ScalarAsync<decimal>("SELECT coalesce(sum(granted), 0) FROM budget_leases"));
        Assert.Single(await TwoNodes.NodesAsync(_nodes.First));
        await _nodes.Second.StartAsync();
    }

    private static async Task AssertTurnedAwayAsync(HttpClient http, string model)
    {
        var began = TimeProvider.System.GetTimestamp();
        using var answer = await http.PostAsync("/v1/chat/completions", GatewayHost.Chat(model));
        await GatewayHost.AssertErrorAsync(answer, 503, "server_error", "overloaded");
        Assert.NotNull(answer.Headers.RetryAfter);
        Assert.True(TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromSeconds(2.5), $"turned away after {TimeProvider.System.GetElapsedTime(began)}");
    }
}
