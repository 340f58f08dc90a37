using AiPortal.Access;
using AiPortal.Core.Access;
using AiPortal.Core.Data;
using AiPortal.Core.Organizations;
using AiPortal.Core.Tenancy;
using AiPortal.Ui.Panels;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Localization;
using Radzen;

namespace AiPortal.Organizations.Members;

/// <summary>The form of a member. Closes with the added or changed one; null when left.</summary>
public sealed partial class MemberDialog
{
    private static readonly string[] Shown = ["email", "name", "role", "scope_type", "scope_id", "team_id", "rate_limit.rpm", "rate_limit.tpm", "rate_limit.concurrency"];
    private Faults _faults = Faults.None;
    private IReadOnlyList<Role> _roles = [Role.Member];
    private bool _saving;
    private bool _more;
    private string _email = "";
    private string _name = "";
    private Role _role = Role.Member;
    private Guid? _team;
    private Place? _place;
    private IReadOnlyList<PlacePart> _places = [];
    private int? _rpm;
    private int? _tpm;
    private int? _concurrency;

    [Inject] internal IStringLocalizer<MembersText> Text { get; init; } = default!;

    [Inject] internal IServiceScopeFactory Scopes { get; init; } = default!;

    [Inject] internal ChangeMember Change { get; init; } = default!;

    [Inject] internal MemberSheet Sheet { get; init; } = default!;

    [Inject] internal CurrentActor Current { get; init; } = default!;

    [Inject] internal DialogService Dialogs { get; init; } = default!;

    /// <summary>The member to change; null invites one.</summary>
    [Parameter] public Membership? Member { get; set; }

    [Parameter, EditorRequired] public IReadOnlyList<NamedPart> Teams { get; set; } = [];

    internal static async Task<AddedMember?> InviteAsync(DialogService dialogs, string title, IReadOnlyList<NamedPart> teams) =>
        await OpenAsync(dialogs, title, teams, null) as AddedMember;

    /// <summary>True when it was saved.</summary>
    internal static async Task<bool> EditAsync(DialogService dialogs, string title, IReadOnlyList<NamedPart> teams, Membership member) =>
        await OpenAsync(dialogs, title, teams, member) is Membership;

    protected override async Task OnInitializedAsync()
    {
        if (Member is { } row)
        {
            var draft = MemberDraft.Of(row);
            (_email, _name, _role, _team, _place) = (draft.Email, draft.Name, draft.Role, draft.TeamId, draft.Place);
            (_rpm, _tpm, _concurrency) = (draft.Limits.Rpm, draft.Limits.Tpm, draft.Limits.Concurrency);
            _more = draft.Limits != RateLimit.None;
        }

        var (actor, organization) = await Current.HereAsync();
        // Only what he may give; a role beyond that stays as it is.
        _roles = [.. Permissions.OfPeople.Where(role => role == _role || (actor.RoleIn(organization) is { } own && Permissions.MayGrant(own, role)))];
        _places = await Sheet.PlacesAsync(organization);
    }

    private static async Task<object?> OpenAsync(DialogService dialogs, string title, IReadOnlyList<NamedPart> teams, Membership? member) =>
        await dialogs.OpenAsync<MemberDialog>(title, new Dictionary<string, object?> { [nameof(Teams)] = teams, [nameof(Member)] = member }!, FormDialog.Wide(520));

    private async Task SaveAsync()
    {
        if (_saving) return;
        _saving = true;
        var (actor, organization) = await Current.HereAsync();
        var draft = new MemberDraft(_email.Trim(), _name.Trim(), _role, _team)
        {
            Limits = new RateLimit(_rpm, _tpm, _concurrency),
            Place = Permissions.IsForPlaces(_role) ? _place : null,
        };
        object? result;
        Refusal? refusal;
        if (Member is { } member)
        {
            var changed = await Change.RunAsync(actor, organization, member.Id, draft);
            (result, refusal) = (changed.IsRefused ? null : changed.Value, changed.Refusal);
        }
        else
        {
            await using var scope = Scopes.CreateAsyncScope();
            var added = await scope.ServiceProvider.GetRequiredService<AddMember>().RunAsync(actor, organization, draft, null);
            (result, refusal) = (added.IsRefused ? null : added.Value, added.Refusal);
        }

        _saving = false;
        _faults = Faults.Of(refusal, Text, Shown);
        _more |= Shown.Any(field => field.StartsWith("rate_limit", StringComparison.Ordinal) && _faults[field] is not null);
        if (result is not null) Dialogs.Close(result);
    }
}
