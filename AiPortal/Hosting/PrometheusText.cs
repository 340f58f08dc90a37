using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace AiPortal.Hosting;

/// <summary>Listens to the meters of this portal, not of another one in the process, and writes them as Prometheus text. Series are bounded.</summary>
public sealed class PrometheusText : IDisposable
{
    private const string MeterPrefix = "AiPortal";
    private const int MaxSeries = 2000;
    private readonly MeterListener _listener = new();
    private readonly Dictionary<(string Name, string Labels), (double Value, bool IsGauge)> _series = [];
    private readonly Dictionary<(string Name, string Labels), PrometheusHistogram> _histograms = [];
    private readonly Lock _lock = new();

    public PrometheusText(IMeterFactory meters)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Scope == meters && instrument.Meter.Name.StartsWith(MeterPrefix, StringComparison.Ordinal)) listener.EnableMeasurementEvents(instrument, PrometheusHistogram.BoundsOf(instrument));
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, state) => Record(instrument, value, tags, state as double[]));
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, state) => Record(instrument, value, tags, state as double[]));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, state) => Record(instrument, value, tags, state as double[]));
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
                    text.Append(CultureInfo.InvariantCulture, $"{key.Name}{Braced(key.Labels)} {value}\n");
            }

            foreach (var group in _histograms.GroupBy(pair => pair.Key.Name).OrderBy(group => group.Key, StringComparer.Ordinal))
            {
                text.Append(CultureInfo.InvariantCulture, $"# TYPE {group.Key} histogram\n");
                foreach (var (key, histogram) in group) histogram.Write(text, key.Name, key.Labels);
            }
        }

        return text.ToString();
    }

    internal static string Braced(string labels) => labels.Length == 0 ? "" : $"{{{labels}}}";

    private void Record(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags, double[]? bounds)
    {
        var key = (Name(instrument), Labels(tags));
        if (bounds is not null)
        {
            lock (_lock)
            {
                if (!_histograms.TryGetValue(key, out var histogram))
                {
                    // A histogram is as many lines as it has bounds.
                    if ((_histograms.Count + 1) * bounds.Length > MaxSeries) return;
                    _histograms[key] = histogram = new PrometheusHistogram(bounds);
                }

                histogram.Add(value);
            }

            return;
        }

        var isGauge = instrument is ObservableGauge<long> or ObservableGauge<int> or ObservableGauge<double> or UpDownCounter<long>;
        lock (_lock)
        {
            var known = _series.TryGetValue(key, out var old);
            if (!known && _series.Count >= MaxSeries) return;
            _series[key] = (instrument.IsObservable ? value : old.Value + value, isGauge);
        }
    }

    // OpenTelemetry's names say their unit beside the name, Prometheus' in it.
    private static string Name(Instrument instrument) => Name(instrument.Name) + (instrument.Unit == "s" ? "_seconds" : "");

    private static string Name(string name) => name.Replace('.', '_').Replace('-', '_');

    private static string Labels(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var text = new StringBuilder();
        foreach (var (name, value) in tags)
        {
            if (text.Length > 0) text.Append(',');
            var escaped = Convert.ToString(value, CultureInfo.InvariantCulture)?.Replace("\\", "\\\\", StringComparison.Ordinal)
                .Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
            text.Append(CultureInfo.InvariantCulture, $"{Name(name)}=\"{escaped}\"");
        }

        return text.ToString();
    }

    public void Dispose() => _listener.Dispose();
}
