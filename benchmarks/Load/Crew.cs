using System.Net.Sockets;
using System.Text;

namespace AiPortal.Benchmarks.Load;

/// <summary>Threads that call at the same time, each on its own connection, and their common counts.</summary>
internal sealed class Crew(Request request)
{
    private long _calls;
    private long _failures;

    public long Calls => Volatile.Read(ref _calls);

    public long Failures => Volatile.Read(ref _failures);

    public static void Run(int threads, Action<int> work)
    {
        var crew = Enumerable.Range(0, threads).Select(number => new Thread(
            () =>
            {
                MonotonicClock.Sharpen();
                work(number);
            },
            256 * 1024)).ToList();
        crew.ForEach(thread => thread.Start());
        crew.ForEach(thread => thread.Join());
    }

    /// <summary>One call; its answer goes through <paramref name="read"/>. False when it failed.</summary>
    public bool Call(HttpConnection connection, Action<ReadOnlySpan<byte>>? read = null)
    {
        try
        {
            connection.Send(request.Bytes);
            connection.ReadHead();
            while (connection.ReadBody() is { IsEmpty: false } piece)
            {
                if (connection.Status != 200) Tell($"{connection.Status} {Encoding.UTF8.GetString(piece)}");
                else read?.Invoke(piece);
            }

            if (connection.Status == 200)
            {
                Interlocked.Increment(ref _calls);
                return true;
            }
        }
        catch (Exception fault) when (fault is SocketException or IOException)
        {
            Tell(fault.Message);
            connection.Dispose();
        }

        Interlocked.Increment(ref _failures);
        return false;
    }

    private void Tell(string what)
    {
        if (Failures < 3) Console.Error.WriteLine($"failed: {what}");
    }
}
