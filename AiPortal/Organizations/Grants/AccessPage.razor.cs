using AiPortal.Access;
using AiPortal.Core.Access;
using AiPortal.Core.Access.Grants;
using AiPortal.Core.Data;
using AiPortal.Core.Organizations;
using AiPortal.Ui.Figures;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;

namespace AiPortal.Organizations.Grants;

/// <summary>Who may do what here, and why?</summary>
public sealed partial class AccessPage
{
    private const int MostFound = 8;
    private IReadOnlyList<MemberRow> _found = [];
    private IReadOnlyList<GrantLine> _lent = [];
    private MemberRow? _chosen;
    private string? _search;
    private bool _allowed = true;
    private bool _mayChange;

    [Inject] internal IStringLocalizer<GrantsText> Text { get; init; } = default!;

    [Inject] internal MemberSheet Members { get; init; } = default!;

    [Inject] internal GrantList Grants { get; init; } = default!;

    [Inject] internal CurrentActor Current { get; init; } = default!;

    [Inject] internal NavigationManager Navigation { get; init; } = default!;

    [CascadingParameter] private DisplayZone Zone { get; set; } = DisplayZone.Utc;

    [SupplyParameterFromQuery(Name = "member")] private string? MemberWord { get; set; }

    protected override async Task OnParametersSetAsync()
    {
        var (actor, organization) = await Current.HereAsync();
        _allowed = actor.May(Permission.ViewMembers, organization);
        _mayChange = actor.May(Permission.ManageMembers, organization);
        await ReadAsync();
    }

    private async Task ReadAsync()
    {
        var (actor, organization) = await Current.HereAsync();
        if (!actor.May(Permission.ViewMembers, organization)) return;
        _chosen = Guid.TryParse(MemberWord, out var id) ? await Members.FindAsync(organization, id) : null;
        _lent = _chosen is { Membership: var member } ? (await Grants.PageAsync(organization, member.UserId, onlyActive: true)).Data : [];
    }

    private async Task SearchAsync(string? text)
    {
        var (actor, organization) = await Current.HereAsync();
        _search = text;
        _found = text is null || !actor.May(Permission.ViewMembers, organization) ? [] : (await Members.ReadAsync(organization, new MemberFilter(Search: text), 0, MostFound)).Rows;
    }

    private async Task ChooseAsync(Guid? member)
    {
        await SearchAsync(null);
        Navigation.NavigateTo(Navigation.GetUriWithQueryParameter("member", member?.ToString()), replace: true);
    }

    /// <summary>Null where the chosen member may not.</summary>
    private string? Why(Permission permission)
    {
        if (_chosen is not { Membership: var member }) return null;
        if (Permissions.Allows(member.Role, permission)) return Text["Why.Own"].Value;
        return _lent.FirstOrDefault(line => Permissions.Allows(line.Grant.Role, permission)) is { Grant: var grant }
            ? Text["Why.Lent", Text["Role." + EnumWord.Of(grant.Role)], Formats.Current.DateAndTime(grant.EndsAt, Zone.Zone)].Value
            : null;
    }
}
