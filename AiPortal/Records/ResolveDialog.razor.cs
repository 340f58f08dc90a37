using System.Globalization;
using AiPortal.Access;
using AiPortal.Core.Catalog;
using AiPortal.Core.Records;
using AiPortal.Ui.Panels;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;
using Radzen;

namespace AiPortal.Records;

/// <summary>Says what became of an unknown outcome; closes with true when the ledger has it.</summary>
public sealed partial class ResolveDialog
{
    private CorrectionTarget? _target;
    private Task _filled = Task.CompletedTask;
    private Faults _faults = Faults.None;
    private ResolveBy _by;
    private string? _unread;
    private string? _cost;
    private string? _input;
    private string? _cached;
    private string? _output;
    private string? _reason;
    private bool _saving;

    private enum ResolveBy { NotServed, Cost, Usage }

    [Inject] internal IStringLocalizer<RecordsText> Text { get; init; } = default!;

    [Inject] internal CorrectionList Corrections { get; init; } = default!;

    [Inject] internal ResolveOutcome Resolve { get; init; } = default!;

    [Inject] internal CurrentActor Current { get; init; } = default!;

    [Inject] internal DialogService Dialogs { get; init; } = default!;

    [Parameter, EditorRequired] public Guid RecordId { get; set; }

    private IReadOnlyList<(ResolveBy, string)> Ways => [.. Enum.GetValues<ResolveBy>().Select(by => (by, Text["Resolve.By." + by].Value))];

    internal static async Task<bool> ShowAsync(DialogService dialogs, string title, Guid recordId) =>
        await dialogs.OpenAsync<ResolveDialog>(title, new Dictionary<string, object?> { [nameof(RecordId)] = recordId }!,
            FormDialog.Wide(500)) is true;

    protected override Task OnInitializedAsync() => _filled = FillAsync();

    private async Task FillAsync() => _target = await Corrections.FindAsync((await Current.HereAsync()).OrganizationId, RecordId);

    private async Task SaveAsync()
    {
        await _filled;
        if (_saving || _target is null || Read() is not { } resolution) return;
        _saving = true;
        var (actor, organization) = await Current.HereAsync();
        var outcome = await Resolve.RunAsync(actor, organization, RecordId, resolution);
        _saving = false;
        _faults = Faults.Of(outcome.Refusal, Text, "cost", "usage", "reason");
        if (!outcome.IsRefused) Dialogs.Close(true);
    }

    /// <summary>Null, with the fault shown, where a figure is none.</summary>
    private Resolution? Read()
    {
        _unread = null;
        switch (_by)
        {
            case ResolveBy.NotServed:
                return new Resolution(0, null, _reason);
            case ResolveBy.Cost:
                if (UsdInput.Read(_cost) is { } cost) return new Resolution(cost, null, _reason);
                _unread = Text["Fault.cost"];
                return null;
            default:
                if (Units(_input, false) is { } input && Units(_cached, true) is { } cached && Units(_output, false) is { } output && cached <= input)
                    return new Resolution(null, new Usage(input - cached, cached, 0, output, 0), _reason);
                _unread = Text["Fault.usage"];
                return null;
        }
    }

    private static long? Units(string? text, bool optional) => optional && string.IsNullOrWhiteSpace(text) ? 0
        : long.TryParse(text?.Trim(), NumberStyles.AllowThousands, CultureInfo.InvariantCulture, out var units) ? units : null;
}
