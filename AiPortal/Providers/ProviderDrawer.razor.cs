using AiPortal.Access;
using AiPortal.Core.Analytics;
using AiPortal.Core.Data;
using AiPortal.Core.Providers;
using AiPortal.Ui.Panels;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;
using Radzen;

namespace AiPortal.Providers;

/// <summary>One account: where its calls go, whether it answers, what it serves.</summary>
public sealed partial class ProviderDrawer
{
    private Guid? _shown;
    private string? _fault;
    private string? _synced;
    private bool _syncing;

    [Inject] internal IStringLocalizer<ProvidersText> Text { get; init; } = default!;

    [Inject] internal ChangeProvider Change { get; init; } = default!;

    [Inject] internal RemoveProvider Removal { get; init; } = default!;

    [Inject] internal SyncProvider Sync { get; init; } = default!;

    [Inject] internal RetireProviderKey Retirement { get; init; } = default!;

    [Inject] internal RestoreProviderKey Restoration { get; init; } = default!;

    [Inject] internal ProviderList Accounts { get; init; } = default!;

    [Inject] internal CurrentActor Current { get; init; } = default!;

    [Inject] internal DialogService Dialogs { get; init; } = default!;

    /// <summary>The account shown; null: the drawer is in.</summary>
    [Parameter, EditorRequired] public ProviderAccount? Account { get; set; }

    /// <summary>By name, where it serves one environment alone.</summary>
    [Parameter] public string? Environment { get; set; }

    /// <summary>What went there; null where nothing did.</summary>
    [Parameter] public ProviderUse? Use { get; set; }

    /// <summary>What a test just gave; null when none was made since the drawer opened.</summary>
    [Parameter] public ProbeResult? Result { get; set; }

    [Parameter] public bool Testing { get; set; }

    [Parameter] public bool MayChange { get; set; }

    [Parameter] public EventCallback OnClose { get; set; }

    [Parameter] public EventCallback<ProviderAccount> OnTest { get; set; }

    [Parameter] public EventCallback<ProviderAccount> OnEdit { get; set; }

    /// <summary>The account is another now.</summary>
    [Parameter] public EventCallback<ProviderAccount> OnChanged { get; set; }

    [Parameter] public EventCallback OnRemoved { get; set; }

    protected override void OnParametersSet()
    {
        if (_shown != Account?.Id) (_fault, _synced) = (null, null);
        _shown = Account?.Id;
    }

    private async Task SwitchAsync()
    {
        if (Account is not { } row) return;
        if (row.Enabled && !await ConfirmDialog.AskAsync(Dialogs, Text["Disable.Title"], Text["Disable.Message", row.Name], Text["Disable"])) return;
        var (actor, organization) = await Current.HereAsync();
        var outcome = await Change.RunAsync(actor, organization, row.Id, ProviderDraft.Of(row) with { Enabled = !row.Enabled });
        _fault = Faults.Of(outcome.Refusal, Text).General;
        if (!outcome.IsRefused) await OnChanged.InvokeAsync(outcome.Value);
    }

    private async Task SyncAsync()
    {
        if (Account is not { } row) return;
        _syncing = true;
        var (actor, organization) = await Current.HereAsync();
        var outcome = await Sync.RunAsync(actor, organization, row.Id);
        _syncing = false;
        _fault = Faults.Of(outcome.Refusal, Text).General;
        _synced = outcome is { IsRefused: false, Value: { Probe.Ok: true } done } ? Text["Sync.Done", done.Added.Count, done.Removed.Count].Value : null;
        if (!outcome.IsRefused && await Accounts.FindAsync(organization, row.Id) is { } now) await OnChanged.InvokeAsync(now);
    }

    private async Task RotateAsync()
    {
        if (Account is { } row && await RotateKeyDialog.ShowAsync(Dialogs, Text["Rotate.Title", row.Name], row) is { } changed) await OnChanged.InvokeAsync(changed);
    }

    private Task RetireAsync() => SetAsync("Retire", (actor, organization, id) => Retirement.RunAsync(actor, organization, id));

    private Task RestoreAsync() => SetAsync("Restore", (actor, organization, id) => Restoration.RunAsync(actor, organization, id));

    private async Task SetAsync(string what, Func<Core.Access.Actor, Guid, Guid, Task<Outcome<ProviderAccount>>> change)
    {
        if (Account is not { } row || !await ConfirmDialog.AskAsync(Dialogs, Text[what + ".Title"], Text[what + ".Message"], Text[what])) return;
        var (actor, organization) = await Current.HereAsync();
        var outcome = await change(actor, organization, row.Id);
        _fault = Faults.Of(outcome.Refusal, Text).General;
        if (!outcome.IsRefused) await OnChanged.InvokeAsync(outcome.Value);
    }

    private async Task RemoveAsync()
    {
        if (Account is not { } row || !await ConfirmDialog.AskAsync(Dialogs, Text["Delete.Title"], Text["Delete.Message", row.Name], Text["Delete"], destructive: true)) return;
        var (actor, organization) = await Current.HereAsync();
        var outcome = await Removal.RunAsync(actor, organization, row.Id);
        _fault = Faults.Of(outcome.Refusal, Text).General;
        if (!outcome.IsRefused) await OnRemoved.InvokeAsync();
    }
}
