namespace AiPortal.Benchmarks.Load;

/// <summary>What one load saw. <see cref="Calls"/> counts every call that succeeded, those of warming up too.</summary>
/// <param name="PerSecond">Calls a second.</param>
/// <param name="Latency">Until the whole answer; in streams until the first content chunk.</param>
/// <param name="Transit">A streamed chunk's way from the provider's send to the client's read; null where nothing is streamed.</param>
internal sealed record LoadResult(long Calls, long Failures, double PerSecond, Samples Latency, Samples? Transit = null);
