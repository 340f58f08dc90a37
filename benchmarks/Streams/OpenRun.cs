using System.Diagnostics;

namespace AiPortal.Benchmarks.Streams;

/// <summary>So many streams open at once: each is begun and then silent until all are open; then all go on to their end.</summary>
internal sealed class OpenRun(Rig rig, int streams, int chunks, int delay)
{
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(10);
    private const int Opening = 200;
    private const int Warming = 2_000;
    private const int AtATime = 20;
    private readonly Dialect _dialect = Dialect.All[0];
    private int _open;
    private int _ids;

    /// <summary>True when nothing was wrong.</summary>
    public async Task<bool> RunAsync(TextWriter output)
    {
        using var caller = new Caller(rig.Portal.Address, rig.Secret);
        // Few at a time, so that next to no connection is there before it is needed.
        var warm = new List<CallEnd>();
        for (var i = 0; i < Warming; i += AtATime) warm.AddRange(await Task.WhenAll(Enumerable.Range(0, AtATime).Select(_ => CallAsync(caller, new Script(NextId(), 20)))));
        await Task.Delay(Idle / 2);
        var (before, heapBefore) = (rig.Figures(), await rig.HeapAsync());

        var clock = Stopwatch.StartNew();
        using var doors = new SemaphoreSlim(Opening);
        var calls = Enumerable.Range(0, streams).Select(_ => OpenAsync(caller, doors)).ToList();
        while (Volatile.Read(ref _open) + calls.Count(call => call.IsCompleted) < streams) await Task.Delay(50);
        var opened = clock.Elapsed;
        await Task.Delay(Idle);
        var (held, (idle, heapIdle)) = (Volatile.Read(ref _open), (rig.Figures(), await rig.HeapAsync()));

        clock.Restart();
        rig.Provider.Release();
        var most = idle;
        var ending = Task.WhenAll(calls);
        while (!ending.IsCompleted)
        {
            await Task.WhenAny(ending, Task.Delay(1000));
            if (rig.Figures() is var now && now.Resident > most.Resident) most = now;
        }

        var flowed = clock.Elapsed;
        var faults = warm.Concat(await ending).Where(end => end.Fault is not null).Select(end => end.Fault!).ToList();
        var differences = await rig.CompareAsync();
        var settled = await rig.SettledAsync() - warm.Count;
        await Task.Delay(Idle);
        var (after, heapAfter) = (rig.Figures(), await rig.HeapAsync());
        var perStream = (idle.Resident - before.Resident) / 1024.0 / held;

        output.WriteLine($"- {streams} streams of {chunks + 4} events, {delay} ms apart; opened in {opened.TotalSeconds:0.0} s, {held} open at once, whole in {flowed.TotalSeconds:0.0} s after that");
        output.WriteLine($"- failed: {faults.Count}; entries settled with their exact cost: {settled}; differences between provider and ledger: {differences.Count}\n");
        output.WriteLine("| the portal's process | resident, MB | heap, MB | large objects, MB | threads | handles |\n|---|---:|---:|---:|---:|---:|");
        Row(output, "before", before, heapBefore);
        Row(output, $"{held} open, silent", idle, heapIdle);
        Row(output, "most while they flow", most, heapIdle);
        Row(output, "after", after, heapAfter);
        output.WriteLine($"\nResident memory of an open stream: {perStream:0.0} KB (64 allowed).");
        foreach (var fault in faults.Concat(differences).Take(20)) output.WriteLine($"- {fault}");
        return faults.Count == 0 && differences.Count == 0 && settled == streams && held == streams && perStream <= 64;
    }

    private static void Row(TextWriter output, string name, ProcessFigures process, HeapFigures heap) =>
        output.WriteLine($"| {name} | {process.Resident / 1048576.0:0.0} | {heap.Heap / 1048576:0.0} | {heap.Large / 1048576:0.0} | {process.Threads} | {process.Handles} |");

    private int NextId() => Interlocked.Increment(ref _ids);

    private async Task<CallEnd> OpenAsync(Caller caller, SemaphoreSlim doors)
    {
        await doors.WaitAsync();
        var (id, passed) = (NextId(), 0);
        void Pass()
        {
            if (Interlocked.Exchange(ref passed, 1) == 0) doors.Release();
        }

        var end = await CallAsync(caller, new Script(id, chunks, delay, Output: 1 + (id % 100), Hold: true), () =>
        {
            Interlocked.Increment(ref _open);
            Pass();
        });
        Pass();
        return end;
    }

    private Task<CallEnd> CallAsync(Caller caller, Script script, Action? begun = null) =>
        caller.CallAsync(_dialect, _dialect, Rig.ModelOf(_dialect), stream: true, script, begun: begun);
}
