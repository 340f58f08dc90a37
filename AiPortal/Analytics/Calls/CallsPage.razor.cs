using AiPortal.Access;
using AiPortal.Core.Access;
using AiPortal.Core.Analytics;
using AiPortal.Core.Ledger;
using AiPortal.Core.Money;
using AiPortal.Ui.Figures;
using AiPortal.Ui.Panels;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Routing;
using Microsoft.Extensions.Localization;

namespace AiPortal.Analytics.Calls;

/// <summary>Which calls were made, by whom, and what did each cost?</summary>
public sealed partial class CallsPage : IDisposable
{
    /// <summary>Counting and scrolling end here.</summary>
    private const int Most = 10_000;

    private DataTable<NamedCall>? _table;
    private CallQuery _query = new();
    private CallFacets? _facets;
    private IReadOnlyList<AttributedTo> _others = [];
    private OrganizationCalendar _calendar = OrganizationCalendar.Utc;
    private DateTimeOffset? _asOf;
    private int? _count;
    private int _tableKey;
    private bool _atTop = true;
    private bool _waiting;
    private bool _allowed = true;
    private string _topic = "";

    [Inject] internal IStringLocalizer<CallText> Text { get; init; } = default!;

    [Inject] internal CallTable Calls { get; init; } = default!;

    [Inject] internal CallFacetReads Facets { get; init; } = default!;

    [Inject] internal AttributionNames Names { get; init; } = default!;

    [Inject] internal CurrentActor Current { get; init; } = default!;

    [Inject] internal NavigationManager Navigation { get; init; } = default!;

    [Inject] internal TimeProvider Clock { get; init; } = default!;

    [CascadingParameter] private DisplayZone Zone { get; set; } = DisplayZone.Utc;

    private IReadOnlyList<(int, string)> Periods => [(1, Text["Filter.Today"]), (7, Text["Filter.Days", 7]), (30, Text["Filter.Days", 30]), (90, Text["Filter.Days", 90])];

    private string CountWords => _count switch
    {
        null => " ",
        1 => Text["Count.One"],
        > Most => Text["Count.Capped", Formats.Current.CountExact(Most)],
        { } count => Text["Count.Many", Formats.Current.CountExact(count)],
    };

    protected override async Task OnInitializedAsync()
    {
        _query = CallQuery.Of(new Uri(Navigation.Uri));
        _calendar = new OrganizationCalendar(Zone.Zone);
        Navigation.LocationChanged += Moved;
        var (actor, organization) = await Current.HereAsync();
        _allowed = actor.May(Permission.ViewCalls, organization);
        _topic = LedgerSignals.Topic(organization);
        if (!_allowed) return;
        _facets = await Facets.ReadAsync(organization);
        await ReadOthersAsync(organization);
    }

    public void Dispose() => Navigation.LocationChanged -= Moved;

    private void Moved(object? sender, LocationChangedEventArgs moved)
    {
        var address = new Uri(moved.Location);
        if (address.AbsolutePath == CallQuery.Path)
            _ = InvokeAsync(() => ApplyAsync(CallQuery.Of(address)));
    }

    private async Task ApplyAsync(CallQuery query)
    {
        var (before, rows) = (_query, query with { Open = null } != _query with { Open = null });
        _query = query;
        if (rows)
        {
            if (query.Others != before.Others) await ReadOthersAsync((await Current.HereAsync()).OrganizationId);
            StartOver();
        }

        StateHasChanged();
    }

    private async Task ReadOthersAsync(Guid organization) =>
        _others = _query.Others == new CallQuery().Others ? [] : await Names.ReadAsync(organization, _query.Others with { OrganizationId = organization });

    // A new table: at its top, and with its skeleton until the rows are there.
    private void StartOver()
    {
        (_asOf, _count, _waiting, _atTop) = (null, null, false, true);
        _tableKey++;
    }

    private async Task<TablePage<NamedCall>> LoadAsync(TableQuery query)
    {
        var (actor, organization) = await Current.HereAsync();
        if (!actor.May(Permission.ViewCalls, organization) || _query.FilterAt(Clock.GetUtcNow(), _calendar) is not { } filter)
        {
            _count = 0;
            return new TablePage<NamedCall>([], 0);
        }

        _atTop = query.Skip == 0;
        if (_atTop) (_asOf, _waiting) = (null, false);

        // Below the top the list stands still: rows that come later would move it under the reader's eyes.
        var shown = _asOf is { } asOf && (filter.To is null || filter.To > asOf) ? filter with { To = asOf } : filter;
        var rows = await Calls.ReadAsync(organization, shown, query.Skip, Math.Min(query.Take, Most - query.Skip));
        var count = _atTop || _count is null ? await Calls.CountAsync(organization, shown, Most + 1) : _count.Value;
        if (_atTop && rows.Count > 0) _asOf = rows[0].Call.StartedAt.AddTicks(10);
        if (count != _count)
        {
            _count = count;
            StateHasChanged();
        }

        return new TablePage<NamedCall>(rows, Math.Min(count, Most));
    }

    private async Task RefreshAsync()
    {
        if (_table is null) return;
        if (_atTop) await _table.ReloadAsync();
        else _waiting = true;
    }

    private void ToTopAsync() => StartOver();

    private void SetDays(int days) => Go(_query with { Days = days, From = null, To = null });

    private void Go(CallQuery query) => Navigation.NavigateTo((query with { Open = null }).Href, replace: true);

    private void Open(NamedCall row) => Navigation.NavigateTo((_query with { Open = row.Id }).Href);

    private void Close(bool open) => Navigation.NavigateTo((_query with { Open = null }).Href);

    private static long? Asked(NamedCall row, long units) => row.Call.Attempts == 0 ? null : units;
}
