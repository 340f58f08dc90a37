using AiPortal.Access;
using AiPortal.Core.Access;
using AiPortal.Core.Access.Grants;
using AiPortal.Core.Data;
using AiPortal.Core.Organizations;
using AiPortal.Core.Tenancy;
using AiPortal.Ui.Figures;
using AiPortal.Ui.Panels;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;
using Radzen;

namespace AiPortal.Organizations.Grants;

/// <summary>The form that lends a role; closes with true when it was lent.</summary>
public sealed partial class GrantDialog
{
    private const int MostFound = 6;
    private Faults _faults = Faults.None;
    private IReadOnlyList<MemberRow> _found = [];
    private MemberRow? _to;
    private Role _role = Role.Manager;
    private Place? _place;
    private IReadOnlyList<PlacePart> _places = [];
    private string? _ends;
    private string _reason = "";
    private bool _saving;

    [Inject] internal IStringLocalizer<GrantsText> Text { get; init; } = default!;

    [Inject] internal MemberSheet Members { get; init; } = default!;

    [Inject] internal GiveAccess Give { get; init; } = default!;

    [Inject] internal CurrentActor Current { get; init; } = default!;

    [Inject] internal TimeProvider Clock { get; init; } = default!;

    [Inject] internal DialogService Dialogs { get; init; } = default!;

    [CascadingParameter] private DisplayZone Zone { get; set; } = DisplayZone.Utc;

    internal static async Task<bool> ShowAsync(DialogService dialogs, string title) => await dialogs.OpenAsync<GrantDialog>(title, null, FormDialog.Wide(520)) is true;

    protected override async Task OnInitializedAsync()
    {
        _ends = ZonedTime.Of(Clock.GetUtcNow().AddDays(7), Zone.Zone);
        var (_, organization) = await Current.HereAsync();
        _places = await Members.PlacesAsync(organization);
    }

    private async Task FindAsync(string? text)
    {
        var (actor, organization) = await Current.HereAsync();
        _found = string.IsNullOrWhiteSpace(text) || !actor.May(Permission.ViewMembers, organization) ? []
            : (await Members.ReadAsync(organization, new MemberFilter(Search: text.Trim()), 0, MostFound)).Rows;
    }

    private void Choose(MemberRow row) => (_to, _found) = (row, []);

    private async Task SaveAsync()
    {
        if (_saving) return;
        _saving = true;
        var (actor, organization) = await Current.HereAsync();
        var draft = new GrantDraft(_to?.Membership.UserId ?? actor.Id, _role, ZonedTime.Read(_ends, Zone.Zone) ?? default, _reason) { Place = Permissions.IsForPlaces(_role) ? _place : null };
        var outcome = await Give.RunAsync(actor, organization, draft);
        _saving = false;
        _faults = Faults.Of(outcome.Refusal, Text, "user_id", "role", "scope_type", "scope_id", "ends_at", "reason");
        if (!outcome.IsRefused) Dialogs.Close(true);
    }
}
