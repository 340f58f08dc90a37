using AiPortal.Access;
using AiPortal.Core.Organizations;
using AiPortal.Core.Tenancy;
using AiPortal.Ui.Panels;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;
using Radzen;

namespace AiPortal.Organizations.Structure;

/// <summary>The form of a part of the structure. Closes with its id; null when left.</summary>
public sealed partial class StructureDialog
{
    private static readonly string[] Limits = ["rate_limit.rpm", "rate_limit.tpm", "rate_limit.concurrency"];
    private Faults _faults = Faults.None;
    private IReadOnlyList<StructureNode> _parents = [];
    private bool _saving;
    private bool _more;
    private StructureKind _kind;
    private string _name = "";
    private string? _code;
    private Guid? _parent;
    private int? _rpm;
    private int? _tpm;
    private int? _concurrency;

    [Inject] internal IStringLocalizer<StructureText> Text { get; init; } = default!;

    [Inject] internal StructureTree Tree { get; init; } = default!;

    [Inject] internal IEnumerable<IStructureChanges> Changes { get; init; } = default!;

    [Inject] internal CurrentActor Current { get; init; } = default!;

    [Inject] internal DialogService Dialogs { get; init; } = default!;

    /// <summary>What may be added; the first is proposed.</summary>
    [Parameter, EditorRequired] public IReadOnlyList<StructureKind> Kinds { get; set; } = [];

    /// <summary>The part to change; null adds one.</summary>
    [Parameter] public StructureNode? Node { get; set; }

    /// <summary>Where a new one hangs.</summary>
    [Parameter] public Guid? ParentId { get; set; }

    private string? ParentField => _kind switch
    {
        StructureKind.Department => "parent_id",
        StructureKind.Team => "department_id",
        StructureKind.Project => "team_id",
        StructureKind.CostCenter or StructureKind.Environment => null,
    };

    internal static async Task<Guid?> AddAsync(DialogService dialogs, string title, IReadOnlyList<StructureKind> kinds, Guid? parent) =>
        await OpenAsync(dialogs, title, new() { [nameof(Kinds)] = kinds, [nameof(ParentId)] = parent });

    internal static async Task<Guid?> EditAsync(DialogService dialogs, string title, StructureNode node) =>
        await OpenAsync(dialogs, title, new() { [nameof(Kinds)] = new[] { node.Kind }, [nameof(Node)] = node });

    protected override async Task OnInitializedAsync()
    {
        (_kind, _parent) = (Kinds[0], ParentId);
        if (Node is { Draft: var draft })
        {
            (_name, _code, _parent) = (draft.Name, draft.Code, draft.ParentId);
            (_rpm, _tpm, _concurrency) = (draft.Limits.Rpm, draft.Limits.Tpm, draft.Limits.Concurrency);
            _more = draft.Limits != RateLimit.None;
        }

        await ReadParentsAsync();
    }

    private static async Task<Guid?> OpenAsync(DialogService dialogs, string title, Dictionary<string, object?> parameters) =>
        await dialogs.OpenAsync<StructureDialog>(title, parameters!, FormDialog.Wide(520)) as Guid?;

    private async Task ChooseAsync()
    {
        _parent = null;
        await ReadParentsAsync();
    }

    private async Task ReadParentsAsync()
    {
        if (ParentField is null) return;
        var (_, organization) = await Current.HereAsync();
        var parents = await Tree.AllAsync(organization, _kind == StructureKind.Project ? StructureKind.Team : StructureKind.Department, NamedPart.Most);
        _parents = [.. parents.Nodes.Where(parent => parent.Id != Node?.Id)];
    }

    private async Task SaveAsync()
    {
        if (_saving) return;
        _saving = true;
        var (actor, organization) = await Current.HereAsync();
        var draft = new StructureDraft(_name.Trim(), ParentField is null ? null : _parent, string.IsNullOrWhiteSpace(_code) ? null : _code.Trim())
        {
            Limits = new RateLimit(_rpm, _tpm, _concurrency),
        };
        var changes = Changes.Single(change => change.Kind == _kind);
        var outcome = Node is { } node
            ? await changes.ChangeAsync(actor, organization, node.Id, draft)
            : await changes.AddAsync(actor, organization, draft);
        _saving = false;
        _faults = Faults.Of(outcome.Refusal, Text, ["name", "code", "parent_id", "department_id", "team_id", .. Limits]);
        _more |= Limits.Any(field => _faults[field] is not null);
        if (!outcome.IsRefused) Dialogs.Close(outcome.Value);
    }
}
