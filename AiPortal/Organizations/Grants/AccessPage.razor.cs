using AiPortal.Access;
using AiPortal.Core.Access;
using AiPortal.Core.Access.Grants;
using AiPortal.Core.Data;
using AiPortal.Core.Organizations;
using AiPortal.Core.Tenancy;
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
        if (member.Place is null && Permissions.Allows(member.Role, permission)) return Text["Why.Own"].Value;
        if (member.Place is not null && Permissions.AllowsInPlace(member.Role, permission)) return Text["Why.OwnOf", Text["Role." + EnumWord.Of(member.Role)], _chosen.Place ?? Formats.NoFigure].Value;
        if (member.Place is not null && Permissions.Allows(Role.Member, permission)) return Text["Why.Member"].Value;
        return _lent.FirstOrDefault(line => line.Grant.Place is null ? Permissions.Allows(line.Grant.Role, permission) : Permissions.AllowsInPlace(line.Grant.Role, permission)) is { } lent
            ? Text["Why.Lent", RoleOf(lent.Grant.Role, lent.Grant.Place is null ? null : lent.Place ?? Formats.NoFigure), Formats.Current.DateAndTime(lent.Grant.EndsAt, Zone.Zone)].Value
            : null;
    }

    /// <summary>As "Manager of Search"; the place is null for the whole organization.</summary>
    private string RoleOf(Role role, string? place)
    {
        var word = Text["Role." + EnumWord.Of(role)].Value;
        return place is null ? word : Text["Role.of", word, place].Value;
    }
}
