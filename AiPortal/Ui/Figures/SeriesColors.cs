namespace AiPortal.Ui.Figures;

/// <summary>Gives each entity of a page its colour and keeps it: make one per page, ask in the order of rank. The eighth colour is for "other" and everything past the seventh.</summary>
public sealed class SeriesColors
{
    public const string Other = "var(--series-8)";

    private readonly Dictionary<string, string> _given = new(StringComparer.Ordinal);

    /// <summary>A CSS colour for charts, badges and dots.</summary>
    public string For(string entity)
    {
        if (_given.TryGetValue(entity, out var color))
            return color;
        color = _given.Count < 7 ? $"var(--series-{_given.Count + 1})" : Other;
        _given.Add(entity, color);
        return color;
    }
}
