using AiPortal.Access;
using AiPortal.Core.Access;
using AiPortal.Core.Data;
using AiPortal.Core.Organizations;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;
using Radzen;

namespace AiPortal.Organizations.Structure;

/// <summary>What can cost be attributed to, and how does it hang together?</summary>
public sealed partial class StructurePage
{
    private const string SearchName = "q";
    private const string ShowName = "show";
    private readonly HashSet<Guid> _unfolded = [];
    private (StructureKind Kind, Guid Id)? _open;
    private bool _allowed = true;
    private bool _mayChange;
    private int _version;

    [Inject] internal IStringLocalizer<StructureText> Text { get; init; } = default!;

    [Inject] internal CurrentActor Current { get; init; } = default!;

    [Inject] internal NavigationManager Navigation { get; init; } = default!;

    [Inject] internal DialogService Dialogs { get; init; } = default!;

    [SupplyParameterFromQuery(Name = SearchName)] private string? Search { get; set; }

    [SupplyParameterFromQuery(Name = ShowName)] private string? ShowWord { get; set; }

    /// <summary>Null: the tree of departments, teams and projects.</summary>
    private StructureKind? Shown => EnumWord.TryParse<StructureKind>(ShowWord, out var kind) && kind is StructureKind.CostCenter or StructureKind.Environment ? kind : null;

    private string ShownWord => Shown is { } kind ? EnumWord.Of(kind) : "tree";

    private StructureKind[] Kinds => Shown is { } kind ? [kind] : [StructureKind.Team, StructureKind.Department, StructureKind.Project];

    private string AddWord => Shown is { } kind ? Text["Add." + EnumWord.Of(kind)] : Text["Add"];

    private IReadOnlyList<(StructureKind?, string)> Shows =>
        [(null, Text["Show.tree"]), (StructureKind.CostCenter, Text["Show.cost_center"]), (StructureKind.Environment, Text["Show.environment"])];

    protected override async Task OnInitializedAsync()
    {
        var (actor, organization) = await Current.HereAsync();
        _allowed = actor.May(Permission.ViewStructure, organization);
        _mayChange = actor.May(Permission.ManageStructure, organization);
    }

    private void Go(string name, string? value) =>
        Navigation.NavigateTo(Navigation.GetUriWithQueryParameter(name, string.IsNullOrEmpty(value) ? null : value), replace: true);

    private async Task AddAsync(IReadOnlyList<StructureKind> kinds, Guid? parent)
    {
        if (await StructureDialog.AddAsync(Dialogs, kinds.Count == 1 ? Text["Add." + EnumWord.Of(kinds[0])] : Text["Add"], kinds, parent) is null) return;
        if (parent is { } unfolded) _unfolded.Add(unfolded);
        Reread();
    }

    private void Reread() => _version++;
}
