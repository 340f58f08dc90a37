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
    public async Task Stop_WhileACallRuns_NewOnesAreRefusedAndToldToComeBack()
    {
        var (id, http) = await gateway.IssueKeyAsync(Draft);
        var gate = new FakeUpstreamGate();
        gateway.Upstream.Next(FakeUpstreamReply.Stream("whole", "answer").PauseBefore(2, gate));
        var calling = http.PostAsync("/v1/chat/completions", GatewayHost.Chat(stream: true));
        await gate.Reached;

        var stopping = gateway.Portal.StopAsync();
        using (var other = gateway.Portal.Anonymous())
        {
            using var ready = await other.GetAsync("/health/ready");
            Assert.Equal(503, (int)ready.StatusCode);
            Assert.Contains("shutting down", await ready.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        using var refused = await http.PostAsync("/v1/chat/completions", GatewayHost.Chat());
        await GatewayHost.AssertErrorAsync(refused, 503, "server_error", "overloaded");
        Assert.True(refused.Headers.RetryAfter?.Delta > TimeSpan.Zero);
        Assert.True(refused.Headers.ConnectionClose);
        Assert.False(stopping.IsCompleted);
        gate.Release();
        using var answer = await calling;
        Assert.EndsWith("data: [DONE]\n\n", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        await stopping;
        await gateway.Portal.StartAsync();

        Assert.Equal(EntryStatus.Ok, Assert.Single(await gateway.EntriesAsync(id, 1)).Status);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Stop_CallThatDoesNotEnd_IsEndedInTimeWithAnErrorAndSettled(bool stream)
    {
        await gateway.Portal.StopAsync();
        gateway.Portal.With("Portal:Gateway:DrainSeconds", "1");
        await gateway.Portal.StartAsync();
        var (id, http) = await gateway.IssueKeyAsync(Draft);
        var gate = new FakeUpstreamGate();
        gateway.Upstream.Next(stream
            ? FakeUpstreamReply.Stream("some words", "and more").PauseBefore(2, gate)
            : FakeUpstreamReply.StallBeforeHeaders(gate, FakeUpstreamReply.Plain("late", FakeUpstreamReply.Usage(1, 1))));
        var calling = http.PostAsync("/v1/chat/completions", GatewayHost.Chat(stream: stream, maxTokens: 100));
        await gate.Reached;

        var began = TimeProvider.System.GetTimestamp();
        var stopping = gateway.Portal.StopAsync();
        using var answer = await calling;
        var text = await answer.Content.ReadAsStringAsync();
        await stopping;
        Assert.InRange(TimeProvider.System.GetElapsedTime(began), TimeSpan.Zero, TimeSpan.FromSeconds(30));
        gateway.Portal.With("Portal:Gateway:DrainSeconds", "50");
        await gateway.Portal.StartAsync();

        Assert.Equal(stream ? 200 : 503, (int)answer.StatusCode);
        Assert.Contains("\"code\":\"overloaded\"", text, StringComparison.Ordinal);
        Assert.DoesNotContain("[DONE]", text, StringComparison.Ordinal);
        var entry = Assert.Single(await gateway.EntriesAsync(id, 1));
        Assert.Equal(stream ? EntryStatus.Partial : EntryStatus.Unknown, entry.Status);
        Assert.True(stream ? entry.TotalCost > 0 : entry.UnresolvedCost > 0);
        Assert.Equal(0m, gateway.BudgetOf(id).Held);
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
