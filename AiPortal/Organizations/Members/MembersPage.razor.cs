using AiPortal.Access;
using AiPortal.Core.Access;
using AiPortal.Core.Data;
using AiPortal.Core.Organizations;
using AiPortal.Core.Tenancy;
using AiPortal.Organizations.Members.Import;
using AiPortal.Ui.Figures;
using AiPortal.Ui.Panels;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;
using Radzen;

namespace AiPortal.Organizations.Members;

/// <summary>Who belongs to the organization, as what, and in which team?</summary>
public sealed partial class MembersPage
{
    private const string SearchName = "q";
    private const string RoleName = "role";
    private const string TeamName = "team";
    private const string StatusName = "status";
    private DataTable<MemberRow>? _table;
    private IReadOnlyList<NamedPart> _teams = [];
    private Guid? _open;
    private bool _allowed = true;
    private bool _mayChange;
    private MemberFilter? _shown;

    [Inject] internal IStringLocalizer<MembersText> Text { get; init; } = default!;

    [Inject] internal MemberSheet Sheet { get; init; } = default!;

    [Inject] internal CurrentActor Current { get; init; } = default!;

    [Inject] internal NavigationManager Navigation { get; init; } = default!;

    [Inject] internal DialogService Dialogs { get; init; } = default!;

    [SupplyParameterFromQuery(Name = SearchName)] private string? Search { get; set; }

    [SupplyParameterFromQuery(Name = RoleName)] private string? RoleWord { get; set; }

    [SupplyParameterFromQuery(Name = TeamName)] private string? TeamWord { get; set; }

    [SupplyParameterFromQuery(Name = StatusName)] private string? StatusWord { get; set; }

    private MemberFilter Filter => new(
        EnumWord.TryParse<Role>(RoleWord, out var role) ? role : null,
        Guid.TryParse(TeamWord, out var team) ? team : null,
        string.IsNullOrEmpty(Search) ? null : Search,
        EnumWord.TryParse<MemberStatus>(StatusWord, out var status) ? status : null);

    private bool Filtered => Filter != new MemberFilter();

    private IReadOnlyList<(MemberStatus?, string)> States =>
        [(null, Text["Status.all"]), (MemberStatus.Active, Text["Status.active"]), (MemberStatus.Invited, Text["Status.invited"])];

    protected override async Task OnInitializedAsync()
    {
        var (actor, organization) = await Current.HereAsync();
        _allowed = actor.May(Permission.ViewMembers, organization);
        _mayChange = actor.May(Permission.ManageMembers, organization);
        if (_allowed) _teams = await Sheet.TeamsAsync(organization);
    }

    protected override async Task OnParametersSetAsync()
    {
        if (_shown is { } shown && shown != Filter) await ReloadAsync();
        _shown = Filter;
    }

    /// <summary>As "Manager of Search".</summary>
    internal static string RoleOf(IStringLocalizer<MembersText> text, MemberRow row)
    {
        var role = text["Role." + EnumWord.Of(row.Membership.Role)].Value;
        return row.Membership.ScopeId is null ? role : text["Role.of", role, row.Place ?? Formats.NoFigure].Value;
    }

    internal static Meaning MeaningOf(MemberStatus status) => status == MemberStatus.Active ? Meaning.Good : Meaning.Notice;

    private async Task<TablePage<MemberRow>> LoadAsync(TableQuery query)
    {
        var (actor, organization) = await Current.HereAsync();
        if (!actor.May(Permission.ViewMembers, organization)) return new TablePage<MemberRow>([], 0);
        var (rows, total) = await Sheet.ReadAsync(organization, Filter, query.Skip, query.Take);
        return new TablePage<MemberRow>(rows, total);
    }

    private void Go(string name, string? value) =>
        Navigation.NavigateTo(Navigation.GetUriWithQueryParameter(name, string.IsNullOrEmpty(value) ? null : value), replace: true);

    private async Task InviteAsync()
    {
        if (await MemberDialog.InviteAsync(Dialogs, Text["Invite.Title"], _teams) is not { } added) return;
        await ReloadAsync();
        await InvitationDialog.ShowAsync(Dialogs, Text["Link.Title", added.Membership.Name], added);
    }

    private async Task ImportAsync()
    {
        if (await MemberImportDialog.ShowAsync(Dialogs, Text["Import.Title"])) await ReloadAsync();
    }

    private async Task ReloadAsync()
    {
        if (_table is not null) await _table.ReloadAsync();
    }
}
