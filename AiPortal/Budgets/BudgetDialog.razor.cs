using System.Globalization;
using AiPortal.Access;
using AiPortal.Core.Access;
using AiPortal.Core.Analytics;
using AiPortal.Core.Analytics.Planning;
using AiPortal.Core.Budgets;
using AiPortal.Core.Budgets.Allocations;
using AiPortal.Core.Data;
using AiPortal.Core.Ledger.Counting;
using AiPortal.Core.Money;
using AiPortal.Core.Providers;
using AiPortal.Ui.Panels;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;
using Radzen;

namespace AiPortal.Budgets;

/// <summary>The form of a budget: what it is over and how much. Says what it would have done last month before it is saved.</summary>
public sealed partial class BudgetDialog
{
    private static readonly string[] Plain = ["quota_type", "scope_id", "total_quota", "period_type", "action", "downgrade_model", "hold", "unit"];
    private static readonly string[] Folded = ["name", "parent_id", "model", "provider_id", "daily_limit", "hourly_limit", "warning_threshold", "critical_threshold"];

    private const int MostProviders = 200;

    private Faults _faults = Faults.None;
    private BudgetDraft _before = new();
    private BudgetTrial? _trial;
    private int _trials;
    private bool _saving;
    private bool _more;
    private string? _name;
    private QuotaType _type = QuotaType.Team;
    private Guid? _scope;
    private string? _scopeName;
    private string? _total;
    private PeriodType _period = PeriodType.Monthly;
    private BudgetAction _action = BudgetAction.Block;
    private HoldKind _hold = HoldKind.Learned;
    private string? _downgrade;
    private Guid? _parent;
    private IReadOnlyList<(Guid Id, string Name)> _parents = [];
    private CountedUnit _unit;
    private string? _model;
    private Guid? _provider;
    private IReadOnlyList<(Guid Id, string Name)> _providers = [];
    private string? _daily;
    private string? _hourly;
    private string? _warning = "80";
    private string? _critical = "95";

    [Inject] internal IStringLocalizer<BudgetsText> Text { get; init; } = default!;

    [Inject] internal CreateBudget Create { get; init; } = default!;

    [Inject] internal ChangeBudget Change { get; init; } = default!;

    [Inject] internal BudgetPreview Preview { get; init; } = default!;

    [Inject] internal ParentChoices Parents { get; init; } = default!;

    [Inject] internal ProviderList Providers { get; init; } = default!;

    [Inject] internal CurrentActor Current { get; init; } = default!;

    [Inject] internal DialogService Dialogs { get; init; } = default!;

    /// <summary>The budget to change; null makes a new one.</summary>
    [Parameter] public BudgetNode? Node { get; set; }

    /// <summary>A key's own budget stays over its key.</summary>
    private bool Bound => Node?.Reading.Budget.OwnedByKey == true;

    private string OwnName => Text["OwnName", _type == QuotaType.Organization ? Text["Type." + _type].Value : _scopeName ?? Text["Type." + _type].Value, Text["Period." + _period.ToText()].Value];

    /// <summary>Opens the form; true when it was saved.</summary>
    internal static async Task<bool> ShowAsync(DialogService dialogs, string title, BudgetNode? node) =>
        await dialogs.OpenAsync<BudgetDialog>(title, new Dictionary<string, object?> { [nameof(Node)] = node }!, FormDialog.Wide(640)) is true;

    protected override async Task OnInitializedAsync()
    {
        // What is there is in the fields before anything is waited for: nothing typed meanwhile is overwritten.
        if (Node is { } node) Fill(node);
        var (_, organization) = await Current.HereAsync();
        _providers = [.. (await Providers.PageAsync(organization, new ProviderFilter(), MostProviders, null)).Data.Select(account => (account.Id, account.Name))];
        // An account that was removed stays what the budget counts until somebody chooses another.
        if (_provider is { } gone && _providers.All(account => account.Id != gone)) _providers = [.. _providers, (gone, Text["Gone"].Value)];
        if (Node is not null) await TryAsync();
    }

    private void Fill(BudgetNode node)
    {
        _before = BudgetDraft.Of(node.Reading.Budget);
        (_name, _type, _scope, _scopeName) = (_before.Name, _before.QuotaType, _before.ScopeId, node.Path.Count > 0 ? node.Path[^1] : Text["Gone"].Value);
        (_total, _period, _action, _hold) = (Shown(_before.TotalQuota), _before.PeriodType, _before.Action, _before.Hold);
        (_parent, _downgrade, _unit, _model, _provider) = (_before.ParentId, _before.DowngradeModel, _before.Unit, _before.Model, _before.ProviderId);
        (_daily, _hourly, _warning, _critical) = (Shown(_before.DailyLimit), Shown(_before.HourlyLimit), Shown(_before.WarningThreshold * 100), Shown(_before.CriticalThreshold * 100));
    }

