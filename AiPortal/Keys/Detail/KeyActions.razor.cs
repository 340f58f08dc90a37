using AiPortal.Access;
using AiPortal.Core.Keys;
using AiPortal.Keys.Leaks;
using AiPortal.Ui.Panels;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;
using Radzen;

namespace AiPortal.Keys.Detail;

/// <summary>What can be done to a key: the buttons, what they ask, and what they do.</summary>
public sealed partial class KeyActions
{
    /// <summary>A day for applications to change over to the new secret.</summary>
    private const int OverlapSeconds = 86_400;

    [Inject] internal IStringLocalizer<KeysText> Text { get; init; } = default!;

    [Inject] internal ChangeKeyStatus StatusChange { get; init; } = default!;

    [Inject] internal RegenerateKey Regeneration { get; init; } = default!;

    [Inject] internal RemoveKey Removal { get; init; } = default!;

    [Inject] internal CurrentActor Current { get; init; } = default!;

    [Inject] internal DialogService Dialogs { get; init; } = default!;

    [Parameter, EditorRequired] public KeyListing? Listing { get; set; }

    /// <summary>The key is another now.</summary>
    [Parameter] public EventCallback OnChanged { get; set; }

    [Parameter] public EventCallback OnRemoved { get; set; }

    /// <summary>Why something was refused; null once something else was not.</summary>
    [Parameter] public EventCallback<string?> OnFault { get; set; }

    private async Task EditAsync()
    {
        if (Listing is { } listing && await KeyDialog.EditAsync(Dialogs, Text["Edit.Title"], listing)) await OnChanged.InvokeAsync();
    }

    private async Task LeakAsync()
    {
        if (Listing is { } listing && await KeyLeakDialog.ShowAsync(Dialogs, Text["Leak.Title", listing.Key.Name], listing)) await OnChanged.InvokeAsync();
    }

    private async Task RegenerateAsync()
    {
        if (Listing is not { } listing || !await ConfirmDialog.AskAsync(Dialogs, Text["Regenerate"], Text["Regenerate.Message", listing.Key.Name], Text["Regenerate"])) return;
        var (actor, organization) = await Current.HereAsync();
        var outcome = await Regeneration.RunAsync(actor, organization, listing.Key.Id, OverlapSeconds);
        await OnFault.InvokeAsync(Faults.Of(outcome.Refusal, Text).General);
        if (outcome.IsRefused) return;
        await KeySecretDialog.ShowAsync(Dialogs, Text["Secret.Title", listing.Key.Name], outcome.Value);
        await OnChanged.InvokeAsync();
    }

    private async Task SwitchAsync()
    {
        if (Listing is not { Key: var key }) return;
        var disabling = key.Status == KeyStatus.Active;
        if (disabling && !await ConfirmDialog.AskAsync(Dialogs, Text["Disable"], Text["Disable.Message", key.Name], Text["Disable"])) return;
        await SetAsync(key.Id, disabling ? KeyStatus.Disabled : KeyStatus.Active);
    }

    private async Task RevokeAsync()
    {
        if (Listing is { Key: var key } && await ConfirmDialog.AskAsync(Dialogs, Text["Revoke"], Text["Revoke.Message", key.Name], Text["Revoke"], destructive: true))
            await SetAsync(key.Id, KeyStatus.Revoked);
    }

    private async Task RemoveAsync()
    {
        if (Listing is not { Key: var key } || !await ConfirmDialog.AskAsync(Dialogs, Text["Delete"], Text["Delete.Message", key.Name], Text["Delete"], destructive: true)) return;
        var (actor, organization) = await Current.HereAsync();
        var outcome = await Removal.RunAsync(actor, organization, key.Id);
        await OnFault.InvokeAsync(Faults.Of(outcome.Refusal, Text).General);
        if (!outcome.IsRefused) await OnRemoved.InvokeAsync();
    }

    private async Task SetAsync(Guid id, KeyStatus status)
    {
        var (actor, organization) = await Current.HereAsync();
        var outcome = await StatusChange.RunAsync(actor, organization, id, status);
        await OnFault.InvokeAsync(Faults.Of(outcome.Refusal, Text).General);
        if (!outcome.IsRefused) await OnChanged.InvokeAsync();
    }
}
