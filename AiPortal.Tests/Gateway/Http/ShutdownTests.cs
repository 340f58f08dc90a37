using AiPortal.Core.Keys;
using AiPortal.Core.Ledger;
using AiPortal.Core.Money;
using AiPortal.Tests.Fixtures;

namespace AiPortal.Tests.Gateway.Http;

/// <summary>A portal that stops, or dies, while a call is on its way.</summary>
public sealed class ShutdownTests(GatewayHost gateway) : IClassFixture<GatewayHost>
{
    private static readonly KeyDraft Draft = new() { Name = "stop", Budget = new KeyBudgetTerms(1, PeriodType.Total, "strict", "block") };

    [Fact]
    public async Task Stop_CallInFlight_EndsWholeAndIsOnTheLedger()
    {
        var (id, http) = await gateway.IssueKeyAsync(Draft);
        var gate = new FakeUpstreamGate();
        gateway.Upstream.Next(FakeUpstreamReply.Stream("whole", "answer").PauseBefore(2, gate));
        var calling = http.PostAsync("/v1/chat/completions", GatewayHost.Chat(stream: true));
        await gate.Reached;

        var stopping = gateway.Portal.StopAsync();
        gate.Release();
        using var answer = await calling;
        var text = await answer.Content.ReadAsStringAsync();
        await stopping;
        await gateway.Portal.StartAsync();

        Assert.EndsWith("data: [DONE]\n\n", text, StringComparison.Ordinal);
        var entry = Assert.Single(await gateway.EntriesAsync(id, 1));
        Assert.Equal((EntryStatus.Ok, 0.0006m), (entry.Status, entry.TotalCost));
        Assert.Equal((0m, 0.0006m, 0m), (gateway.BudgetOf(id).Held, gateway.BudgetOf(id).Spent, gateway.BudgetOf(id).Unknown));
        Assert.Equal([], await gateway.VerifyAsync());
    }

    [Fact]
    public async Task Death_CallInFlight_IsUnknownAtItsHoldAfterTheNextStart()
    {
        var (id, http) = await gateway.IssueKeyAsync(Draft);
        var gate = new FakeUpstreamGate();
        gateway.Upstream.Next(FakeUpstreamReply.StallBeforeHeaders(gate, FakeUpstreamReply.Plain("late", FakeUpstreamReply.Usage(1, 1))));
        var calling = http.PostAsync("/v1/chat/completions", GatewayHost.Chat(maxTokens: 100));
        await gate.Reached;
        var held = gateway.BudgetOf(id).Held;

        await gateway.Portal.KillAsync();
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => calling);
        await gateway.Portal.StartAsync();

        var entry = Assert.Single(await gateway.EntriesAsync(id, 1));
        Assert.Equal((EntryStatus.Unknown, 0m, held), (entry.Status, entry.TotalCost, entry.UnresolvedCost));
        Assert.Equal((0m, 0m, held), (gateway.BudgetOf(id).Held, gateway.BudgetOf(id).Spent, gateway.BudgetOf(id).Unknown));
        Assert.Equal([], await gateway.VerifyAsync());
    }
}
