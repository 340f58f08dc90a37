using AiPortal.Access;
using AiPortal.Core.Access;
using AiPortal.Core.Billing;
using AiPortal.Core.Data;
using AiPortal.Ui.Panels;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;
using Radzen;

namespace AiPortal.Billing;

/// <summary>What did each month cost, and which bills are final?</summary>
public sealed partial class BillsPage
{
    private const string MonthName = "month";
    private const string ScopeName = "scope";
    private const string StateName = "state";

    private DataTable<Bill>? _table;
    private bool _allowed = true;
    private bool _mayChange;
    private (string?, string?, string?)? _shown;

    [Inject] internal IStringLocalizer<BillText> Text { get; init; } = default!;

    [Inject] internal BillReader Bills { get; init; } = default!;

    [Inject] internal CurrentActor Current { get; init; } = default!;

    [Inject] internal NavigationManager Navigation { get; init; } = default!;

    [Inject] internal DialogService Dialogs { get; init; } = default!;

    [SupplyParameterFromQuery(Name = MonthName)] private string? Month { get; set; }

    [SupplyParameterFromQuery(Name = ScopeName)] private string? Scope { get; set; }

    [SupplyParameterFromQuery(Name = StateName)] private string? State { get; set; }

    private BillStatus? Shown => EnumWord.TryParse<BillStatus>(State, out var state) ? state : null;

    private bool Filtered => Month is not null || Scope is not null || State is not null;

    private IReadOnlyList<(BillStatus?, string)> States =>
        [(null, Text["AllStates"]), (BillStatus.Draft, Text["State.Drafts"]), (BillStatus.Finalized, Text["State.Finalized"])];

    protected override async Task OnInitializedAsync()
    {
        var (actor, organization) = await Current.HereAsync();
        _allowed = actor.May(Permission.ViewBills, organization);
        _mayChange = actor.May(Permission.ManageBills, organization);
    }

    protected override async Task OnParametersSetAsync()
    {
        var wanted = (Month, Scope, State);
        if (_shown is { } shown && shown != wanted && _table is not null) await _table.ReloadAsync();
        _shown = wanted;
    }

    private async Task<TablePage<Bill>> LoadAsync(TableQuery query)
    {
        var (actor, organization) = await Current.HereAsync();
        if (!actor.May(Permission.ViewBills, organization)) return new TablePage<Bill>([], 0);
        var filter = new BillFilter(Month, Shown, EnumWord.TryParse<BillScope>(Scope, out var scope) ? scope : null);
        var (bills, total) = await Bills.RangeAsync(organization, filter, query.Skip, query.Take);
        return new TablePage<Bill>(bills, total);
    }

    private void Go(string name, string? value) =>
        Navigation.NavigateTo(Navigation.GetUriWithQueryParameter(name, string.IsNullOrEmpty(value) ? null : value), replace: true);

    private void Open(Bill bill) => Navigation.NavigateTo($"/bills/{bill.Id}");

    private async Task CreateAsync()
    {
        if (await BillDialog.ShowAsync(Dialogs, Text["New"], Month) is { } made) Open(made);
    }
}
