using System.Globalization;
using AiPortal.Access;
using AiPortal.Core.Billing;
using AiPortal.Core.Data;
using AiPortal.Ui.Panels;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;
using Radzen;

namespace AiPortal.Billing;

/// <summary>The form of a new bill; closes with the draft, or null.</summary>
public sealed partial class BillDialog
{
    private BillChoices? _choices;
    private Task _filled = Task.CompletedTask;
    private Refusal? _refusal;
    private string? _general;
    private string? _partFault;
    private bool _saving;
    private string? _period;
    private BillScope _scope;
    private Guid? _scopeId;
    private string? _currency;
    private string? _rate;

    [Inject] internal IStringLocalizer<BillText> Text { get; init; } = default!;

    [Inject] internal BillChoiceReader Choices { get; init; } = default!;

    [Inject] internal DraftBill Draft { get; init; } = default!;

    [Inject] internal CurrentActor Current { get; init; } = default!;

    [Inject] internal DialogService Dialogs { get; init; } = default!;

    /// <summary>The month to begin with; null is the last complete one.</summary>
    [Parameter] public string? Month { get; set; }

    private string Currency => _currency?.Trim().ToUpperInvariant() ?? "USD";

    internal static async Task<Bill?> ShowAsync(DialogService dialogs, string title, string? month) =>
        await dialogs.OpenAsync<BillDialog>(title, new Dictionary<string, object?> { [nameof(Month)] = month }!,
            FormDialog.Wide(460)) as Bill;

    protected override Task OnInitializedAsync() => _filled = FillAsync();

    // Nothing typed meanwhile is overwritten.
    private async Task FillAsync()
    {
        _choices = await Choices.ReadAsync((await Current.HereAsync()).OrganizationId);
        _period ??= Month ?? _choices.LastMonth;
        _currency ??= _choices.Currency;
    }

    private async Task SaveAsync()
    {
        await _filled;
        _partFault = _scope != BillScope.Organization && _scopeId is null ? Text["Fault.scope"].Value : null;
        if (_saving || _partFault is not null) return;
        var rate = Rate();
        if (_rate is { Length: > 0 } && rate is null && Currency != "USD")
        {
            _refusal = Refusal.Field("exchange_rate", Text["Fault.exchange_rate"]);
            return;
        }

        _saving = true;
        var (actor, organization) = await Current.HereAsync();
        var outcome = await Draft.RunAsync(actor, organization, new BillDraft
        {
            Period = _period,
            Scope = _scope,
            ScopeId = _scope == BillScope.Organization ? null : _scopeId,
            Currency = Currency,
            ExchangeRate = rate,
        });
        _saving = false;
        _refusal = outcome.Refusal;
        _general = outcome.Refusal is { Errors: null } refusal ? Words(refusal.Code, refusal.Message) : null;
        if (!outcome.IsRefused) Dialogs.Close(outcome.Value);
    }

    // People write 7,1 where their language does.
    private decimal? Rate() => Currency == "USD" ? 1m
        : decimal.TryParse(_rate, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var plain) ? plain
        : decimal.TryParse(_rate, NumberStyles.AllowDecimalPoint, CultureInfo.CurrentCulture, out var local) ? local : null;

    private string? Fault(string field) =>
        _refusal?.Errors is { } errors && errors.TryGetValue(field, out var messages) ? Words(field, messages[0]) : null;

    private string? Invalid(string field) => Fault(field) is null ? null : "true";

    private string Words(string name, string message)
    {
        var own = Text["Fault." + name];
        return own.ResourceNotFound ? message : own.Value;
    }
}
