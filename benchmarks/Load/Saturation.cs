using System.Diagnostics;
using System.Globalization;

namespace AiPortal.Benchmarks.Load;

/// <summary>What wrk saw of one run, and the processor time the target's process took for it.</summary>
/// <param name="Calls">Answered in time.</param>
/// <param name="Seconds">Of the run.</param>
/// <param name="Failures">Connections that broke, answers that were late or not 2xx.</param>
/// <param name="P50">Milliseconds.</param>
/// <param name="P99">Milliseconds.</param>
/// <param name="Cpu">Seconds of the target's process and all it started.</param>
/// <param name="Database">Seconds of the database beside it.</param>
internal sealed record SaturationRun(string Target, long Calls, double Seconds, long Failures, double P50, double P99, double Cpu, double Database)
{
    public double PerSecond => Calls / Seconds;

    public double CpuMicroseconds => Cpu / Calls * 1e6;

    public double DatabaseMicroseconds => Database / Calls * 1e6;
}

/// <summary>Plain calls as fast as they are answered, on 32 connections of wrk, which costs far less than a load generator of ours.</summary>
internal static class Saturation
{
    private const int Connections = 32;
    // The runtime compiles what is hot anew for some time.
    private const int WarmUp = 30;
    private const int Long = 60;
    private const string OneMinute = ", one minute";
    private const long Afterwards = 2_000_000_000;

    public static SaturationRun Run(Target target, string script, string bodyFile, int seconds)
    {
        var start = new ProcessStartInfo("wrk") { RedirectStandardOutput = true };
        string[] arguments = ["-t1", $"-c{Connections}", $"-d{seconds}s", "--timeout", "10s", "--latency", "-s", script, target.AddressOf("bench-json").ToString()];
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        start.Environment["BENCHMARK_BODY"] = bodyFile;
        start.Environment["BENCHMARK_HEADERS"] = $"Authorization: Bearer {target.Bearer}\n{target.Headers}";
        var (cpu, database) = (CpuOf(target.Process), DatabaseCpuOf(target));
        using var wrk = Process.Start(start) ?? throw new IOException("wrk did not start.");
        var text = wrk.StandardOutput.ReadToEnd();
        wrk.WaitForExit();
        // What the portal has answered it still writes to its ledger for a moment; that is part of the calls' cost.
        if (target.Database is not null) MonotonicClock.SleepUntil(MonotonicClock.Now + Afterwards);
        var line = text.Split('\n').FirstOrDefault(line => line.StartsWith("RESULT ", StringComparison.Ordinal)) ?? throw new IOException("wrk: " + text);
        var figures = line.Split(' ')[1..].Select(figure => double.Parse(figure, CultureInfo.InvariantCulture)).ToArray();
        return new SaturationRun(target.Name, (long)figures[0], figures[1], (long)figures[2], figures[3], figures[4], CpuOf(target.Process) - cpu, DatabaseCpuOf(target) - database);
    }

    /// <summary>Rounds over all targets in turn, then a minute of the bare forwarder and one of the gateway.</summary>
    public static IReadOnlyList<SaturationRun> Run(IReadOnlyList<Target> targets, string script, string bodyFile, int rounds, int seconds)
    {
        var runs = new List<SaturationRun>();
        var order = targets.ToList();
        for (var round = 0; round <= rounds; round++)
        {
            foreach (var target in order)
            {
                var run = Run(target, script, bodyFile, round == 0 ? Math.Max(WarmUp, seconds) : seconds);
                Console.Error.WriteLine($"round {round}, {run.Target}: {run.PerSecond:F0}/s, p99 {run.P99:F2} ms, {run.CpuMicroseconds:F1} µs a call, {run.DatabaseMicroseconds:F1} µs in the database, {run.Failures} failures");
                if (round > 0) runs.Add(run);
            }

            order = [.. order.Skip(1), order[0]];
        }

        foreach (var target in targets.Where(target => target.Name is Report.Forwarder or Report.Gateway))
            runs.Add(Run(target, script, bodyFile, Long) with { Target = target.Name + OneMinute });
        return runs;
    }

    public static void Write(TextWriter output, IReadOnlyList<SaturationRun> runs, Target baseline)
    {
        output.WriteLine($"### Plain calls, {Connections} connections of wrk, closed loop\n");
        output.WriteLine("| | calls a second | p50 ms | p99 ms | CPU µs a call | × the forwarder's | PostgreSQL µs a call | failures |\n|---|---:|---:|---:|---:|---:|---:|---:|");
        foreach (var target in runs.GroupBy(run => run.Target))
        {
            // Like beside like: a minute beside a minute.
            var beside = target.Key.EndsWith(OneMinute, StringComparison.Ordinal) ? baseline.Name + OneMinute : baseline.Name;
            var cost = Median(runs.Where(run => run.Target == beside).Select(run => run.CpuMicroseconds));
            var cpu = Median(target.Select(run => run.CpuMicroseconds));
            output.WriteLine($"| {target.Key} | {Median(target.Select(run => run.PerSecond)):N0} | {Median(target.Select(run => run.P50)):0.00} | {Median(target.Select(run => run.P99)):0.00} "
                + $"| {cpu:0.0} | {cpu / cost:0.00} | {Median(target.Select(run => run.DatabaseMicroseconds)):0.0} | {target.Sum(run => run.Failures)} |");
        }
    }

    private static double CpuOf(int? process) => process is { } id ? ProcessTimes.Of(id) : 0;

    private static double DatabaseCpuOf(Target target) => target.Database is { } id ? ProcessTimes.OfTree(id) : 0;

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[sorted.Length / 2 - 1] + sorted[sorted.Length / 2]) / 2;
    }
}
