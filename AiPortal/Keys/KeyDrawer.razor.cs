using AiPortal.Access;
using AiPortal.Core.Analytics;
using AiPortal.Core.Data;
using AiPortal.Core.Keys;
using AiPortal.Core.Ledger;
using AiPortal.Ui.Panels;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;
using Radzen;

namespace AiPortal.Keys;

/// <summary>One key: what it may do, who pays, what it spent; change, regenerate, disable, revoke, delete.</summary>
public sealed partial class KeyDrawer
{
    /// <summary>A day for applications to change over to the new secret.</summary>
    private const int OverlapSeconds = 86_400;

    private Guid? _shown;
    private KeyListing? _listing;
    private KeyUse? _use;
    private IReadOnlyList<AttributedTo> _names = [];
    private string? _fault;

    [Inject] internal IStringLocalizer<KeysText> Text { get; init; } = default!;

    [Inject] internal KeyList Keys { get; init; } = default!;

    [Inject] internal KeyUsage Usage { get; init; } = default!;

    [Inject] internal AttributionNames Names { get; init; } = default!;

    [Inject] internal ChangeKeyStatus StatusChange { get; init; } = default!;

    [Inject] internal RegenerateKey Regeneration { get; init; } = default!;

    [Inject] internal RemoveKey Removal { get; init; } = default!;

    [Inject] internal CurrentActor Current { get; init; } = default!;

    [Inject] internal DialogService Dialogs { get; init; } = default!;

    [Inject] internal TimeProvider Clock { get; init; } = default!;

    /// <summary>The key shown; null: the drawer is in.</summary>
    [Parameter, EditorRequired] public Guid? KeyId { get; set; }

    [Parameter] public bool MayChange { get; set; }

    [Parameter] public EventCallback OnClose { get; set; }

    /// <summary>The key is another now, or gone.</summary>
    [Parameter] public EventCallback OnChanged { get; set; }

    private string Status => _listing?.StatusAt(Clock.GetUtcNow()) ?? "";

    protected override async Task OnParametersSetAsync()
    {
        if (_shown == KeyId) return;
        (_shown, _fault) = (KeyId, null);
        await ReadAsync();
    }

    private async Task ReadAsync()
    {
        if (_shown is not { } id)
        {
            _listing = null;
            return;
        }

        var (_, organization) = await Current.HereAsync();
        var listing = await Keys.FindAsync(organization, id);
        if (listing is not null)
        {
            var key = listing.Key;
            _use = (await Usage.ReadAsync(organization, [id])).GetValueOrDefault(id);
            _names = await Names.ReadAsync(organization, new Attribution(organization, null, key.TeamId, key.ProjectId, key.CostCenterId, key.EnvironmentId, key.OwnerUserId));
        }

        _listing = listing;
    }

    private IEnumerable<(string Label, string Value)> Facts(KeyListing listing)
    {
        foreach (var name in _names) yield return (Label(name.Dimension), name.Name ?? Text["Gone"]);
        yield return ("Models", listing.Key.Models is { } models ? string.Join(", ", models) : Text["All"]);
        if (listing.Key.IpAllow is { } allow) yield return ("IpAllow", string.Join(", ", allow));
        if (listing.Key.IpDeny is { } deny) yield return ("IpDeny", string.Join(", ", deny));
        if (listing.Key.Rpm is { } rpm) yield return ("Rpm", rpm.ToString(System.Globalization.CultureInfo.CurrentCulture));
        if (listing.Key.Tpm is { } tpm) yield return ("Tpm", tpm.ToString(System.Globalization.CultureInfo.CurrentCulture));
        if (listing.Key.Concurrency is { } most) yield return ("Concurrency", most.ToString(System.Globalization.CultureInfo.CurrentCulture));
    }

    private static string Label(Dimension dimension) => dimension switch
    {
        Dimension.User => "Owner",
        Dimension.Team => "Team",
        Dimension.Project => "Project",
        Dimension.CostCenter => "CostCenter",
        Dimension.Environment => "Environment",
        _ => dimension.ToString(),
    };

    private async Task EditAsync()
    {
        if (_listing is { } listing && await KeyDialog.EditAsync(Dialogs, Text["Edit.Title"], listing)) await ChangedAsync();
    }

    private async Task RegenerateAsync()
    {
        if (_listing is not { } listing || !await ConfirmDialog.AskAsync(Dialogs, Text["Regenerate"], Text["Regenerate.Message", listing.Key.Name], Text["Regenerate"])) return;
        var (actor, organization) = await Current.HereAsync();
        var outcome = await Regeneration.RunAsync(actor, organization, listing.Key.Id, OverlapSeconds);
        _fault = Faults.Of(outcome.Refusal, Text).General;
        if (outcome.IsRefused) return;
        await KeySecretDialog.ShowAsync(Dialogs, Text["Secret.Title", listing.Key.Name], outcome.Value);
        await ChangedAsync();
    }

    private async Task SwitchAsync()
    {
        if (_listing is not { Key: var key }) return;
        var disabling = key.Status == KeyStatus.Active;
        if (disabling && !await ConfirmDialog.AskAsync(Dialogs, Text["Disable"], Text["Disable.Message", key.Name], Text["Disable"])) return;
        await SetAsync(key.Id, disabling ? KeyStatus.Disabled : KeyStatus.Active);
    }

    private async Task RevokeAsync()
    {
        if (_listing is { Key: var key } && await ConfirmDialog.AskAsync(Dialogs, Text["Revoke"], Text["Revoke.Message", key.Name], Text["Revoke"], destructive: true))
            await SetAsync(key.Id, KeyStatus.Revoked);
    }

    private async Task RemoveAsync()
    {
        if (_listing is not { Key: var key } || !await ConfirmDialog.AskAsync(Dialogs, Text["Delete"], Text["Delete.Message", key.Name], Text["Delete"], destructive: true)) return;
        var (actor, organization) = await Current.HereAsync();
        var outcome = await Removal.RunAsync(actor, organization, key.Id);
        _fault = Faults.Of(outcome.Refusal, Text).General;
        if (outcome.IsRefused) return;
        await OnClose.InvokeAsync();
        await OnChanged.InvokeAsync();
    }

    private async Task SetAsync(Guid id, KeyStatus status)
    {
        var (actor, organization) = await Current.HereAsync();
        var outcome = await StatusChange.RunAsync(actor, organization, id, status);
        _fault = Faults.Of(outcome.Refusal, Text).General;
        if (!outcome.IsRefused) await ChangedAsync();
    }

    private async Task ChangedAsync()
    {
        await ReadAsync();
        await OnChanged.InvokeAsync();
    }
}
