using AiPortal.Access;
using AiPortal.Core.Access;
using AiPortal.Core.Access.Grants;
using AiPortal.Core.Data;
using AiPortal.Ui.Panels;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;
using Radzen;

namespace AiPortal.Organizations.Grants;

/// <summary>The roles that are lent now; lend one, take one back.</summary>
public sealed partial class LentPanel
{
    private IReadOnlyList<GrantLine> _lines = [];
    private string? _fault;

    [Inject] internal IStringLocalizer<GrantsText> Text { get; init; } = default!;

    [Inject] internal GrantList Grants { get; init; } = default!;

    [Inject] internal EndAccess End { get; init; } = default!;

    [Inject] internal CurrentActor Current { get; init; } = default!;

    [Inject] internal DialogService Dialogs { get; init; } = default!;

    [Parameter] public bool MayChange { get; set; }

    /// <summary>Something was lent or taken back.</summary>
    [Parameter] public EventCallback OnChanged { get; set; }

    protected override Task OnInitializedAsync() => ReadAsync();

    private async Task ReadAsync()
    {
        var (actor, organization) = await Current.HereAsync();
        _lines = actor.May(Permission.ViewMembers, organization) ? (await Grants.PageAsync(organization, onlyActive: true, limit: Cursor.MaxLimit)).Data : [];
    }

    private async Task GiveAsync()
    {
        if (await GrantDialog.ShowAsync(Dialogs, Text["Give"])) await ChangedAsync();
    }

    private async Task EndAsync(GrantLine line)
    {
        var role = Text["Role." + EnumWord.Of(line.Grant.Role)];
        if (!await ConfirmDialog.AskAsync(Dialogs, Text["End"], Text["End.Message", line.Name ?? "", role], Text["End"])) return;
        var (actor, organization) = await Current.HereAsync();
        var outcome = await End.RunAsync(actor, organization, line.Grant.Id);
        _fault = Faults.Of(outcome.Refusal, Text).General;
        await ChangedAsync();
    }

    private async Task ChangedAsync()
    {
        await ReadAsync();
        await OnChanged.InvokeAsync();
    }
}
