using System.Diagnostics.CodeAnalysis;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace AiPortal.Hosting;

/// <summary>
/// The series of one instrument, by the values of its labels. A measurement of a series that is known makes no text and allocates
/// nothing: there are several in every call. Thread-safe.
/// </summary>
internal sealed class PrometheusSeries(Instrument instrument)
{
    private readonly double[]? _bounds = PrometheusHistogram.BoundsOf(instrument);
    private readonly bool _isGauge = instrument is ObservableGauge<long> or ObservableGauge<int> or ObservableGauge<double> or UpDownCounter<long>;
    private readonly Dictionary<Labels, Cell> _cells = new(LabelValues.Instance);
    private readonly Lock _lock = new();

    // OpenTelemetry's names say their unit beside the name, Prometheus' in it.
    public string Name { get; } = NameOf(instrument.Name) + (instrument.Unit == "s" ? "_seconds" : "");

    public bool IsHistogram => _bounds is not null;

    public string Type => _bounds is not null ? "histogram" : _isGauge ? "gauge" : "counter";

    /// <summary>Lines that a series takes.</summary>
    public int Weight => _bounds?.Length ?? 1;

    public bool IsEmpty
    {
        get
        {
            lock (_lock) return _cells.Count == 0;
        }
    }

    /// <param name="mayBegin">Asked before a new series begins; false leaves it out.</param>
    public void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags, Func<int, bool> mayBegin)
    {
        lock (_lock)
        {
            var cells = _cells.GetAlternateLookup<ReadOnlySpan<KeyValuePair<string, object?>>>();
            if (!cells.TryGetValue(tags, out var cell))
            {
                if (!mayBegin(Weight)) return;
                cells[tags] = cell = new Cell { Histogram = _bounds is null ? null : new PrometheusHistogram(_bounds) };
            }

            if (cell.Histogram is { } histogram) histogram.Add(value);
            else cell.Value = instrument.IsObservable ? value : cell.Value + value;
        }
    }

    public void Write(StringBuilder text)
    {
        lock (_lock)
        {
            foreach (var (labels, cell) in _cells)
            {
                if (cell.Histogram is { } histogram) histogram.Write(text, Name, labels.Text);
                else text.Append(CultureInfo.InvariantCulture, $"{Name}{PrometheusText.Braced(labels.Text)} {cell.Value}\n");
            }
        }
    }

    private static string NameOf(string name) => name.Replace('.', '_').Replace('-', '_');

    private sealed class Cell
    {
        public double Value { get; set; }

        public PrometheusHistogram? Histogram { get; init; }
    }

    private sealed class Labels(KeyValuePair<string, object?>[] tags)
    {
        public ReadOnlySpan<KeyValuePair<string, object?>> Tags => tags;

        public string Text { get; } = TextOf(tags);

        private static string TextOf(KeyValuePair<string, object?>[] tags)
        {
            var text = new StringBuilder();
            foreach (var (name, value) in tags)
            {
                if (text.Length > 0) text.Append(',');
                var escaped = Convert.ToString(value, CultureInfo.InvariantCulture)?.Replace("\\", "\\\\", StringComparison.Ordinal)
                    .Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
                text.Append(CultureInfo.InvariantCulture, $"{NameOf(name)}=\"{escaped}\"");
            }

            return text.ToString();
        }
    }

    /// <summary>An instrument's measurements name the same labels in the same order; where they do not, they are other series.</summary>
    private sealed class LabelValues : IEqualityComparer<Labels>, IAlternateEqualityComparer<ReadOnlySpan<KeyValuePair<string, object?>>, Labels>
    {
        public static LabelValues Instance { get; } = new();

        public bool Equals(Labels? x, Labels? y) => ReferenceEquals(x, y) || (x is not null && y is not null && Equals(x.Tags, y));

        public int GetHashCode([DisallowNull] Labels obj) => GetHashCode(obj.Tags);

        public bool Equals(ReadOnlySpan<KeyValuePair<string, object?>> alternate, Labels other)
        {
            var tags = other.Tags;
            if (alternate.Length != tags.Length) return false;
            for (var i = 0; i < tags.Length; i++)
            {
                if (alternate[i].Key != tags[i].Key || !Equals(alternate[i].Value, tags[i].Value)) return false;
            }

            return true;
        }

        public int GetHashCode(ReadOnlySpan<KeyValuePair<string, object?>> alternate)
        {
            var hash = new HashCode();
            foreach (var (_, value) in alternate) hash.Add(value);
            return hash.ToHashCode();
        }

        public Labels Create(ReadOnlySpan<KeyValuePair<string, object?>> alternate) => new(alternate.ToArray());
    }
}
