using System.Globalization;
using AiPortal.Access;
using AiPortal.Core.Data;
using AiPortal.Core.Ledger.Health;
using AiPortal.Core.Records;
using AiPortal.Ui.Panels;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;
using Radzen;

namespace AiPortal.Ledger;

/// <summary>A person says what an unknown outcome cost, and how he knows.</summary>
public sealed partial class ResolveDialog
{
    private Faults _faults = Faults.None;
    private string? _cost;
    private string? _reason;
    private bool _saving;

    [Inject] internal IStringLocalizer<LedgerText> Text { get; init; } = default!;

    [Inject] internal ResolveOutcome Resolve { get; init; } = default!;

    [Inject] internal CurrentActor Current { get; init; } = default!;

    [Inject] internal DialogService Dialogs { get; init; } = default!;

    [Parameter, EditorRequired] public UnknownOutcome Row { get; set; } = default!;

    /// <summary>True when it was resolved.</summary>
    internal static async Task<bool> ShowAsync(DialogService dialogs, string title, UnknownOutcome row) =>
        await dialogs.OpenAsync<ResolveDialog>(title, new Dictionary<string, object?> { [nameof(Row)] = row }!, new DialogOptions { Width = "min(480px, 96vw)", CloseDialogOnEsc = true }) is true;

    private async Task SaveAsync()
    {
        if (_saving) return;
        if (!decimal.TryParse(_cost, NumberStyles.Number, CultureInfo.CurrentCulture, out var cost))
        {
            _faults = Faults.Of(Refusal.Field("cost", Text["Fault.cost"]), Text, "cost");
            return;
        }

        _saving = true;
        var (actor, organization) = await Current.HereAsync();
        var outcome = await Resolve.RunAsync(actor, organization, Row.Id, new Resolution(cost, null, _reason));
        _saving = false;
        _faults = Faults.Of(outcome.Refusal, Text, "cost", "reason");
        if (!outcome.IsRefused) Dialogs.Close(true);
    }
}
