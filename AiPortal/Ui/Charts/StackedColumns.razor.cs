using AiPortal.Ui.Figures;
using Microsoft.AspNetCore.Components;

namespace AiPortal.Ui.Charts;

/// <summary>Amounts over time as stacked columns from zero; each column leads to what is behind it, the legend shows and hides series.</summary>
public sealed partial class StackedColumns
{
    private const int LabelCount = 6;

    private readonly HashSet<string> _hidden = new(StringComparer.Ordinal);
    private NiceScale _scale = NiceScale.For(0);
    private List<int> _labelled = [];

    /// <summary>In the order of time.</summary>
    [Parameter, EditorRequired] public IReadOnlyList<ChartColumn> Columns { get; set; } = [];

    /// <summary>From the foot of a column to its top; at most eight.</summary>
    [Parameter, EditorRequired] public IReadOnlyList<ChartSeries> Series { get; set; } = [];

    /// <summary>ISO 4217 code of the amounts.</summary>
    [Parameter] public string Currency { get; set; } = "USD";

    /// <summary>Height of the plot in CSS pixels; labels and legend come below.</summary>
    [Parameter] public int Height { get; set; } = 220;

    /// <summary>What the legend chooses between, for screen readers.</summary>
    [Parameter] public string? LegendLabel { get; set; }

    protected override void OnParametersSet()
    {
        Measure();
        var every = Math.Max(1, (int)Math.Ceiling(Columns.Count / (double)LabelCount));
        _labelled = [.. Enumerable.Range(0, Columns.Count).Where(i => (Columns.Count - 1 - i) % every == 0)];
    }

    private void Measure() =>
        _scale = NiceScale.For(Columns.Select(column => Series.Index().Where(s => !_hidden.Contains(s.Item.Name)).Sum(s => column.Values[s.Index])).DefaultIfEmpty().Max());

    private void Toggle(string name)
    {
        if (!_hidden.Remove(name)) _hidden.Add(name);
        Measure();
    }

    private string Center(int column) => BudgetParts.Css((column + 0.5m) / Columns.Count);

    // What is said of a column opens towards the middle.
    private string Side(int column) => column * 2 < Columns.Count ? "columns-left" : "columns-right";
}
