using AiPortal.Access;
using AiPortal.Core.Access;
using AiPortal.Core.Organizations;
using AiPortal.Ui.Panels;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;
using Radzen;

namespace AiPortal.Organizations.Members;

/// <summary>One member: what he is, and the changes.</summary>
public sealed partial class MemberDrawer
{
    private Guid? _shown;
    private MemberRow? _row;
    private string? _fault;

    [Inject] internal IStringLocalizer<MembersText> Text { get; init; } = default!;

    [Inject] internal MemberSheet Sheet { get; init; } = default!;

    [Inject] internal RemoveMember Removal { get; init; } = default!;

    [Inject] internal InviteAgain Again { get; init; } = default!;

    [Inject] internal ConfirmAddress Confirmation { get; init; } = default!;

    [Inject] internal CurrentActor Current { get; init; } = default!;

    [Inject] internal DialogService Dialogs { get; init; } = default!;

    /// <summary>The member shown; null: the drawer is in.</summary>
    [Parameter, EditorRequired] public Guid? MemberId { get; set; }

    [Parameter] public bool MayChange { get; set; }

    /// <summary>What may be chosen in the form.</summary>
    [Parameter] public IReadOnlyList<NamedPart> Teams { get; set; } = [];

    [Parameter] public EventCallback OnClose { get; set; }

    /// <summary>The member is another now, or gone.</summary>
    [Parameter] public EventCallback OnChanged { get; set; }

    protected override async Task OnParametersSetAsync()
    {
        if (_shown == MemberId) return;
        (_shown, _fault) = (MemberId, null);
        await ReadAsync();
    }

    private async Task ReadAsync()
    {
        var (actor, organization) = await Current.HereAsync();
        _row = _shown is { } id && actor.May(Permission.ViewMembers, organization) ? await Sheet.FindAsync(organization, id) : null;
    }

    private async Task EditAsync()
    {
        if (_row is not { } row || !await MemberDialog.EditAsync(Dialogs, Text["Edit.Title"], Teams, row.Membership)) return;
        await ReadAsync();
        await OnChanged.InvokeAsync();
    }

    private async Task AgainAsync()
    {
        if (_row is not { Membership: var member } || !await ConfirmDialog.AskAsync(Dialogs, Text["Again"], Text["Again.Message", member.Name], Text["Again"])) return;
        var (actor, organization) = await Current.HereAsync();
        var outcome = await Again.RunAsync(actor, organization, member.Id);
        _fault = Faults.Of(outcome.Refusal, Text).General;
        if (!outcome.IsRefused) await InvitationDialog.ShowAsync(Dialogs, Text["Link.Title", member.Name], new AddedMember(member, false, outcome.Value));
    }

    private async Task ConfirmAsync()
    {
        if (_row is not { Membership: var member } || !await ConfirmDialog.AskAsync(Dialogs, Text["Address.Confirm"], Text["Address.Message", member.Name, member.Email], Text["Address.Confirm"])) return;
        var (actor, organization) = await Current.HereAsync();
        var outcome = await Confirmation.RunAsync(actor, organization, member.Id);
        _fault = Faults.Of(outcome.Refusal, Text).General;
        await ReadAsync();
    }

    private async Task RemoveAsync()
    {
        if (_row is not { Membership: var member } || !await ConfirmDialog.AskAsync(Dialogs, Text["Remove.Title"], Text["Remove.Message", member.Name], Text["Remove"], destructive: true)) return;
        var (actor, organization) = await Current.HereAsync();
        var outcome = await Removal.RunAsync(actor, organization, member.Id);
        _fault = Faults.Of(outcome.Refusal, Text).General;
        if (outcome.IsRefused) return;
        await OnClose.InvokeAsync();
        await OnChanged.InvokeAsync();
    }
}
