namespace AiPortal.Benchmarks.Load;

/// <summary>The three ways to put load on a server. The first second warms up and is not measured.</summary>
internal static class Loads
{
    private const long Second = 1_000_000_000;

    /// <summary>So many connections, each calling again as soon as it has its answer: what fits through.</summary>
    public static LoadResult Closed(Request request, int connections, int seconds)
    {
        var crew = new Crew(request);
        var samples = Enumerable.Range(0, connections).Select(_ => new Samples()).ToArray();
        var from = MonotonicClock.Now + Second;
        var until = from + seconds * Second;
        Crew.Run(connections, number =>
        {
            using var connection = new HttpConnection(request.Server);
            while (MonotonicClock.Now is var asked && asked < until)
                if (crew.Call(connection) && asked >= from) samples[number].Add(MonotonicClock.Now - asked);
        });
        var latency = Samples.Merge(samples);
        return new LoadResult(crew.Calls, crew.Failures, latency.Count / (double)seconds, latency);
    }

    /// <summary>
    /// Calls at random moments, so many a second whatever the answers do. Latency counts from the moment a call was due,
    /// so that a stall shows in every call it held up.
    /// </summary>
    public static LoadResult Open(Request request, int perSecond, int seconds)
    {
        const int Threads = 128;
        var crew = new Crew(request);
        var due = Arrivals(perSecond, perSecond * (seconds + 1));
        var samples = Enumerable.Range(0, Threads).Select(_ => new Samples()).ToArray();
        var next = -1;
        var start = MonotonicClock.Now + Second / 5;
        Crew.Run(Threads, number =>
        {
            using var connection = new HttpConnection(request.Server);
            while (Interlocked.Increment(ref next) is var call && call < due.Length)
            {
                MonotonicClock.SleepUntil(start + due[call]);
                if (crew.Call(connection) && call >= perSecond) samples[number].Add(MonotonicClock.Now - start - due[call]);
            }
        });
        return new LoadResult(crew.Calls, crew.Failures, perSecond, Samples.Merge(samples));
    }

    /// <summary>So many streams at a time, each begun anew when it ended, their starts spread over one stream's length.</summary>
    public static LoadResult Streams(Request request, int streams, int seconds, TimeSpan length)
    {
        var crew = new Crew(request);
        var readers = Enumerable.Range(0, streams).Select(_ => new ChunkReader()).ToArray();
        var start = MonotonicClock.Now;
        var from = start + Second;
        var until = from + seconds * Second;
        Crew.Run(streams, number =>
        {
            var reader = readers[number];
            using var connection = new HttpConnection(request.Server);
            MonotonicClock.SleepUntil(start + (long)length.TotalNanoseconds * number / streams);
            while (MonotonicClock.Now is var asked && asked < until)
            {
                reader.Begin(asked, measured: asked >= from);
                if (crew.Call(connection, reader.Read)) reader.End();
            }
        });
        var broken = readers.Sum(reader => reader.Broken);
        var first = Samples.Merge(readers.Select(reader => reader.First));
        return new LoadResult(crew.Calls, crew.Failures + broken, first.Count / (double)seconds, first, Samples.Merge(readers.Select(reader => reader.Transit)));
    }

    /// <summary>The same moments for every target: exponential gaps from a fixed seed.</summary>
    private static long[] Arrivals(int perSecond, int count)
    {
        var random = new Random(42);
        var at = 0.0;
        return [.. Enumerable.Range(0, count).Select(_ => (long)((at += -Math.Log(1 - random.NextDouble()) / perSecond) * Second))];
    }
}
