using System.Globalization;
using AiPortal.Access;
using AiPortal.Core.Records;
using AiPortal.Ui.Figures;
using AiPortal.Ui.Panels;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;
using Radzen;

namespace AiPortal.Records;

/// <summary>Gives back what a record cost, or corrects it to what it should have cost; closes with true when the ledger has it.</summary>
public sealed partial class CorrectionDialog
{
    private CorrectionTarget? _target;
    private Task _filled = Task.CompletedTask;
    private Faults _faults = Faults.None;
    private string? _unread;
    private string? _amount;
    private string? _reason;
    private bool _saving;

    [Inject] internal IStringLocalizer<RecordsText> Text { get; init; } = default!;

    [Inject] internal CorrectionList Corrections { get; init; } = default!;

    [Inject] internal RefundRecord Refund { get; init; } = default!;

    [Inject] internal AdjustRecord Adjust { get; init; } = default!;

    [Inject] internal CurrentActor Current { get; init; } = default!;

    [Inject] internal DialogService Dialogs { get; init; } = default!;

    [Parameter, EditorRequired] public Guid RecordId { get; set; }

    /// <summary>A refund; else a correction up or down.</summary>
    [Parameter] public bool Refunds { get; set; }

    private string Difference => UsdInput.Read(_amount) is { } wanted && wanted != _target!.Left
        ? Text[wanted > _target.Left ? "Help.Raises" : "Help.Lowers", Formats.Current.MoneyExact(Math.Abs(wanted - _target.Left), "USD")]
        : Text["Help.ShouldCost"];

    internal static async Task<bool> ShowAsync(DialogService dialogs, string title, Guid recordId, bool refunds) =>
        await dialogs.OpenAsync<CorrectionDialog>(title, new Dictionary<string, object?> { [nameof(RecordId)] = recordId, [nameof(Refunds)] = refunds }!,
            FormDialog.Wide(460)) is true;

    protected override Task OnInitializedAsync() => _filled = FillAsync();

    // Nothing typed meanwhile is overwritten.
    private async Task FillAsync()
    {
        _target = await Corrections.FindAsync((await Current.HereAsync()).OrganizationId, RecordId);
        _amount ??= _target?.Left.ToString("0.##########", CultureInfo.CurrentCulture);
    }

    private async Task SaveAsync()
    {
        await _filled;
        if (_saving || _target is not { } target) return;
        var amount = UsdInput.Read(_amount);
        _unread = amount is null ? Text["Fault.amount"].Value : null;
        if (amount is not { } usd) return;
        _saving = true;
        var (actor, organization) = await Current.HereAsync();
        var outcome = Refunds
            ? await Refund.RunAsync(actor, organization, RecordId, usd, _reason)
            : await Adjust.RunAsync(actor, organization, RecordId, usd - target.Left, _reason);
        _saving = false;
        _faults = Faults.Of(outcome.Refusal, Text, "amount", "reason");
        if (!outcome.IsRefused) Dialogs.Close(true);
    }
}
