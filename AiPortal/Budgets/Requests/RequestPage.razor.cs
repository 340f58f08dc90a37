using System.Globalization;
using AiPortal.Access;
using AiPortal.Core.Access;
using AiPortal.Core.Budgets;
using AiPortal.Core.Budgets.Requests;
using AiPortal.Core.Data;
using AiPortal.Core.Money;
using AiPortal.Ui.Panels;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;

namespace AiPortal.Budgets.Requests;

/// <summary>A budget refused my call: how much is there, and how do I get more?</summary>
public sealed partial class RequestPage
{
    private const string PeriodName = "period";
    private Guid _organization;
    private BudgetReading? _reading;
    private BudgetRequest? _open;
    private IReadOnlyList<BudgetRequest> _mine = [];
    private Faults _faults = Faults.None;
    private PeriodType _period;
    private string? _amount;
    private string? _reason;
    private string? _unread;
    private bool _read;
    private bool _saving;

    [Inject] internal IStringLocalizer<RequestsText> Text { get; init; } = default!;

    [Inject] internal IStringLocalizer<BudgetsText> Budgets { get; init; } = default!;

    [Inject] internal ResourceLocator Resources { get; init; } = default!;

    [Inject] internal BudgetList Readings { get; init; } = default!;

    [Inject] internal BudgetRequestList Requests { get; init; } = default!;

    [Inject] internal AskForBudget Ask { get; init; } = default!;

    [Inject] internal CurrentActor Current { get; init; } = default!;

    [Parameter] public Guid Id { get; set; }

    [SupplyParameterFromQuery(Name = PeriodName)] private string? PeriodWord { get; set; }

    protected override async Task OnParametersSetAsync()
    {
        await ReadAsync();
        if (_reading is { Budget.PeriodType: var own } reading)
            _period = PeriodTypes.TryParse(PeriodWord, out var asked) && reading.Lines.Any(line => line.Line.PeriodType == asked) ? asked : own;
    }

    /// <summary>The link may be of any organization of the reader, not just the one he looks at.</summary>
    private async Task ReadAsync()
    {
        var actor = await Current.GetAsync();
        if (await Resources.OrganizationOfAsync<Budget>(actor, Id) is { } organization && actor.May(Permission.RequestBudget, organization))
        {
            _organization = organization;
            _reading = await Readings.FindAsync(organization, Id);
            var mine = (await Requests.ReadAsync(organization, new BudgetRequestFilter(Id, UserId: actor.Id), 10)).Data;
            _open = mine.FirstOrDefault(request => request.Status == BudgetRequestStatus.Open);
            _mine = [.. mine.Where(request => request.Status != BudgetRequestStatus.Open)];
        }

        _read = true;
    }

    private async Task AskAsync()
    {
        if (_saving) return;
        _unread = decimal.TryParse(_amount, NumberStyles.Number, CultureInfo.CurrentCulture, out var amount) ? null : Text["Fault.amount"].Value;
        if (_unread is not null) return;
        _saving = true;
        var outcome = await Ask.RunAsync(await Current.GetAsync(), _organization, Id, new BudgetRequestDraft(amount, _reason ?? "", _period));
        _saving = false;
        _faults = Faults.Of(outcome.Refusal, Text, "amount", "reason", "period_type");
        if (!outcome.IsRefused) await ReadAsync();
    }
}
