using AiPortal.Access;
using AiPortal.Core.Audit;
using AiPortal.Core.Data;
using AiPortal.Core.Environments;
using AiPortal.Ui.Figures;
using AiPortal.Ui.Panels;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;
using Radzen;

namespace AiPortal.Environments;

/// <summary>What a copy would do, before it does it. Closes with what was done, or asked for; null when left.</summary>
public sealed partial class EnvironmentCopyDialog
{
    private Guid? _from;
    private Guid? _to;
    private CopyPlan? _plan;
    private string? _fault;
    private bool _working;
    private Dictionary<Guid, string> _names = [];

    [Inject] internal IStringLocalizer<EnvironmentsText> Text { get; init; } = default!;

    [Inject] internal CopyEnvironment Copy { get; init; } = default!;

    [Inject] internal CurrentActor Current { get; init; } = default!;

    [Inject] internal DialogService Dialogs { get; init; } = default!;

    [Parameter, EditorRequired] public IReadOnlyList<EnvironmentLine> Lines { get; set; } = [];

    /// <summary>The environment that is proposed to copy from.</summary>
    [Parameter] public Guid? From { get; set; }

    private bool HasWork => _plan is { } plan && plan.Count(CopyAction.Skip) < plan.Items.Count;

    internal static async Task<CopyPlan?> ShowAsync(DialogService dialogs, string title, IReadOnlyList<EnvironmentLine> lines, Guid? from) =>
        await dialogs.OpenAsync<EnvironmentCopyDialog>(title, new Dictionary<string, object?> { [nameof(Lines)] = lines, [nameof(From)] = from }!, FormDialog.Wide(680)) as CopyPlan;

    protected override void OnInitialized()
    {
        _from = From;
        _names = Lines.ToDictionary(line => line.Id, line => line.Name);
    }

    private static Meaning MeaningOf(CopyAction action) => action switch
    {
        CopyAction.Create => Meaning.Good,
        CopyAction.Change => Meaning.Notice,
        CopyAction.Skip => Meaning.Neutral,
    };

    /// <summary>A policy's name is the kind of change that it is about.</summary>
    private string NameOf(CopyItem item) => item.Kind == CopyKind.Policy && Text["Policy." + item.Name] is { ResourceNotFound: false } word ? word.Value : item.Name;

    private static string? JsonOf(object? note) => AuditTrail.Text(note);

    private async Task ChooseAsync(ChangeEventArgs change, bool first)
    {
        Guid? chosen = Guid.TryParse(change.Value?.ToString(), out var id) ? id : null;
        if (first) (_from, _to) = (chosen, _to == chosen ? null : _to);
        else _to = chosen;
        _fault = null;
        await LookAsync();
    }

    private async Task LookAsync()
    {
        _plan = null;
        if (_from is not { } from || _to is not { } to) return;
        var (actor, organization) = await Current.HereAsync();
        var outcome = await Copy.PreviewAsync(actor, organization, new CopyDraft(from, to));
        // Another choice may have been made meanwhile.
        if ((from, to) != (_from, _to)) return;
        if (outcome.IsRefused) _fault = Faults.Of(outcome.Refusal, Text).General;
        else _plan = outcome.Value;
    }

    private async Task ApplyAsync()
    {
        if (_working || _plan is not { } plan) return;
        _working = true;
        var (actor, organization) = await Current.HereAsync();
        var outcome = await Copy.RunAsync(actor, organization, new CopyDraft(_from!.Value, _to!.Value, plan.Version));
        _working = false;
        if (outcome.Refusal is { Kind: RefusalKind.Waiting }) Dialogs.Close(plan with { NeedsApproval = true });
        else if (outcome.IsRefused)
        {
            _fault = Faults.Of(outcome.Refusal, Text).General;
            // What is not as it was shown is shown anew.
            await LookAsync();
        }
        else Dialogs.Close(outcome.Value);
    }
}
