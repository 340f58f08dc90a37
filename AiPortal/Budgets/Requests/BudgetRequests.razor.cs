using AiPortal.Access;
using AiPortal.Core.Access;
using AiPortal.Core.Budgets;
using AiPortal.Core.Budgets.Requests;
using AiPortal.Ui.Panels;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;

namespace AiPortal.Budgets.Requests;

/// <summary>Who asks for more of this budget? Grant it, or say why not.</summary>
public sealed partial class BudgetRequests
{
    private const int Most = 50;
    private IReadOnlyList<BudgetRequest> _requests = [];
    private Faults _faults = Faults.None;
    private BudgetReading? _shown;
    private Guid? _declining;
    private string? _comment;
    private bool _saving;

    [Inject] internal IStringLocalizer<RequestsText> Text { get; init; } = default!;

    [Inject] internal BudgetRequestList Requests { get; init; } = default!;

    [Inject] internal DecideBudgetRequest Decide { get; init; } = default!;

    [Inject] internal CurrentActor Current { get; init; } = default!;

    /// <summary>The budget as just read; read anew, so are the requests.</summary>
    [Parameter, EditorRequired] public BudgetReading Reading { get; set; } = default!;

    [Parameter] public bool MayChange { get; set; }

    /// <summary>The limit may be another now.</summary>
    [Parameter] public EventCallback OnChanged { get; set; }

    protected override async Task OnParametersSetAsync()
    {
        if (ReferenceEquals(_shown, Reading)) return;
        _shown = Reading;
        var (actor, organization) = await Current.HereAsync();
        _requests = actor.May(Permission.ViewBudgets, organization)
            ? (await Requests.ReadAsync(organization, new BudgetRequestFilter(Reading.Budget.Id, BudgetRequestStatus.Open), Most)).Data : [];
    }

    private void Refuse(BudgetRequest request) => (_declining, _comment, _faults) = (request.Id, null, Faults.None);

    private async Task DecideAsync(BudgetRequest request, bool grant)
    {
        if (_saving) return;
        _saving = true;
        var (actor, organization) = await Current.HereAsync();
        var outcome = grant
            ? await Decide.GrantAsync(actor, organization, request.BudgetId, request.Id)
            : await Decide.DeclineAsync(actor, organization, request.BudgetId, request.Id, _comment ?? "");
        _saving = false;
        _faults = Faults.Of(outcome.Refusal, Text, "comment");
        if (outcome.IsRefused) return;
        _declining = null;
        await OnChanged.InvokeAsync();
    }
}