    private async Task TypeAsync(ChangeEventArgs change)
    {
        (_type, _scope, _scopeName) = (Enum.Parse<QuotaType>(change.Value!.ToString()!), null, null);
        await TryAsync();
    }

    private async Task ChooseAsync(Choice? choice)
    {
        (_scope, _scopeName) = (choice?.Id, choice?.Name);
        await TryAsync();
    }

    /// <summary>What is typed is tried as it is; what is not yet whole shows nothing.</summary>
    private async Task TryAsync()
    {
        var ask = ++_trials;
        await ReadParentsAsync();
        var draft = Draft(_before, new FieldFaults());
        BudgetTrial? trial = null;
        if (draft.TotalQuota > 0 && (draft.QuotaType == QuotaType.Organization || draft.ScopeId != Guid.Empty))
        {
            var (actor, organization) = await Current.HereAsync();
            var outcome = await Preview.RunAsync(actor, organization, draft);
            trial = outcome.IsRefused ? null : outcome.Value;
        }

        // The answer to the latest question counts.
        if (ask == _trials) _trial = trial;
    }

    /// <summary>What the amount can come from: budgets of the same period around the scope.</summary>
    private async Task ReadParentsAsync()
    {
        var (actor, organization) = await Current.HereAsync();
        var scope = _type == QuotaType.Organization ? organization : _scope;
        _parents = scope is { } id && actor.May(Permission.ViewBudgets, organization)
            ? await Parents.ReadAsync(organization, _type, id, _period, _unit, Node?.Id) : [];
        if ((scope, _period, _unit) != (_before.ScopeId, _before.PeriodType, _before.Unit) && _parents.All(choice => choice.Id != _parent)) _parent = null;
    }

    private async Task SaveAsync()
    {
        if (_saving) return;
        var typed = new FieldFaults();
        var checkedDraft = Draft(_before, typed);
        if (typed.Any)
        {
            Show(typed.ToRefusal());
            return;
        }

        _saving = true;
        var (actor, organization) = await Current.HereAsync();
        var outcome = Node is { } node
            ? await Change.RunAsync(actor, organization, node.Id, before => Draft(before, new FieldFaults()))
            : await Create.RunAsync(actor, organization, checkedDraft);
        _saving = false;
        Show(outcome.Refusal);
        if (!outcome.IsRefused) Dialogs.Close(true);
    }

    private void Show(Refusal? refusal)
    {
        _faults = Faults.Of(refusal, Text, [.. Plain, .. Folded]);
        _more |= Folded.Any(field => _faults[field] is not null);
    }

    private BudgetDraft Draft(BudgetDraft before, FieldFaults typed)
    {
        typed.Require(_type == QuotaType.Organization || _scope is not null, "scope_id", Text["Fault.scope_id"]);
        return before with
        {
            Name = string.IsNullOrWhiteSpace(_name) ? OwnName : _name.Trim(),
            QuotaType = _type,
            ScopeId = _scope ?? Guid.Empty,
            TotalQuota = Read(_total, "total_quota", typed) ?? 0,
            PeriodType = _period,
            Action = _action,
            DowngradeModel = string.IsNullOrWhiteSpace(_downgrade) ? null : _downgrade.Trim(),
            Hold = _hold,
            ParentId = _parent,
            Unit = _unit,
            Model = string.IsNullOrWhiteSpace(_model) ? null : _model.Trim(),
            ProviderId = _provider,
            DailyLimit = Read(_daily, "daily_limit", typed),
            HourlyLimit = Read(_hourly, "hourly_limit", typed),
            WarningThreshold = (Read(_warning, "warning_threshold", typed) ?? 0) / 100,
            CriticalThreshold = (Read(_critical, "critical_threshold", typed) ?? 0) / 100,
        };
    }

    /// <summary>Null for nothing typed, and for what is no number, which is a fault.</summary>
    private decimal? Read(string? typed, string field, FieldFaults faults)
    {
        if (string.IsNullOrWhiteSpace(typed)) return null;
        if (decimal.TryParse(typed, NumberStyles.Number, CultureInfo.CurrentCulture, out var number)) return number;
        faults.Add(field, Text["Fault." + field]);
        return null;
    }

    private static string? Shown(decimal? amount) => amount?.ToString("0.############", CultureInfo.CurrentCulture);
}
