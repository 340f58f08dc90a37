using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace AiPortal.Hosting;

/// <summary>One series of a histogram: how many measurements were at most each bound, their sum and number. Not thread-safe.</summary>
internal sealed class PrometheusHistogram(double[] bounds)
{
    private readonly long[] _counts = new long[bounds.Length + 1];
    private double _sum;

    /// <summary>The bounds that an instrument advises; null for one that is no histogram, or advises none.</summary>
    public static double[]? BoundsOf(Instrument instrument) => instrument switch
    {
        Histogram<long> { Advice.HistogramBucketBoundaries: { } whole } => [.. whole.Select(bound => (double)bound)],
        Histogram<double> { Advice.HistogramBucketBoundaries: { } real } => [.. real],
        _ => null,
    };

    public void Add(double value)
    {
        var at = Array.BinarySearch(bounds, value);
        _counts[at < 0 ? ~at : at]++;
        _sum += value;
    }

    public void Write(StringBuilder text, string name, string labels)
    {
        var separator = labels.Length == 0 ? "" : ",";
        long count = 0;
        for (var i = 0; i < bounds.Length; i++)
        {
            count += _counts[i];
            text.Append(CultureInfo.InvariantCulture, $"{name}_bucket{{{labels}{separator}le=\"{bounds[i]}\"}} {count}\n");
        }

        count += _counts[^1];
        text.Append(CultureInfo.InvariantCulture, $"{name}_bucket{{{labels}{separator}le=\"+Inf\"}} {count}\n");
        text.Append(CultureInfo.InvariantCulture, $"{name}_sum{PrometheusText.Braced(labels)} {_sum}\n{name}_count{PrometheusText.Braced(labels)} {count}\n");
    }
}
