using System.Globalization;

namespace AiPortal.Benchmarks.Streams;

/// <summary>What the kernel says of a process.</summary>
/// <param name="Resident">Bytes.</param>
/// <param name="Handles">Open files and sockets.</param>
internal sealed record ProcessFigures(long Resident, int Threads, int Handles)
{
    public static ProcessFigures Of(int process)
    {
        var status = File.ReadLines($"/proc/{process}/status").Select(line => line.Split(':')).ToDictionary(pair => pair[0], pair => pair[1].Trim());
        return new ProcessFigures(
            long.Parse(status["VmRSS"].Split(' ')[0], CultureInfo.InvariantCulture) * 1024,
            int.Parse(status["Threads"], CultureInfo.InvariantCulture),
            Directory.EnumerateFileSystemEntries($"/proc/{process}/fd").Count());
    }
}

/// <summary>What the portal says of its own memory, bytes.</summary>
/// <param name="Heap">What the last collection left.</param>
/// <param name="Large">Of it on the large object heap.</param>
/// <param name="Full">Full collections so far.</param>
internal sealed record HeapFigures(double Heap, double Large, double Committed, double Full);
