namespace AiPortal.Ui.Charts;

/// <summary>One series of a chart. <paramref name="Color"/> is a CSS colour.</summary>
public sealed record ChartSeries(string Name, string Color);

/// <summary>One column: what stands below it, what is said of it on hover (lines), where it leads, and a value for each series.</summary>
public sealed record ChartColumn(string Label, string Tip, string Href, IReadOnlyList<decimal> Values);

/// <summary>One bar of a ranking. <paramref name="Tip"/> is said on hover; without <paramref name="Href"/> it is no link.</summary>
public sealed record RankBar(string Name, decimal Amount, string Color, string Tip, string? Href);
