using Xunit.Abstractions;

namespace AiPortal.Tests.Ledger.Durability;

/// <summary>
/// O08: the portal is told to stop (SIGTERM) under 100 calls a second, plain and streamed, some hundred of them under way, and started
/// again. With AIPORTAL_LONG=1 fifty times.
/// </summary>
public sealed class DrainTests(ITestOutputHelper output)
{
    private static readonly int Rounds = Environment.GetEnvironmentVariable("AIPORTAL_LONG") == "1" ? 50 : 3;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(65);

    [Fact]
    public async Task Stop_UnderLoad_CutsNothingRefusesTheNewAndLeavesNothingOpen()
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("AIPORTAL_SEED"), out var given) ? given : Random.Shared.Next();
        output.WriteLine($"Seed {seed}");
        var random = new Random(seed);
        await using var rig = await DurabilityRig.StartAsync();
        // A plain answer takes this long, a stream six times as long.
        rig.Upstream.Pace = TimeSpan.FromMilliseconds(250);
        var (calls, whole, refused, closed, longest) = (0, 0, 0, 0, TimeSpan.Zero);
        var since = default(DateTimeOffset);
        for (var round = 0; round < Rounds; round++)
        {
            var begun = TimeProvider.System.GetUtcNow().AddSeconds(-1);
            await using var portal = rig.Portal();
            Assert.True(await portal.ReadyAsync(), portal.Output);
            await using var load = CallLoad.Begin(rig.Address, rig.Secret);
            await load.ServedAsync(1, () => portal.HasExited);
            await load.StartedAsync(random.Next(100, 400), () => portal.HasExited);

            var told = TimeProvider.System.GetTimestamp();
            await portal.TellToStopAsync();
            var heard = TimeProvider.System.GetTimestamp();
            await portal.EndedAsync(Limit);
            var took = TimeProvider.System.GetElapsedTime(told);
            await load.EndAsync();

            Assert.True(portal.ExitCode == 0, $"seed {seed}, round {round}: exit code {portal.ExitCode}: {portal.Output}");
            var ends = load.Ends.ToList();
            var cut = ends.Where(end => end.BeganTicks < told && end is { Whole: false, Status: not 503 }).ToList();
            Assert.True(cut.Count == 0, $"seed {seed}, round {round}: {cut.Count} calls were cut that had begun before: {cut.FirstOrDefault()}");
            var after = ends.Where(end => end.BeganTicks > heard).ToList();
            // Whole, refused with a word on when to come again, or there is nobody any more.
            Assert.All(after, end => Assert.True(end.Whole || end is { Status: 503, RetryAfter: not null } || end is { Status: 0, RequestId: null }, $"seed {seed}, round {round}: {end}"));
            AssertNone(await rig.CompareAsync(since, ends), seed, round);
            Assert.Equal(0, await rig.CountAsync("unknown"));
            since = begun;
            calls += ends.Count;
            whole += ends.Count(end => end.Whole);
            refused += ends.Count(end => end.Status == 503);
            closed += ends.Count(end => end.Status == 0);
            if (took > longest) longest = took;
        }

        await using (var portal = rig.Portal())
        {
            Assert.True(await portal.ReadyAsync(), portal.Output);
            AssertNone(await rig.BudgetFaultsAsync(), seed, Rounds);
            await portal.StopAsync();
        }

        Assert.True(refused > 0, "Nobody was refused: the portal closed before it said anything.");
        var line = $"Seed {seed}: {Rounds} stops, {calls} calls, {whole} whole, {refused} refused with 503, {closed} found nobody, 0 cut; the longest stop took {longest.TotalSeconds:0.0} s";
        output.WriteLine(line);
        Console.WriteLine($"{nameof(DrainTests)}: {line}");
    }

    private static void AssertNone(IReadOnlyList<string> faults, int seed, int round) =>
        Assert.True(faults.Count == 0, $"seed {seed}, round {round}: {string.Join(Environment.NewLine, faults.Take(20))}");
}
