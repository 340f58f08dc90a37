using AiPortal.Gateway;

namespace AiPortal.Tests.Gateway;

/// <summary>Against a list of everything that was counted.</summary>
public sealed class SlidingMinuteTests
{
    private const long Minute = 60_000;

    [Fact]
    public void Counts_RandomTimes_AreThoseOfTheLastMinuteToAQuarterSecond()
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        for (var round = 0; round < 50; round++)
        {
            var minute = new SlidingMinute();
            var all = new List<(long At, long Tokens)>();
            for (long now = 0, step = 0; step < 600; step++, now += random.Next(3) == 0 ? random.Next(0, 40_000) : random.Next(0, 300))
            {
                var quarter = now / SlidingMinute.QuarterMs;
                minute.Advance(quarter);
                var least = all.Where(call => call.At > now - Minute + SlidingMinute.QuarterMs).ToList();
                var most = all.Where(call => call.At > now - Minute).ToList();
                Assert.True(minute.Requests >= least.Count && minute.Requests <= most.Count, $"seed {seed}: {minute.Requests} requests, not {least.Count} to {most.Count}");
                Assert.True(minute.Tokens >= least.Sum(c => c.Tokens) && minute.Tokens <= most.Sum(c => c.Tokens), $"seed {seed}: {minute.Tokens} tokens");
                var (expected, actual) = (random.Next(0, 1000), random.Next(0, 1000));
                minute.Add(quarter, expected);
                minute.Correct(quarter, actual - expected);
                all.Add((now, actual));
            }
        }
    }

    [Fact]
    public void FreeAt_IsWhenSoManyAreForgotten()
    {
        var minute = new SlidingMinute();
        foreach (var quarter in new long[] { 0, 0, 10, 20 }) minute.Add(quarter, 5);
        Assert.Equal((7L, 240L, 240L, 250L, 260L), (minute.FreeAt(0, 0, 7), minute.FreeAt(1, 0, 7), minute.FreeAt(2, 10, 7), minute.FreeAt(3, 0, 7), minute.EmptyAt(7)));
        minute.Advance(239);
        Assert.Equal((4, 20), (minute.Requests, minute.Tokens));
        minute.Advance(240);
        Assert.Equal((2, 10), (minute.Requests, minute.Tokens));
        minute.Correct(0, 100);
        minute.Correct(10, 100);
        minute.Advance(250);
        Assert.Equal((1, 5), (minute.Requests, minute.Tokens));
    }
}
