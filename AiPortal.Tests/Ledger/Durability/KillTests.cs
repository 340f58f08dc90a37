using AiPortal.Core.Data;
using AiPortal.Core.Ledger;
using Xunit.Abstractions;

namespace AiPortal.Tests.Ledger.Durability;

/// <summary>
/// M05: the portal is killed under 100 calls a second, at random and at each named point, and started again. The witness is the
/// provider's own log. With AIPORTAL_LONG=1 the full count, of which AIPORTAL_KILLS takes the first; AIPORTAL_MINUTES ends it then.
/// </summary>
public sealed class KillTests(ITestOutputHelper output)
{
    private static readonly TimeSpan PointLimit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Kill_AtRandomAndAtEachPoint_LosesAndDoublesNothing()
    {
        var isLong = Environment.GetEnvironmentVariable("AIPORTAL_LONG") == "1";
        var seed = Number("AIPORTAL_SEED") ?? Random.Shared.Next();
        Tell($"Seed {seed}");
        var random = new Random(seed);
        var plans = Plans(random, isLong);
        if (Number("AIPORTAL_KILLS") is { } most) plans = [.. plans.Take(most)];
        var patience = TimeSpan.FromMinutes(Number("AIPORTAL_MINUTES") ?? 600);
        var started = TimeProvider.System.GetTimestamp();
        await using var rig = await DurabilityRig.StartAsync();
        var ends = new List<CallEnd>();
        var (calls, since, done) = (0, default(DateTimeOffset), 0);

        foreach (var plan in plans.TakeWhile(_ => TimeProvider.System.GetElapsedTime(started) < patience))
        {
            var begun = TimeProvider.System.GetUtcNow().AddSeconds(-1);
            await using (var portal = rig.Portal(plan.Point is { } point ? ["--Portal:Faults", $"{EnumWord.Of(point)}:{plan.Count}"] : []))
            {
                if (plan.DuringStart is { } wait)
                {
                    await Task.Delay(wait);
                    portal.Kill();
                    done++;
                    continue;
                }

                if (!await portal.ReadyAsync())
                {
                    // What it took over at its start went through the writer, too.
                    Assert.True(plan.Point >= FaultPoint.BeforeCopy, $"seed {seed}, before kill {done}: {portal.Output}");
                    done++;
                    continue;
                }

                AssertNone(await rig.CompareAsync(since, ends), seed, done);
                if (done % 20 == 0) AssertNone(await rig.BudgetFaultsAsync(), seed, done);
                (since, ends) = (begun, []);

                await using var load = CallLoad.Begin(rig.Address, rig.Secret);
                if (plan.Point is null)
                {
                    await load.StartedAsync(plan.Count, () => portal.HasExited);
                    Assert.False(portal.HasExited, $"seed {seed}: it ended by itself: {portal.Output}");
                    portal.Kill();
                }

                await portal.EndedAsync(PointLimit);
                await load.EndAsync();
                ends.AddRange(load.Ends);
                calls += ends.Count;
            }

            done++;
            if (done % 20 == 0) Tell($"{done} of {plans.Count} kills, {calls} calls, {rig.Upstream.Log.Count} attempts served");
        }

        await using (var portal = rig.Portal())
        {
            Assert.True(await portal.ReadyAsync(), portal.Output);
            AssertNone(await rig.CompareAsync(default, ends), seed, done);
            AssertNone(await rig.BudgetFaultsAsync(), seed, done);
            await portal.StopAsync();
        }

        var (code, text) = await rig.VerifyAsync();
        Assert.True(code == 0, text);
        Assert.Equal(0, rig.Upstream.Unmarked);
        var (ok, unknown) = (await rig.CountAsync("ok"), await rig.CountAsync("unknown"));
        Assert.True(ok > 0);
        Tell($"Seed {seed}: {done} kills, {calls} calls, {rig.Upstream.Log.Count} attempts served, {ok} entries ok, {unknown} unknown, 0 lost, 0 double");
    }

    private static int? Number(string name) => int.TryParse(Environment.GetEnvironmentVariable(name), out var number) ? number : null;

    private void Tell(string line)
    {
        output.WriteLine(line);
        Console.WriteLine($"{TimeProvider.System.GetUtcNow():HH:mm:ss} {nameof(KillTests)}: {line}");
    }

    private static void AssertNone(IReadOnlyList<string> faults, int seed, int kills) =>
        Assert.True(faults.Count == 0, $"seed {seed}, after kill {kills}: {string.Join(Environment.NewLine, faults.Take(20))}");

    private static List<Plan> Plans(Random random, bool isLong)
    {
        var plans = new List<Plan>();
        for (var i = 0; i < (isLong ? 20 : 1); i++)
            plans.AddRange(Enum.GetValues<FaultPoint>().Select(point => new Plan(point, random.Next(1, point >= FaultPoint.BeforeCopy ? 6 : isLong ? 120 : 40), null)));
        for (var i = 0; i < (isLong ? 300 : 2); i++) plans.Add(new Plan(null, random.Next(1, isLong ? 200 : 60), null));
        for (var i = 0; i < (isLong ? 30 : 1); i++) plans.Add(new Plan(null, 0, TimeSpan.FromMilliseconds(random.Next(200, 4_000))));
        var order = plans.ToArray();
        random.Shuffle(order);
        return [.. order];
    }

    /// <param name="Point">Where it dies; null: after so many calls.</param>
    /// <param name="Count">The passage of the point, or the calls begun, at which it dies.</param>
    /// <param name="DuringStart">It dies this long after its start, ready or not.</param>
    private sealed record Plan(FaultPoint? Point, int Count, TimeSpan? DuringStart);
}
