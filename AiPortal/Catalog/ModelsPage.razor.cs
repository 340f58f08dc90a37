using AiPortal.Access;
using AiPortal.Core.Access;
using AiPortal.Core.Catalog;
using AiPortal.Core.Data;
using AiPortal.Core.Organizations;
using AiPortal.Core.Tenancy;
using AiPortal.Ui.Panels;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;
using Radzen;

namespace AiPortal.Catalog;

/// <summary>What does each model cost here, and which are served without a price?</summary>
public sealed partial class ModelsPage
{
    private const string SearchName = "q";
    private const string VendorName = "vendor";
    private const string ViewName = "view";

    private DataTable<PriceListing>? _table;
    private IReadOnlyList<UnpricedModel> _unpriced = [];
    private UnpricedModelPolicy _policy;
    private PriceListing? _open;
    private IReadOnlyList<string> _vendors = [];
    private bool _allowed = true;
    private bool _mayChange;
    private bool _filtered;
    private (string?, string?, PriceSelection)? _shown;

    [Inject] internal IStringLocalizer<CatalogText> Text { get; init; } = default!;

    [Inject] internal PriceSheet Sheet { get; init; } = default!;

    [Inject] internal UnpricedModels Unpriced { get; init; } = default!;

    [Inject] internal OrganizationList Organizations { get; init; } = default!;

    [Inject] internal CurrentActor Current { get; init; } = default!;

    [Inject] internal NavigationManager Navigation { get; init; } = default!;

    [Inject] internal DialogService Dialogs { get; init; } = default!;

    [SupplyParameterFromQuery(Name = SearchName)] private string? Search { get; set; }

    [SupplyParameterFromQuery(Name = VendorName)] private string? Vendor { get; set; }

    [SupplyParameterFromQuery(Name = ViewName)] private string? View { get; set; }

    private PriceSelection Shown => EnumWord.TryParse<PriceSelection>(View, out var view) ? view : PriceSelection.InForce;

    private IReadOnlyList<(PriceSelection, string)> Views =>
        [(PriceSelection.InForce, Text["View.InForce"]), (PriceSelection.Own, Text["View.Own"]), (PriceSelection.BuiltIn, Text["View.BuiltIn"])];

    protected override async Task OnInitializedAsync()
    {
        var (actor, organization) = await Current.HereAsync();
        _allowed = actor.May(Permission.ViewPrices, organization);
        _mayChange = actor.May(Permission.ManagePrices, organization);
        if (!_allowed) return;
        _vendors = [.. PriceWords.Vendors.Order(StringComparer.Ordinal)];
        await ReadUnpricedAsync();
    }

    protected override async Task OnParametersSetAsync()
    {
        var wanted = (Search, Vendor, Shown);
        _filtered = Search is not null || Vendor is not null || Shown != PriceSelection.Own;
        if (_shown is { } shown && shown != wanted && _table is not null) await _table.ReloadAsync();
        _shown = wanted;
    }

    private async Task ReadUnpricedAsync()
    {
        var (actor, organization) = await Current.HereAsync();
        if (!actor.May(Permission.ViewProviders, organization)) return;
        _unpriced = await Unpriced.ReadAsync(organization);
        if (_unpriced.Count > 0 && await Organizations.FindAsync(organization) is { } row) _policy = row.UnpricedModelPolicy;
    }

    private async Task<TablePage<PriceListing>> LoadAsync(TableQuery query)
    {
        var (actor, organization) = await Current.HereAsync();
        if (!actor.May(Permission.ViewPrices, organization)) return new TablePage<PriceListing>([], 0);
        var (rows, total) = await Sheet.ReadAsync(organization, new PriceSheetQuery
        {
            View = Shown,
            Search = Search,
            Vendor = Vendor,
            Order = Enum.TryParse<PriceOrder>(query.SortBy, out var order) ? order : PriceOrder.Model,
            Descending = query.Descending,
            Skip = query.Skip,
            Take = query.Take,
        });
        return new TablePage<PriceListing>(rows, total);
    }

    private void Go(string name, string? value) =>
        Navigation.NavigateTo(Navigation.GetUriWithQueryParameter(name, string.IsNullOrEmpty(value) ? null : value), replace: true);

    private void GoTo(PriceSelection view) => Go(ViewName, view == PriceSelection.InForce ? null : EnumWord.Of(view));

    private void Open(PriceListing listing) => _open = listing;

    private void Close() => _open = null;

    private Task CreateSearchedAsync() => CreateAsync(new PriceDraft { Name = Search ?? "" });

    private async Task CreateAsync(PriceDraft draft)
    {
        if (await PriceDialog.ShowAsync(Dialogs, Text["Create.Title"], draft) is { } made) await ChangedAsync(made);
    }

    private async Task EditAsync(PriceListing listing)
    {
        if (await PriceDialog.ShowAsync(Dialogs, Text["Edit.Title"], PriceDraft.Of(listing), listing.Row.Id) is { } changed) await ChangedAsync(changed);
    }

    private Task GoneAsync() => ChangedAsync(null);

    private async Task ChangedAsync(PriceListing? open)
    {
        _open = open;
        await ReadUnpricedAsync();
        if (_table is not null) await _table.ReloadAsync();
    }
}
