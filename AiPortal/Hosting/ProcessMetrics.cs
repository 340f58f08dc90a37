using System.Diagnostics.Metrics;
using System.IO.Enumeration;

namespace AiPortal.Hosting;

/// <summary>What the process takes of the machine, for <c>/metrics</c>.</summary>
internal sealed class ProcessMetrics : IDisposable
{
    private static readonly string[] Generations = ["0", "1", "2", "loh", "poh"];
    private readonly Meter _meter;

    public ProcessMetrics(IMeterFactory meters)
    {
        _meter = meters.Create("AiPortal.Process");
        _meter.CreateObservableGauge("process_resident_memory_bytes", () => Environment.WorkingSet);
        _meter.CreateObservableGauge("process_open_fds", OpenFiles);
        _meter.CreateObservableGauge("dotnet_thread_pool_threads", () => ThreadPool.ThreadCount);
        _meter.CreateObservableGauge("dotnet_gc_heap_bytes", () => GC.GetGCMemoryInfo().HeapSizeBytes, description: "What the last collection left.");
        _meter.CreateObservableGauge("dotnet_gc_committed_bytes", () => GC.GetGCMemoryInfo().TotalCommittedBytes);
        _meter.CreateObservableGauge("dotnet_gc_generation_bytes", Sizes, description: "What the last collection left in each generation; loh: large objects.");
        _meter.CreateObservableCounter("dotnet_gc_collections_total", Collections);
    }

    public void Dispose() => _meter.Dispose();

    private static int OpenFiles() => Directory.Exists("/proc/self/fd") ? new FileSystemEnumerable<byte>("/proc/self/fd", static (ref FileSystemEntry _) => 0).Count() : 0;

    private static IEnumerable<Measurement<long>> Sizes()
    {
        var sizes = GC.GetGCMemoryInfo().GenerationInfo.ToArray();
        return Generations.Take(sizes.Length).Select((name, i) => new Measurement<long>(sizes[i].SizeAfterBytes, new KeyValuePair<string, object?>("generation", name)));
    }

    private static IEnumerable<Measurement<int>> Collections() =>
        Enumerable.Range(0, GC.MaxGeneration + 1).Select(generation => new Measurement<int>(GC.CollectionCount(generation), new KeyValuePair<string, object?>("generation", Generations[generation])));
}
