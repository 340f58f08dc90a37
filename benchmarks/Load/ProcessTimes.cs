using System.Globalization;

namespace AiPortal.Benchmarks.Load;

/// <summary>Processor time out of /proc, user and system, seconds.</summary>
internal static class ProcessTimes
{
    private const double TicksPerSecond = 100;

    /// <summary>Of this process alone, all its threads.</summary>
    public static double Of(int process) => Read(process) is { } times ? times.Own / TicksPerSecond : throw new IOException($"Process {process} has ended.");

    /// <summary>Of this process and all it started, those included that have ended.</summary>
    public static double OfTree(int root)
    {
        var all = Directory.EnumerateDirectories("/proc").Select(Path.GetFileName)
            .Where(name => int.TryParse(name, CultureInfo.InvariantCulture, out _)).Select(name => Read(int.Parse(name!, CultureInfo.InvariantCulture))).OfType<Times>().ToList();
        var tree = new HashSet<int> { root };
        while (all.Any(times => tree.Contains(times.Parent) && tree.Add(times.Process)))
        {
        }

        return all.Where(times => tree.Contains(times.Process)).Sum(times => times.Own + times.Ended) / TicksPerSecond;
    }

    private sealed record Times(int Process, int Parent, long Own, long Ended);

    private static Times? Read(int process)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{process}/stat");
            var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            long Field(int index) => long.Parse(fields[index], CultureInfo.InvariantCulture);
            return new Times(process, (int)Field(1), Field(11) + Field(12), Field(13) + Field(14));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return null; // It ended between the listing and the reading.
        }
    }
}
