using AiPortal.Core.Routing;
using AiPortal.Core.Routing.Routes;

namespace AiPortal.Tests.Routing;

/// <summary>What holds for every draw: plans are permutations, shares follow weights, prefixes have a home.</summary>
public sealed class StrategyPropertyTests
{
    private static readonly int Seed = Environment.TickCount;

    [Theory]
    [InlineData(RouteStrategy.Priority)]
    [InlineData(RouteStrategy.Weighted)]
    [InlineData(RouteStrategy.Random)]
    [InlineData(RouteStrategy.LeastBusy)]
    [InlineData(RouteStrategy.LowestCost)]
    [InlineData(RouteStrategy.LowestLatency)]
    [InlineData(RouteStrategy.HighestSuccess)]
    [InlineData(RouteStrategy.CacheAware)]
    public void Plan_AnyStrategy_IsEachAccountOnceInPriorityGroups(RouteStrategy strategy)
    {
        var random = new Random(Seed);
        for (var round = 0; round < 200; round++)
        {
            var world = new PlannerWorld();
            var targets = Enumerable.Range(0, random.Next(1, 9)).Select(i =>
            {
                var account = world.Add("a" + i, weight: random.Next(1, 50), price: random.Next(1, 9));
                return new TargetSnapshot(account.Id, account, null, random.Next(1, 50), random.Next(0, 3));
            }).ToArray();
            world.Route(strategy, targets: targets);

            var plan = world.Plan(chance: (ulong)random.NextInt64(), body: """{"messages":[]}""");

            Assert.True(plan.Attempts.Count == targets.Length, $"seed {Seed} round {round}");
            Assert.Equal(targets.Length, plan.Attempts.Select(attempt => attempt.Account.Id).Distinct().Count());
            var priorities = plan.Attempts.Select(attempt => targets.Single(target => target.ProviderId == attempt.Account.Id).Priority).ToList();
            Assert.True(priorities.SequenceEqual(priorities.Order()), $"seed {Seed} round {round}: {string.Join(' ', priorities)}");
        }
    }

    [Fact]
    public void Weighted_ManyDraws_FollowTheWeights()
    {
        var world = new PlannerWorld();
        world.Add("one", weight: 1);
        world.Add("three", weight: 3);
        world.Add("six", weight: 6);
        world.Route(RouteStrategy.Weighted);
        var random = new Random(Seed);

        var firsts = Enumerable.Range(0, 5_000).Select(_ => world.Names(chance: (ulong)random.NextInt64())[0]).CountBy(name => name).ToDictionary();

        Assert.True(firsts["one"] is > 380 and < 640 && firsts["three"] is > 1_330 and < 1_680 && firsts["six"] is > 2_800 and < 3_200, $"seed {Seed}: {string.Join(' ', firsts)}");
    }

    [Fact]
    public void CacheAware_SamePrefix_SameHomeWhateverFollows()
    {
        var world = new PlannerWorld();
        foreach (var i in Enumerable.Range(0, 5)) world.Add("a" + i);
        world.Route(RouteStrategy.CacheAware);
        var homes = new List<string>();
        for (ulong i = 0; i < 200; i++)
        {
            var first = $$"""{"role":"system","content":"You are number {{i}}."},{"role":"user","content":"Hello"}""";
            var order = world.Names(chance: i, body: $$"""{"model":"m","messages":[{{first}}]}""");
            Assert.Equal(order, world.Names(chance: i + 7, body: $$"""{"messages":[{{first}},{"role":"assistant","content":"Hi"},{"role":"user","content":"More {{i}}"}],"stream":true}"""));
            homes.Add(order[0]);
        }

        Assert.Equal(5, homes.Distinct().Count());
        Assert.True(homes.CountBy(name => name).All(pair => pair.Value is > 15 and < 75), string.Join(' ', homes.CountBy(name => name)));
    }

    [Fact]
    public void CacheAware_OneAccountOut_MovesOnlyItsOwn()
    {
        var world = new PlannerWorld();
        var accounts = Enumerable.Range(0, 4).Select(i => world.Add("a" + i)).ToList();
        world.Route(RouteStrategy.CacheAware);
        string[] Home(int i) => world.Names(body: $$"""{"messages":[{"role":"user","content":"{{i}}"}]}""");
        var before = Enumerable.Range(0, 100).Select(Home).ToList();
        world.Call(accounts[2], 5, Core.Routing.Health.AttemptVerdict.Failed);
        for (var i = 0; i < 100; i++) Assert.Equal(before[i].Where(name => name != "a2"), Home(i));
    }

    [Theory]
    [InlineData("not json at all")]
    [InlineData("{\"messages\":[{\"role\":\"system\"")]
    [InlineData("[]")]
    [InlineData("")]
    public void Prefix_OfAnyBytes_IsANumber(string body)
    {
        var world = new PlannerWorld();
        world.Add("a");
        world.Add("b");
        world.Route(RouteStrategy.CacheAware);
        Assert.Equal(world.Names(body: body), world.Names(body: body));
    }

    [Theory]
    [InlineData("gpt-*", "gpt-5", true)]
    [InlineData("*", "anything", true)]
    [InlineData("gpt-*-mini", "gpt-5-mini", true)]
    [InlineData("gpt-*-mini", "gpt-mini", false)]
    [InlineData("GPT-*", "gpt-5", false)]
    public void Pattern_Matches(string pattern, string model, bool matches)
    {
        var world = new PlannerWorld();
        world.Add("a", models: [model]);
        world.Route(RouteStrategy.Random, pattern);
        Assert.Equal(matches, world.Plan(model).Route is not null);
    }
}
