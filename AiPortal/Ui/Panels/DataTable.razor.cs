using Microsoft.AspNetCore.Components;
using Radzen;
using Radzen.Blazor;

namespace AiPortal.Ui.Panels;

/// <summary>
/// A virtualized table over rows that the database pages: sticky head, skeleton until the first rows are there, rows that open.
/// Columns are RadzenDataGridColumn. Filters belong to the page (and its URL): when they change, call <see cref="ReloadAsync"/>.
/// </summary>
public sealed partial class DataTable<TRow>
{
    /// <summary>Reads the rows asked for; called on first render, on scroll, on sort and by <see cref="ReloadAsync"/>.</summary>
    [Parameter, EditorRequired] public required Func<TableQuery, Task<TablePage<TRow>>> Load { get; set; }

    /// <summary>RadzenDataGridColumn elements; the first says who or what in words.</summary>
    [Parameter, EditorRequired] public required RenderFragment Columns { get; set; }

    /// <summary>A row was clicked, or Enter pressed on the marked one (arrows move the mark).</summary>
    [Parameter] public EventCallback<TRow> RowClick { get; set; }

    /// <summary>Shown instead of the table when there is no row at all: an EmptyState.</summary>
    [Parameter] public RenderFragment? Empty { get; set; }

    /// <summary>The property that tells rows apart.</summary>
    [Parameter] public string? KeyProperty { get; set; }

    /// <summary>CSS height of the scrolling part.</summary>
    [Parameter] public string Height { get; set; } = "min(640px, calc(100vh - 260px))";

    [Parameter] public bool AllowSorting { get; set; } = true;

    private RadzenDataGrid<TRow>? _grid;
    private TablePage<TRow>? _page;
    private bool _asked;
    private int _grids;
    private int _asks;

    private bool None => _page is { Total: 0 } && Empty is not null;

    /// <summary>Reads anew from the first row, after a filter or the data changed.</summary>
    public async Task ReloadAsync()
    {
        if (_page is { Total: > 0 } && _grid is not null)
        {
            await _grid.RefreshDataAsync();
            return;
        }

        // A grid that knows of no rows never asks again; a new one does.
        (_page, _asked, _grids) = (null, false, _grids + 1);
        StateHasChanged();
    }

    // The grid asks for its first rows some time after it is drawn; drawn again before that, because the page was, it forgets to.
    protected override bool ShouldRender() => _page is not null || !_asked;

    protected override void OnAfterRender(bool firstRender) => _asked = _page is null;

    private async Task LoadAsync(LoadDataArgs wanted)
    {
        var sort = wanted.Sorts?.FirstOrDefault();
        var ask = ++_asks;
        var page = await Load(new TableQuery(wanted.Skip ?? 0, wanted.Top ?? 100, sort?.Property, sort?.SortOrder == SortOrder.Descending));
        // The answer to the latest question counts: an older one may come after it and know less.
        if (ask == _asks) _page = page;
    }

    private Task ClickedAsync(DataGridRowMouseEventArgs<TRow> clicked) => RowClick.InvokeAsync(clicked.Data);
}
