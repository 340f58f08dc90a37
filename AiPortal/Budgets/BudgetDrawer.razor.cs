using AiPortal.Access;
using AiPortal.Core.Access;
using AiPortal.Core.Analytics.Planning;
using AiPortal.Core.Budgets;
using AiPortal.Core.Data;
using AiPortal.Core.Providers;
using AiPortal.Ui.Figures;
using AiPortal.Ui.Panels;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;
using Radzen;

namespace AiPortal.Budgets;

/// <summary>One budget: each of its limits as it stands, what is to come of it; change, reset, delete.</summary>
public sealed partial class BudgetDrawer
{
    private Guid? _shown;
    private BudgetNode? _node;
    private BudgetForecast? _forecast;
    private string? _provider;
    private string? _fault;
    private bool _own;

    [Inject] internal IStringLocalizer<BudgetsText> Text { get; init; } = default!;

    [Inject] internal BudgetTree Tree { get; init; } = default!;

    [Inject] internal BudgetForecasts Forecasts { get; init; } = default!;

    [Inject] internal ProviderList Providers { get; init; } = default!;

    [Inject] internal ResetBudget Reset { get; init; } = default!;

    [Inject] internal RemoveBudget Removal { get; init; } = default!;

    [Inject] internal CurrentActor Current { get; init; } = default!;

    [Inject] internal DialogService Dialogs { get; init; } = default!;

    [CascadingParameter] private DisplayZone Zone { get; set; } = DisplayZone.Utc;

    /// <summary>The budget shown; null: the drawer is in.</summary>
    [Parameter, EditorRequired] public Guid? BudgetId { get; set; }

    [Parameter] public bool MayChange { get; set; }

    [Parameter] public EventCallback OnClose { get; set; }

    /// <summary>The budget is another now, or gone.</summary>
    [Parameter] public EventCallback OnChanged { get; set; }

    /// <summary>Reads the figures anew.</summary>
    public async Task ReloadAsync()
    {
        await ReadAsync();
        StateHasChanged();
    }

    protected override async Task OnParametersSetAsync()
    {
        if (_shown == BudgetId) return;
        (_shown, _fault) = (BudgetId, null);
        await ReadAsync();
    }

    private async Task ReadAsync()
    {
        if (_shown is not { } id)
        {
            _node = null;
            return;
        }

        var (actor, organization) = await Current.HereAsync();
        var node = actor.May(Permission.ViewBudgets, organization) ? await Tree.FindAsync(organization, id) : null;
        var forecast = node is null ? null : (await Forecasts.ReadAsync(organization, [node.Reading])).GetValueOrDefault(id);
        var provider = node?.Reading.Budget.ProviderId is { } account ? (await Providers.FindAsync(organization, account))?.Name : null;
        // Another may have been opened meanwhile.
        if (_shown != id) return;
        (_node, _forecast, _provider) = (node, forecast, provider);
        _own = node is not null && OwnLimits.IsOwn(actor.PlacesFor(Permission.ManageBudgets, organization), node.Reading.Budget.QuotaType, node.Reading.Budget.ScopeId);
    }

    private async Task EditAsync()
    {
        if (_node is { } node && await BudgetDialog.ShowAsync(Dialogs, Text["Edit.Title"], node)) await OnChanged.InvokeAsync();
    }

    private async Task ResetAsync()
    {
        if (_node is not { Reading.Budget: var budget }
            || !await ConfirmDialog.AskAsync(Dialogs, Text["Reset"], Text["Reset.Message", budget.Name], Text["Reset"], destructive: true)) return;
        var (actor, organization) = await Current.HereAsync();
        var outcome = await Reset.RunAsync(actor, organization, budget.Id);
        _fault = Faults.Of(outcome.Refusal, Text).General;
        if (!outcome.IsRefused) await OnChanged.InvokeAsync();
    }

    private async Task RemoveAsync()
    {
        if (_node is not { Reading.Budget: var budget }
            || !await ConfirmDialog.AskAsync(Dialogs, Text["Delete"], Text["Delete.Message", budget.Name], Text["Delete"], destructive: true)) return;
        var (actor, organization) = await Current.HereAsync();
        var outcome = await Removal.RunAsync(actor, organization, budget.Id);
        _fault = Faults.Of(outcome.Refusal, Text).General;
        if (outcome.IsRefused) return;
        await OnClose.InvokeAsync();
        await OnChanged.InvokeAsync();
    }
}
