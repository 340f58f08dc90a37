using AiPortal.Access;
using AiPortal.Alerts.Channels;
using AiPortal.Core.Access;
using AiPortal.Core.Alerts;
using AiPortal.Core.Data;
using AiPortal.Ui.Figures;
using AiPortal.Ui.Panels;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;
using Radzen;

namespace AiPortal.Alerts;

/// <summary>What happened that a person should know, and has somebody dealt with it?</summary>
public sealed partial class AlertsPage
{
    private const string StatusName = "status";
    private DataTable<Alert>? _table;
    private Guid _organization;
    private bool _allowed = true;
    private bool _mayChange;
    private bool _mayRoute;
    private string? _fault;
    private int _version;
    private AlertStatus? _shown;

    [Inject] internal IStringLocalizer<AlertsText> Text { get; init; } = default!;

    [Inject] internal AlertList Alerts { get; init; } = default!;

    [Inject] internal MarkAlert Mark { get; init; } = default!;

    [Inject] internal CurrentActor Current { get; init; } = default!;

    [Inject] internal DialogService Dialogs { get; init; } = default!;

    [Inject] internal NavigationManager Navigation { get; init; } = default!;

    [SupplyParameterFromQuery(Name = StatusName)] private string? StatusWord { get; set; }

    private AlertStatus? Shown => EnumWord.TryParse<AlertStatus>(StatusWord, out var status) ? status : null;

    private IReadOnlyList<(AlertStatus?, string)> States => [(null, Text["State.all"]), (AlertStatus.Active, Text["State.active"]), (AlertStatus.Resolved, Text["State.resolved"])];

    protected override async Task OnInitializedAsync()
    {
        var (actor, organization) = await Current.HereAsync();
        _organization = organization;
        _allowed = actor.May(Permission.ViewBudgets, organization);
        _mayChange = actor.May(Permission.ManageBudgets, organization);
        _mayRoute = actor.May(Permission.ManageOrganization, organization);
        _shown = Shown;
    }

    protected override async Task OnParametersSetAsync()
    {
        if (_shown == Shown) return;
        _shown = Shown;
        await ReloadAsync();
    }

    private async Task<TablePage<Alert>> LoadAsync(TableQuery query)
    {
        var (actor, organization) = await Current.HereAsync();
        if (!actor.May(Permission.ViewBudgets, organization)) return new TablePage<Alert>([], 0);
        var (rows, total) = await Alerts.RowsAsync(organization, new AlertFilter { Status = Shown }, query.Skip, query.Take);
        return new TablePage<Alert>(rows, total);
    }

    private Task RouteAsync() => ChannelsDialog.ShowAsync(Dialogs, Text["Channels"]);

    private async Task MarkAsync(Alert alert, bool resolve)
    {
        var (actor, organization) = await Current.HereAsync();
        var outcome = resolve ? await Mark.ResolveAsync(actor, organization, alert.Id) : await Mark.ReadAsync(actor, organization, alert.Id);
        _fault = outcome.Refusal?.Message;
        await ReloadAsync();
    }

    private void Go(AlertStatus? status) =>
        Navigation.NavigateTo(Navigation.GetUriWithQueryParameter(StatusName, status is { } some ? EnumWord.Of(some) : null), replace: true);

    private async Task ReloadAsync()
    {
        _version++;
        if (_table is not null) await _table.ReloadAsync();
    }
}
