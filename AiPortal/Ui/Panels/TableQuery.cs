namespace AiPortal.Ui.Panels;

/// <summary>The rows a table wants now. <paramref name="SortBy"/> is a column's SortProperty, null for the page's own order.</summary>
public sealed record TableQuery(int Skip, int Take, string? SortBy, bool Descending);

/// <summary>The rows asked for, and how many there are in all.</summary>
public sealed record TablePage<TRow>(IReadOnlyList<TRow> Rows, int Total);
