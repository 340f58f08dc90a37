using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace AiPortal.Hosting;

/// <summary>Listens to the meters of this portal, not of another one in the process, and writes them as Prometheus text. Counters and gauges only; series are bounded.</summary>
public sealed class PrometheusText : IDisposable
{
    private const string MeterPrefix = "AiPortal";
    private const int MaxSeries = 2000;
    private readonly MeterListener _listener = new();
    private readonly Dictionary<(string Name, string Labels), (double Value, bool IsGauge)> _series = [];
    private readonly Lock _lock = new();

    public PrometheusText(IMeterFactory meters)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Scope == meters && instrument.Meter.Name.StartsWith(MeterPrefix, StringComparison.Ordinal)) listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Record(instrument, value, tags));
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Record(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Record(instrument, value, tags));
        _listener.Start();
    }

    public string Render()
    {
        _listener.RecordObservableInstruments();
        var text = new StringBuilder();
        lock (_lock)
        {
            foreach (var group in _series.GroupBy(pair => pair.Key.Name).OrderBy(group => group.Key, StringComparer.Ordinal))
            {
                text.Append(CultureInfo.InvariantCulture, $"# TYPE {group.Key} {(group.First().Value.IsGauge ? "gauge" : "counter")}\n");
                foreach (var (key, (value, _)) in group)
                    text.Append(CultureInfo.InvariantCulture, $"{key.Name}{key.Labels} {value}\n");
            }
        }

        return text.ToString();
    }

    private void Record(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var isGauge = instrument is ObservableGauge<long> or ObservableGauge<int> or ObservableGauge<double> or UpDownCounter<long>;
        var replaces = instrument.IsObservable;
        var key = (Name(instrument.Name), Labels(tags));
        lock (_lock)
        {
            var known = _series.TryGetValue(key, out var old);
            if (!known && _series.Count >= MaxSeries) return;
            _series[key] = (replaces ? value : old.Value + value, isGauge);
        }
    }

    private static string Name(string name) => name.Replace('.', '_').Replace('-', '_');

    private static string Labels(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.Length == 0) return "";
        var text = new StringBuilder("{");
        foreach (var (name, value) in tags)
        {
            if (text.Length > 1) text.Append(',');
            var escaped = Convert.ToString(value, CultureInfo.InvariantCulture)?.Replace("\\", "\\\\", StringComparison.Ordinal)
                .Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
            text.Append(CultureInfo.InvariantCulture, $"{Name(name)}=\"{escaped}\"");
        }

        return text.Append('}').ToString();
    }

    public void Dispose() => _listener.Dispose();
}
