using AiPortal.Access;
using AiPortal.Core.Access;
using AiPortal.Core.Budgets.Leases;
using AiPortal.Ui.Figures;
using AiPortal.Ui.Panels;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;
using Radzen;

namespace AiPortal.Ledger;

/// <summary>The processes that serve calls, what each holds of the budgets, and the way to give up one that does not come back.</summary>
public sealed partial class NodesCard
{
    private IReadOnlyList<NodeReading>? _nodes;
    private string? _fault;
    private bool _mayWriteOff;
    private bool _busy;

    private enum NodeState { Alive, Ended, Lost, WrittenOff }

    [Inject] internal IStringLocalizer<LedgerText> Text { get; init; } = default!;

    [Inject] internal NodeList Nodes { get; init; } = default!;

    [Inject] internal WriteOffNode WriteOff { get; init; } = default!;

    [Inject] internal CurrentActor Current { get; init; } = default!;

    [Inject] internal DialogService Dialogs { get; init; } = default!;

    protected override Task OnInitializedAsync() => ReadAsync();

    private async Task ReadAsync()
    {
        var (actor, organization) = await Current.HereAsync();
        if (!actor.May(Permission.ViewBudgets, organization)) return;
        _mayWriteOff = actor.May(Permission.ManageOrganization, organization);
        // Processes of former days that left nothing behind tell nothing.
        _nodes = [.. (await Nodes.ReadAsync(organization)).Where(node => StateOf(node) != NodeState.Ended)];
    }

    private async Task WriteOffAsync(NodeReading node)
    {
        var held = Formats.Current.Money(node.LeasedUsd, "USD");
        if (!await ConfirmDialog.AskAsync(Dialogs, Text["Nodes.WriteOff.Title", node.Name], Text["Nodes.WriteOff.Message", held], Text["Nodes.WriteOff"], destructive: true)) return;
        _busy = true;
        var (actor, organization) = await Current.HereAsync();
        var outcome = await WriteOff.RunAsync(actor, organization, node.Id);
        _busy = false;
        _fault = outcome.Refusal is { } refusal ? Faults.Of(refusal, Text).General : null;
        await ReadAsync();
    }

    private static NodeState StateOf(NodeReading node) => node switch
    {
        { WrittenOffAt: not null, UnknownUsd: > 0 } => NodeState.WrittenOff,
        { Alive: true } => NodeState.Alive,
        { LeasedUsd: > 0 } => NodeState.Lost,
        _ => NodeState.Ended,
    };

    private static Meaning MeaningOf(NodeReading node) => StateOf(node) switch
    {
        NodeState.Alive => Meaning.Good,
        NodeState.Lost => Meaning.Warning,
        NodeState.WrittenOff => Meaning.Stop,
        NodeState.Ended => Meaning.Neutral,
    };
}
