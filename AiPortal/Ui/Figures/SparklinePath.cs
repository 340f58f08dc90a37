using System.Globalization;
using System.Text;

namespace AiPortal.Ui.Figures;

/// <summary>Turns values into SVG paths on a field 100 wide and 28 high, one pair for every unbroken run.</summary>
internal static class SparklinePath
{
    private const int Width = 100;
    private const int Top = 2;
    private const int Bottom = 27;

    internal static IReadOnlyList<(string Line, string Area)> Of(IReadOnlyList<decimal?> values)
    {
        if (values.Count < 2)
            return [];
        var highest = values.Max() ?? 0;
        var paths = new List<(string, string)>();
        for (var at = 0; at < values.Count;)
        {
            var end = at;
            while (end < values.Count && values[end] is not null)
                end++;
            if (end - at >= 2)
                paths.Add(Run(values, at, end, highest));
            at = end + 1;
        }

        return paths;
    }

    private static (string Line, string Area) Run(IReadOnlyList<decimal?> values, int from, int to, decimal highest)
    {
        var line = new StringBuilder();
        for (var i = from; i < to; i++)
            line.Append(i == from ? 'M' : 'L').Append(X(i, values.Count)).Append(' ').Append(Y(values[i] ?? 0, highest));
        return (line.ToString(), $"{line}L{X(to - 1, values.Count)} {Bottom}L{X(from, values.Count)} {Bottom}Z");
    }

    private static string X(int index, int count) => Round(index * (decimal)Width / (count - 1));

    private static string Y(decimal value, decimal highest) =>
        Round(highest <= 0 ? Bottom : Bottom - Math.Max(0, value) / highest * (Bottom - Top));

    private static string Round(decimal value) => Math.Round(value, 1).ToString(CultureInfo.InvariantCulture);
}
