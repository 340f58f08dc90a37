namespace AiPortal.Benchmarks.Load;

/// <summary>A kind of load, and the bench model it asks.</summary>
internal sealed record Scenario(string Title, string Model, bool Stream, Func<Request, int, LoadResult> Run, string Pace = "")
{
    private static readonly TimeSpan StreamLength = TimeSpan.FromMilliseconds(40 * 20);

    public static IReadOnlyList<Scenario> All(int perSecond) =>
    [
        new("Plain, 32 connections, closed loop", "bench-json", false, (request, seconds) => Loads.Closed(request, 32, seconds)),
        new($"Plain, {perSecond} calls a second, open loop", "bench-json", false, (request, seconds) => Loads.Open(request, perSecond, seconds)),
        new("Streams that come at once (43 events, 13 kB), 32 connections, closed loop", "bench-sse", true, (request, seconds) => Loads.Closed(request, 32, seconds)),
        new("Streams of 40 chunks 20 ms apart, 200 at a time", "bench-paced", true,
            (request, seconds) => Loads.Streams(request, 200, seconds, StreamLength), "[[chunks=40 delay=20]]"),
    ];

    public Request Ask(Target target) => new(target.AddressOf(Model), target.Bearer, Model, Stream, Pace);
}

/// <summary>What is measured: no proxy, the bare forwarder, the gateway.</summary>
/// <param name="Process">The proxy's process; null where there is none.</param>
/// <param name="Database">The PostgreSQL server beside it; null where there is none.</param>
internal sealed record Target(string Name, Func<string, Uri> AddressOf, string Bearer = "none", int? Process = null, int? Database = null, string Headers = "");

/// <summary>One load on one target. CPU in seconds of processor time for 1,000 calls.</summary>
internal sealed record Measurement(int Round, Scenario Scenario, string Target, LoadResult Load, double? Cpu, double? DatabaseCpu)
{
    // The gateway's ledger is written behind the answer: that work belongs to the calls, so it is waited for.
    private const long Afterwards = 2_000_000_000;

    public static Measurement Take(int round, Scenario scenario, Target target, int seconds)
    {
        var (cpu, database) = (Used(target.Process, ProcessTimes.Of), Used(target.Database, ProcessTimes.OfTree));
        var load = scenario.Run(scenario.Ask(target), seconds);
        if (target.Process is not null) MonotonicClock.SleepUntil(MonotonicClock.Now + Afterwards);
        var thousands = load.Calls / 1000.0;
        return new Measurement(round, scenario, target.Name, load,
            (Used(target.Process, ProcessTimes.Of) - cpu) / thousands, (Used(target.Database, ProcessTimes.OfTree) - database) / thousands);
    }

    private static double? Used(int? process, Func<int, double> times) => process is { } id ? times(id) : null;
}
