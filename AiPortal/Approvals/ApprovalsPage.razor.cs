using AiPortal.Access;
using AiPortal.Core.Access;
using AiPortal.Core.Approvals;
using AiPortal.Core.Data;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;

namespace AiPortal.Approvals;

/// <summary>What waits for a yes, and who said what?</summary>
public sealed partial class ApprovalsPage
{
    private const string BoxName = "box";
    private const string OpenName = "open";
    private Page<ApprovalReading>? _page;
    private ApprovalBox? _shown;
    private Guid _organization;
    private int _version;
    private bool _allowed = true;
    private bool _maySetPolicies;
    private bool _mayDecide;

    [Inject] internal IStringLocalizer<ApprovalsText> Text { get; init; } = default!;

    [Inject] internal ApprovalList Approvals { get; init; } = default!;

    [Inject] internal CurrentActor Current { get; init; } = default!;

    [Inject] internal NavigationManager Navigation { get; init; } = default!;

    [SupplyParameterFromQuery(Name = BoxName)] private string? BoxWord { get; set; }

    [SupplyParameterFromQuery(Name = OpenName)] private Guid? Open { get; set; }

    private ApprovalBox Box => EnumWord.TryParse<ApprovalBox>(BoxWord, out var box) ? box : ApprovalBox.Inbox;

    private IReadOnlyList<(ApprovalBox, string)> Boxes => [.. Enum.GetValues<ApprovalBox>().Select(box => (box, Text["Box." + EnumWord.Of(box)].Value))];

    protected override async Task OnParametersSetAsync()
    {
        if (_shown == Box) return;
        _shown = Box;
        await ReloadAsync();
    }

    private async Task ReloadAsync()
    {
        var actor = await ReadRightsAsync();
        if (_allowed) _page = await Approvals.PageAsync(actor, _organization, new ApprovalFilter(Box));
        _version++;
    }

    private async Task MoreAsync()
    {
        if (_page is not { NextCursor: { } cursor } shown || !Cursor.TryRead(cursor, out var at, out var id)) return;
        var more = await Approvals.PageAsync(await ReadRightsAsync(), _organization, new ApprovalFilter(Box), after: (at, id));
        _page = new Page<ApprovalReading>([.. shown.Data, .. more.Data], more.NextCursor);
    }

    private async Task<Actor> ReadRightsAsync()
    {
        var (actor, organization) = await Current.HereAsync();
        _organization = organization;
        _allowed = actor.May(Permission.UseApprovals, organization);
        _maySetPolicies = actor.May(Permission.ViewApprovals, organization);
        _mayDecide = actor.OwnRoleIn(organization) is { } role && Approvers.Of(role).Length > 0;
        return actor;
    }

    private void Go(string name, string? value) => Navigation.NavigateTo(Navigation.GetUriWithQueryParameter(name, value), replace: true);
}
