using System.Diagnostics;

namespace AiPortal.Benchmarks.Streams;

/// <summary>Mixed traffic for so many minutes: what memory, handles and threads do after warming up, and whether ledger and calls agree.</summary>
internal sealed class SoakRun(Rig rig, double minutes, double warming, int perSecond, int seed)
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(10);
    private readonly List<(double Hours, ProcessFigures Process, HeapFigures Heap)> _samples = [];

    /// <summary>True when nothing grew and nothing differed.</summary>
    public async Task<bool> RunAsync(TextWriter output)
    {
        using var traffic = new MixedTraffic(rig, seed);
        using var stopping = new CancellationTokenSource();
        var clock = Stopwatch.StartNew();
        var running = traffic.RunAsync(perSecond, stopping.Token);
        while (clock.Elapsed.TotalMinutes < minutes)
        {
            await Task.Delay(Every);
            var (hours, process, heap) = (clock.Elapsed.TotalHours, rig.Figures(), await rig.HeapAsync());
            await Console.Error.WriteLineAsync($"{hours * 60:0.0} min: resident {process.Resident / 1048576.0:0.0} MB, heap {heap.Heap / 1048576:0.0} MB, large {heap.Large / 1048576:0.0} MB, {process.Threads} threads, {process.Handles} handles, {traffic.Ended} calls, {traffic.Faults.Count} faults");
            if (hours * 60 >= warming) _samples.Add((hours, process, heap));
        }

        await stopping.CancelAsync();
        await running;
        var differences = await rig.CompareAsync();
        var (code, verdict) = await rig.Portal.VerifyAsync();

        output.WriteLine($"- {minutes:0} minutes, the first {warming:0} of them warming up; {perSecond} calls a second, seed {seed}: {traffic.Ended} calls, {rig.Provider.Log.Count} attempts at the provider, {await rig.SettledAsync()} settled whole");
        foreach (var (kind, count) in traffic.Kinds.OrderBy(pair => pair.Key, StringComparer.Ordinal)) output.WriteLine($"  - {kind}: {count}");
        output.WriteLine($"- wrong answers: {traffic.Faults.Count}; differences between provider and ledger: {differences.Count}; verify: {verdict.Trim()}\n");
        output.WriteLine("| after warming up | first | last | least | most | mean | fitted rise | an hour |  |\n|---|---:|---:|---:|---:|---:|---:|---:|---|");
        var flat = Row(output, "resident, MB", sample => sample.Process.Resident / 1048576.0, 0.05, 8)
            & Row(output, "heap after a collection, MB", sample => sample.Heap.Heap / 1048576, 0.10, 8)
            & Row(output, "large objects, MB", sample => sample.Heap.Large / 1048576, 0.10, 4)
            & Row(output, "threads", sample => sample.Process.Threads, 0.10, 8)
            & Row(output, "handles", sample => sample.Process.Handles, 0.10, 16);
        foreach (var fault in traffic.Faults.Concat(differences).Take(20)) output.WriteLine($"- {fault}");
        return flat && code == 0 && differences.Count == 0 && traffic.Faults.IsEmpty;
    }

    private bool Row(TextWriter output, string name, Func<(double Hours, ProcessFigures Process, HeapFigures Heap), double> of, double share, double least)
    {
        var values = _samples.Select(of).ToList();
        var growth = Growth.Of([.. _samples.Select(sample => (sample.Hours, of(sample)))]);
        var grew = growth.Exceeds(share, least);
        output.WriteLine($"| {name} | {values[0]:0.0} | {values[^1]:0.0} | {values.Min():0.0} | {values.Max():0.0} | {growth.Mean:0.0} | {growth.Rise:+0.0;-0.0;0} | {growth.PerHour:+0.0;-0.0;0} | {(grew ? "grows" : "flat")} |");
        return !grew;
    }
}
