using System.Net.Http.Json;
using System.Text.Json;
using AiPortal.Core.Keys;
using Xunit;

namespace AiPortal.Tests.Gateway.Nodes;

/// <summary>Budgets over requests and tokens that two nodes share: exactly what fits is served, and nobody is refused for nothing.</summary>
public sealed class TwoNodeCountedBudgetTests(TwoNodes nodes) : IClassFixture<TwoNodes>
{
    private const int Callers = 200;

    [Theory]
    [InlineData("requests", 50, 50)]
    [InlineData("tokens", 1_500, 93)]
    public async Task Burst_OverTwoNodes_ExactlyWhatFitsIsServed(string unit, int limit, int fits)
    {
        // Fifteen tokens a call; a hundred of input and twenty of output are held at most.
        var model = await nodes.Gateway.AddModelAsync(
            Fixtures.FakeUpstreamReply.Plain("Hi", Fixtures.FakeUpstreamReply.Usage(10, 5)), price => price with { ContextWindow = 100 });
        var (id, secret) = await nodes.IssueAsync(new KeyDraft { Name = "counted" });
        using var made = await nodes.First.Admin.PostAsJsonAsync(
            "/api/v1/cost/quotas", new { name = "Counted", quota_type = "key", scope_id = id, unit, total_quota = limit, period_type = "total", hold = "strict", action = "block" });
        made.EnsureSuccessStatusCode();
        await TwoNodes.ReloadAsync(nodes.Second);
        using var first = TwoNodes.Client(nodes.First, secret);
        using var second = TwoNodes.Client(nodes.Second, secret);
        var (waiting, served) = (Callers, 0);
        while (waiting > 0 && await TwoNodes.BurstAsync(first, second, waiting, model, maxTokens: 20) is var now and > 0)
            (waiting, served) = (waiting - now, served + now);

        Assert.Equal(fits, served);
        var entries = await nodes.Gateway.EntriesAsync(id, served);
        await nodes.AssertServedAsync(id, model, served, entries.Sum(entry => entry.TotalCost));
        var quota = await TwoNodes.QuotaAsync(nodes.First, id);
        Assert.Equal((unit == "tokens" ? served * 15 : served, 0m), (quota.GetProperty("used_quota").GetDecimal(), quota.GetProperty("held_quota").GetDecimal()));
        var leased = Assert.IsType<JsonElement[]>(await TwoNodes.NodesAsync(nodes.First));
        Assert.All(leased, node => Assert.Equal(0, node.GetProperty("leased_usd").GetDecimal()));
    }
}
