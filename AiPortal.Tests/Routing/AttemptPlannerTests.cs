using AiPortal.Core.Routing;
using AiPortal.Core.Routing.Health;
using AiPortal.Core.Routing.Routes;

namespace AiPortal.Tests.Routing;

public sealed class AttemptPlannerTests
{
    private readonly PlannerWorld _world = new();

    [Fact]
    public void NoRoute_Accounts_StandByPriorityThenWeight()
    {
        _world.Add("second", priority: 1);
        _world.Add("light", weight: 1);
        _world.Add("heavy", weight: 5);
        Assert.Equal(["heavy", "light", "second"], _world.Names());
    }

    [Fact]
    public void Accounts_OfOtherEnvironments_AreLeftOut_AlsoWhereARouteNamesThem()
    {
        var (development, production) = (new Guid(1, 0, 0, new byte[8]), new Guid(2, 0, 0, new byte[8]));
        _world.Add("of all");
        var dev = _world.Add("development", priority: 1, environment: development);
        var prod = _world.Add("production", priority: 2, environment: production);
        Assert.Equal(["of all"], _world.Names());
        _world.Environment = production;
        Assert.Equal(["of all", "production"], _world.Names());
        _world.Environment = development;
        Assert.Equal(["of all", "development"], _world.Names());

        _world.Route(RouteStrategy.Priority, targets: [new TargetSnapshot(prod.Id, prod, null, 1, 0), new TargetSnapshot(dev.Id, dev, null, 1, 1)]);
        var skipped = new List<SkippedAttempt>();
        Assert.Equal(["development"], _world.Plan(skipped: skipped).Attempts.Select(attempt => attempt.Account.Name));
        Assert.Equal((prod.Id, SkipReason.OtherEnvironment), (skipped.Single().ProviderId, skipped.Single().Reason));
        _world.Environment = null;
        Assert.Equal(PlanRefusal.ModelUnknown, _world.Plan().Refusal);
    }

    [Fact]
    public void Route_OfOtherModels_DoesNotApply()
    {
        _world.Add("a");
        _world.Add("b", weight: 2);
        _world.Route(RouteStrategy.Random, pattern: "gpt-*");
        Assert.Null(_world.Plan().Route);
        Assert.Equal(["b", "a"], _world.Names());
    }

    [Fact]
    public void Routes_SeveralMatch_FirstCounts()
    {
        _world.Add("a");
        _world.Route(RouteStrategy.LowestCost, pattern: "*");
        _world.Route(RouteStrategy.Random);
        Assert.Equal(RouteStrategy.LowestCost, _world.Plan().Route!.Strategy);
    }

    [Fact]
    public void Targets_FallBackToAnotherModel_AfterAllOfLowerPriority()
    {
        var (a, b, c) = (_world.Add("a"), _world.Add("b"), _world.Add("c", models: ["cheap"]));
        _world.Route(RouteStrategy.Random, targets: [new TargetSnapshot(c.Id, c, "cheap", 1, 1), new TargetSnapshot(a.Id, a, null, 1, 0), new TargetSnapshot(b.Id, b, null, 1, 0)]);
        for (var chance = 0UL; chance < 20; chance++)
        {
            var plan = _world.Plan(chance: chance).Attempts;
            Assert.Equal(["a", "b"], plan.Take(2).Select(attempt => attempt.Account.Name).Order());
            Assert.Equal(("c", "cheap"), (plan[2].Account.Name, plan[2].UpstreamModel));
        }
    }

    [Fact]
    public void Target_OfAliasModel_LeadsToTheModelItNames()
    {
        var a = _world.Add("a");
        _world.Route(RouteStrategy.Priority, pattern: "fast", targets: [new TargetSnapshot(a.Id, a, "other", 1, 0)]);
        Assert.Equal("other", Assert.Single(_world.Plan("fast").Attempts).UpstreamModel);
        _world.KeyModels = new ModelPatterns(["other"]);
        Assert.Equal(PlanRefusal.ModelNotAllowed, _world.Plan("fast").Refusal);
    }

