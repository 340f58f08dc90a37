using System.Globalization;

namespace AiPortal.Benchmarks.Load;

/// <summary>
/// Markdown out of the measurements. A figure is the median over the rounds; a ratio is taken within each round, both
/// sides seconds apart on the same machine, and its median is shown.
/// </summary>
internal sealed class Report(IReadOnlyList<Measurement> measurements)
{
    public const string Direct = "direct";
    public const string Forwarder = "forwarder";
    public const string Gateway = "gateway";

    public void Write(TextWriter writer)
    {
        foreach (var scenario in measurements.Select(m => m.Scenario).Distinct())
        {
            var first = scenario.Pace.Length > 0 ? "first chunk" : "latency";
            writer.WriteLine($"\n### {scenario.Title}\n\n| | {Direct} | {Forwarder} | {Gateway} | gateway / forwarder | gateway / direct |\n|---|---:|---:|---:|---:|---:|");
            Row(writer, scenario, "calls a second", "F0", m => m.Load.PerSecond);
            Row(writer, scenario, $"{first} p50, ms", "F2", m => m.Load.Latency.At(0.50));
            Row(writer, scenario, $"{first} p99, ms", "F2", m => m.Load.Latency.At(0.99));
            if (scenario.Pace.Length > 0)
            {
                Row(writer, scenario, "a chunk's transit p50, ms", "F2", m => m.Load.Transit?.At(0.50));
                Row(writer, scenario, "a chunk's transit p99, ms", "F2", m => m.Load.Transit?.At(0.99));
            }

            Row(writer, scenario, "CPU-s per 1,000 calls", "F3", m => m.Cpu);
            Row(writer, scenario, "PostgreSQL's CPU-s per 1,000 calls", "F3", m => m.DatabaseCpu);
            Row(writer, scenario, "failures, all rounds", "F0", m => m.Load.Failures, Enumerable.Sum);
        }
    }

    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        if (sorted.Length == 0) return double.NaN;
        var middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    private void Row(TextWriter writer, Scenario scenario, string name, string format, Func<Measurement, double?> figure, Func<IEnumerable<double>, double>? over = null)
    {
        string Text(double value, string shape) => double.IsFinite(value) ? value.ToString(shape, CultureInfo.InvariantCulture) : "";
        var rounds = measurements.Where(m => m.Scenario == scenario).GroupBy(m => m.Round).Select(round => round.ToDictionary(m => m.Target, figure)).ToList();
        string Cell(string target) => Text((over ?? Median)(rounds.Select(round => round[target]).OfType<double>()), format);
        string Ratio(string target) => over is not null ? "" : Text(Median(rounds.Select(round => round[Gateway] / round[target]).OfType<double>()), "F2");
        writer.WriteLine($"| {name} | {Cell(Direct)} | {Cell(Forwarder)} | {Cell(Gateway)} | {Ratio(Forwarder)} | {Ratio(Direct)} |");
    }
}
