using Xunit;

namespace AiPortal.Tests.Gateway.Nodes;

/// <summary>RELIABILITY M01 and M02 on two nodes: exactly what the budget allows is served, and nobody is refused for nothing.</summary>
public sealed class TwoNodeBudgetTests(TwoNodes nodes) : IClassFixture<TwoNodes>
{
    private const int Callers = 200;

    private static int Rounds => TwoNodes.IsLong ? 100 : 3;

    [Fact]
    public async Task Burst_CostEqualsHold_ExactlyFiftyAreServed()
    {
        var model = await nodes.AddFixedModelAsync(0.02m);
        for (var round = 0; round < Rounds; round++)
        {
            var (id, secret) = await nodes.IssueAsync(TwoNodes.Dollar());
            using var first = TwoNodes.Client(nodes.First, secret);
            using var second = TwoNodes.Client(nodes.Second, secret);

            var served = await TwoNodes.BurstAsync(first, second, Callers, model);

            Assert.Equal(50, served);
            await nodes.AssertServedAsync(id, model, 50, 1.000000m);
        }
    }

    [Fact]
    public async Task Burst_HoldThriceTheCost_RefusedRetryUntilNinetyEightAreServed()
    {
        var model = await nodes.AddTokenModelAsync(0.01m, answered: 1);
        for (var round = 0; round < Rounds; round++)
        {
            var (id, secret) = await nodes.IssueAsync(TwoNodes.Dollar());
            using var first = TwoNodes.Client(nodes.First, secret);
            using var second = TwoNodes.Client(nodes.Second, secret);
            var (waiting, served) = (Callers, 0);
            while (waiting > 0 && await TwoNodes.BurstAsync(first, second, waiting, model, maxTokens: 3) is var now and > 0)
                (waiting, served) = (waiting - now, served + now);

            Assert.Equal(98, served);
            await nodes.AssertServedAsync(id, model, 98, 0.98m);
        }
    }

    [Fact]
    public async Task Burst_LearnedHoldsBelowTheCost_OvershootStaysWithinWhatWasInFlight()
    {
        var model = await nodes.AddTokenModelAsync(0.0001m, answered: 20);
        for (var round = 0; round < Rounds; round++)
        {
            var (id, secret) = await nodes.IssueAsync(TwoNodes.Dollar("learned"));
            using var first = TwoNodes.Client(nodes.First, secret);
            using var second = TwoNodes.Client(nodes.Second, secret);
            var (served, now) = (0, 1);
            for (var burst = 0; now > 0 && burst < 40; burst++)
                served += now = await TwoNodes.BurstAsync(first, second, Callers, model, maxTokens: 30);

            // Each call in flight may cost ten tokens less than its worst case of thirty; none may cost more.
            var spent = served * 0.002m;
            Assert.Equal(0, now);
            Assert.InRange(spent, 1 - 0.003m, 1 + (Callers * 0.001m));
            await nodes.AssertServedAsync(id, model, served, spent);
        }
    }
}