    [Fact]
    public void Skipped_EachAccount_SaysWhy()
    {
        var (open, unpriced, silent) = (_world.Add("open"), _world.Add("unpriced", price: null), _world.Add("silent", models: ["x"]));
        var (paused, full) = (_world.Add("paused"), _world.Add("full", limits: new AccountLimits(1, null, null)));
        _world.Add("well");
        _world.Call(open, 5, AttemptVerdict.Failed);
        _world.Call(full, 1, AttemptVerdict.Succeeded);
        paused.Health.Enter(default, "m", false, 0, false, false, out _)!.Leave(AttemptVerdict.RateLimited, TimeSpan.FromSeconds(9));
        var skipped = new List<SkippedAttempt>();

        var plan = _world.Plan(skipped: skipped);

        Assert.Equal("well", Assert.Single(plan.Attempts).Account.Name);
        Assert.Equal(
            [(full.Id, SkipReason.AtLimit), (open.Id, SkipReason.CircuitOpen), (paused.Id, SkipReason.Paused), (silent.Id, SkipReason.NotServed), (unpriced.Id, SkipReason.NotPriced)],
            skipped.OrderBy(skip => skip.Account!.Name, StringComparer.Ordinal).Select(skip => (skip.ProviderId, skip.Reason)));
        Assert.Equal(9, skipped.Single(skip => skip.Reason == SkipReason.Paused).Wait.TotalSeconds);
    }

    [Fact]
    public void All_Out_AreTriedAllTheSame()
    {
        var (a, b) = (_world.Add("a"), _world.Add("b"));
        _world.Call(a, 5, AttemptVerdict.Failed);
        Assert.Equal((1, false), (_world.Plan().Attempts.Count, _world.Plan().Forced));
        _world.Call(b, 5, AttemptVerdict.Failed);
        Assert.Equal((2, true), (_world.Plan().Attempts.Count, _world.Plan().Forced));
    }

    [Fact]
    public void All_AtTheirLimits_RefusedWithTheSoonestRoom()
    {
        var (a, b) = (_world.Add("a", limits: new AccountLimits(1, null, null)), _world.Add("b", limits: new AccountLimits(null, null, 1)));
        _world.Call(a, 1, AttemptVerdict.Succeeded);
        b.Health.Enter(b.Limits, "m", false, 0, false, false, out _);
        var plan = _world.Plan();
        Assert.Equal((PlanRefusal.AccountsAtLimit, TimeSpan.FromSeconds(1)), (plan.Refusal, plan.Wait));
    }

    [Fact]
    public void LowestCost_CheapestFirst()
    {
        _world.Add("dear", price: 9);
        _world.Add("cheap", price: 1, priority: 5);
        _world.Add("middle", price: 3);
        _world.Route(RouteStrategy.LowestCost);
        Assert.Equal(["cheap", "middle", "dear"], _world.Names());
    }

    [Fact]
    public void LowestLatency_UnknownIsTriedThenQuickest()
    {
        var (slow, quick) = (_world.Add("slow"), _world.Add("quick"));
        _world.Add("unknown");
        _world.Route(RouteStrategy.LowestLatency);
        _world.Call(slow, 3, AttemptVerdict.Succeeded, 400);
        _world.Call(quick, 3, AttemptVerdict.Succeeded, 100);
        Assert.Equal(["unknown", "quick", "slow"], _world.Names());
        _world.Clock.AdvanceMs(120_000);
        Assert.Equal(3, Enumerable.Range(0, 50).Select(i => _world.Names(chance: (ulong)i)[0]).Distinct().Count());
    }

    [Fact]
    public void HighestSuccess_MoreReliableFirst()
    {
        var (bad, good) = (_world.Add("bad"), _world.Add("good"));
        _world.Route(RouteStrategy.HighestSuccess);
        _world.Call(bad, 20, AttemptVerdict.Succeeded, 1000);
        _world.Call(bad, 2, AttemptVerdict.Failed, 1000);
        _world.Call(good, 20, AttemptVerdict.Succeeded, 1000);
        Assert.All(Enumerable.Range(0, 20), i => Assert.Equal("good", _world.Names(chance: (ulong)i)[0]));
    }

    [Fact]
    public void LeastBusy_CountsByWeight()
    {
        var (a, b) = (_world.Add("a", weight: 4), _world.Add("b"));
        _world.Route(RouteStrategy.LeastBusy);
        for (var i = 0; i < 3; i++) a.Health.Enter(default, "m", false, 0, false, false, out _);
        b.Health.Enter(default, "m", false, 0, false, false, out _);
        Assert.Equal(["a", "b"], _world.Names());
    }
}
