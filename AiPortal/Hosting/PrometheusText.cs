using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace AiPortal.Hosting;

/// <summary>Listens to the meters of this portal, not of another one in the process, and writes them as Prometheus text. Series are bounded.</summary>
public sealed class PrometheusText : IDisposable
{
    private const string MeterPrefix = "AiPortal";
    private const int MaxLines = 4000;
    private readonly MeterListener _listener = new();
    private readonly ConcurrentBag<PrometheusSeries> _instruments = [];
    private readonly Func<int, bool> _mayBegin;
    private int _lines;

    public PrometheusText(IMeterFactory meters)
    {
        _mayBegin = MayBegin;
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Scope != meters || !instrument.Meter.Name.StartsWith(MeterPrefix, StringComparison.Ordinal)) return;
            var series = new PrometheusSeries(instrument);
            _instruments.Add(series);
            listener.EnableMeasurementEvents(instrument, series);
        };
        _listener.SetMeasurementEventCallback<long>((_, value, tags, series) => Record(value, tags, series));
        _listener.SetMeasurementEventCallback<int>((_, value, tags, series) => Record(value, tags, series));
        _listener.SetMeasurementEventCallback<double>((_, value, tags, series) => Record(value, tags, series));
        _listener.Start();
    }

    public string Render()
    {
        _listener.RecordObservableInstruments();
        var text = new StringBuilder();
        foreach (var group in _instruments.Where(series => !series.IsEmpty).GroupBy(series => series.Name)
            .OrderBy(group => group.First().IsHistogram).ThenBy(group => group.Key, StringComparer.Ordinal))
        {
            text.Append(CultureInfo.InvariantCulture, $"# TYPE {group.Key} {group.First().Type}\n");
            foreach (var series in group) series.Write(text);
        }

        return text.ToString();
    }

    public void Dispose() => _listener.Dispose();

    internal static string Braced(string labels) => labels.Length == 0 ? "" : $"{{{labels}}}";

    private void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags, object? series) => ((PrometheusSeries)series!).Record(value, tags, _mayBegin);

    private bool MayBegin(int lines)
    {
        if (Interlocked.Add(ref _lines, lines) <= MaxLines) return true;
        Interlocked.Add(ref _lines, -lines);
        return false;
    }
}
