using AiPortal.Access;
using AiPortal.Core.Access;
using AiPortal.Core.Data;
using AiPortal.Core.Organizations;
using AiPortal.Ui.Panels;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;
using Radzen;

namespace AiPortal.Organizations.Structure;

/// <summary>One part of the structure: its place, what refers to it, and the changes.</summary>
public sealed partial class StructureDrawer
{
    private (StructureKind, Guid)? _shown;
    private StructureDetail? _part;
    private string? _fault;

    [Inject] internal IStringLocalizer<StructureText> Text { get; init; } = default!;

    [Inject] internal StructureTree Tree { get; init; } = default!;

    [Inject] internal IEnumerable<IStructureChanges> Changes { get; init; } = default!;

    [Inject] internal CurrentActor Current { get; init; } = default!;

    [Inject] internal DialogService Dialogs { get; init; } = default!;

    /// <summary>The part shown; null: the drawer is in.</summary>
    [Parameter, EditorRequired] public (StructureKind Kind, Guid Id)? Part { get; set; }

    [Parameter] public bool MayChange { get; set; }

    [Parameter] public EventCallback OnClose { get; set; }

    /// <summary>The part is another now, or gone.</summary>
    [Parameter] public EventCallback OnChanged { get; set; }

    /// <summary>Something is to be added below it.</summary>
    [Parameter] public EventCallback<(StructureKind Kind, Guid Parent)> OnAdd { get; set; }

    protected override async Task OnParametersSetAsync()
    {
        if (_shown == Part) return;
        (_shown, _fault) = (Part, null);
        await ReadAsync();
    }

    private static StructureKind[] Below(StructureKind kind) => kind switch
    {
        StructureKind.Department => [StructureKind.Team, StructureKind.Department],
        StructureKind.Team => [StructureKind.Project],
        StructureKind.Project or StructureKind.CostCenter or StructureKind.Environment => [],
    };

    private async Task ReadAsync()
    {
        var (actor, organization) = await Current.HereAsync();
        _part = _shown is var (kind, id) && actor.May(Permission.ViewStructure, organization) ? await Tree.FindAsync(organization, kind, id) : null;
    }

    private async Task EditAsync()
    {
        if (_part is not { Node: var node } || await StructureDialog.EditAsync(Dialogs, Text["Edit." + EnumWord.Of(node.Kind)], node) is null) return;
        await ReadAsync();
        await OnChanged.InvokeAsync();
    }

    private async Task RemoveAsync()
    {
        if (_part is not { Node: var node } || !await ConfirmDialog.AskAsync(Dialogs, Text["Remove"], Text["Remove.Message", node.Name], Text["Remove"], destructive: true)) return;
        var (actor, organization) = await Current.HereAsync();
        var outcome = await Changes.Single(change => change.Kind == node.Kind).RemoveAsync(actor, organization, node.Id);
        _fault = Faults.Of(outcome.Refusal, Text).General;
        if (outcome.IsRefused) return;
        await OnClose.InvokeAsync();
        await OnChanged.InvokeAsync();
    }
}
