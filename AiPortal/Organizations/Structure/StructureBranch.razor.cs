using AiPortal.Access;
using AiPortal.Core.Access;
using AiPortal.Core.Data;
using AiPortal.Core.Organizations;
using AiPortal.Ui.Figures;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;

namespace AiPortal.Organizations.Structure;

/// <summary>One level of the structure; the levels below are read when they are unfolded.</summary>
public sealed partial class StructureBranch
{
    private const int Step = 100;
    private StructureLevel? _level;
    private int _take = Step;
    private (StructureKind?, (StructureKind, Guid)?, string?, int)? _read;

    [Inject] internal IStringLocalizer<StructureText> Text { get; init; } = default!;

    [Inject] internal StructureTree Tree { get; init; } = default!;

    [Inject] internal CurrentActor Current { get; init; } = default!;

    /// <summary>All of a kind; null: the tree.</summary>
    [Parameter] public StructureKind? Kind { get; set; }

    /// <summary>What this level hangs below; null: nothing.</summary>
    [Parameter] public (StructureKind Kind, Guid Id)? Parent { get; set; }

    /// <summary>Finds parts of every kind instead.</summary>
    [Parameter] public string? Search { get; set; }

    /// <summary>Another one: read anew.</summary>
    [Parameter] public int Version { get; set; }

    /// <summary>The parts that are unfolded; shared by all levels of a page.</summary>
    [Parameter, EditorRequired] public HashSet<Guid> Open { get; set; } = [];

    [Parameter] public EventCallback<StructureNode> OnOpen { get; set; }

    /// <summary>Shown where there is nothing.</summary>
    [Parameter] public RenderFragment? Empty { get; set; }

    private bool Nests => Kind is null && Search is null;

    protected override async Task OnParametersSetAsync()
    {
        var wanted = (Kind, Parent, Search, Version);
        if (_read == wanted) return;
        if (_read is not { } before || (before.Item1, before.Item3) != (Kind, Search)) (_level, _take) = (null, Step);
        _read = wanted;
        await ReadAsync();
    }

    private async Task ReadAsync()
    {
        var (actor, organization) = await Current.HereAsync();
        if (!actor.May(Permission.ViewStructure, organization)) return;
        _level = Search is { } text ? await Tree.SearchAsync(organization, text, _take)
            : Kind is { } kind ? await Tree.AllAsync(organization, kind, _take)
            : await Tree.BelowAsync(organization, Parent?.Kind, Parent?.Id, _take);
    }

    private void Fold(Guid id)
    {
        if (!Open.Remove(id)) Open.Add(id);
    }

    private Task MoreAsync()
    {
        _take += Step;
        return ReadAsync();
    }

    private IEnumerable<string> Notes(StructureNode node)
    {
        if (Search is not null) yield return Text["Kind." + EnumWord.Of(node.Kind)];
        if (node.Draft.Code is { } code) yield return code;
        if (node.Members > 0) yield return node.Members == 1 ? Text["Members.one"] : Text["Members.count", Formats.Current.CountExact(node.Members)];
        if (LimitWords.Of(node.Draft.Limits, Text) is { } limits) yield return limits;
    }

    internal static string IconOf(StructureKind kind) => kind switch
    {
        StructureKind.Department => "organization",
        StructureKind.Team => "members",
        StructureKind.Project => "project",
        StructureKind.CostCenter => "bills",
        StructureKind.Environment => "monitor",
    };
}
