using AiPortal.Access;
using AiPortal.Core.Data;
using AiPortal.Core.Vault;
using AiPortal.Ui.Figures;
using AiPortal.Ui.Panels;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;
using Radzen;

namespace AiPortal.Vault;

/// <summary>Which master key seals, and is anything left of an old one?</summary>
public sealed partial class VaultPage : IAsyncDisposable
{
    private const string OwnFile = "keys/master.key";
    private const string MakeCommand = "openssl rand -base64 32";
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(2);
    private readonly CancellationTokenSource _leaving = new();
    private Task _watching = Task.CompletedTask;
    private VaultReading? _vault;
    private string? _fault;
    private string? _told;
    private bool _allowed = true;
    private bool _busy;

    [Inject] internal IStringLocalizer<VaultText> Text { get; init; } = default!;

    [Inject] internal VaultStatus Status { get; init; } = default!;

    [Inject] internal RotateMasterKey Rotation { get; init; } = default!;

    [Inject] internal DestroyMasterKey Destruction { get; init; } = default!;

    [Inject] internal CurrentActor Current { get; init; } = default!;

    [Inject] internal DialogService Dialogs { get; init; } = default!;

    [Inject] internal TimeProvider Clock { get; init; } = default!;

    private bool Loading => _vault is null;

    private string? ActiveNote => _vault?.Keys.FirstOrDefault(key => key.State == MasterKeyState.Active)?.ActivatedAt is { } at ? Text["Tile.ActiveNote", Formats.Current.Ago(at, Clock.GetUtcNow())].Value : null;

    private string? RemainingNote => _vault switch
    {
        null => null,
        { Remaining: 0 } => Text["Tile.RemainingNone"].Value,
        { Unopened: > 0 and var unopened } => Text["Tile.Unopened", unopened].Value,
        _ => Text["Tile.RemainingSome"].Value,
    };

    protected override async Task OnInitializedAsync()
    {
        var (actor, organization) = await Current.HereAsync();
        _allowed = await Status.MayAsync(actor, organization);
        if (!_allowed) return;
        _vault = await Status.ReadAsync();
        if (RendererInfo.IsInteractive) _watching = WatchAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _leaving.CancelAsync();
        await _watching;
        _leaving.Dispose();
    }

    private static Meaning MeaningOf(MasterKeyState state) => state switch
    {
        MasterKeyState.Active => Meaning.Good,
        MasterKeyState.Prepared => Meaning.Notice,
        MasterKeyState.Retiring => Meaning.Warning,
        MasterKeyState.Destroyed => Meaning.Neutral,
    };

    /// <summary>While something is left of an old key, the figures go down before the reader's eyes.</summary>
    private async Task WatchAsync()
    {
        using var timer = new PeriodicTimer(Every, Clock);
        try
        {
            while (await timer.WaitForNextTickAsync(_leaving.Token))
            {
                if (_busy) continue;
                await InvokeAsync(async () =>
                {
                    _vault = await Status.ReadAsync(_leaving.Token);
                    StateHasChanged();
                });
            }
        }
        catch (OperationCanceledException)
        {
            // The reader has left.
        }
    }

    private async Task RotateAsync()
    {
        if (_vault is not { } vault) return;
        var message = vault.MayMake ? Text["Rotate.MessageMade", Text["KeyFile", OwnFile]] : Text["Rotate.MessageGiven", vault.Source];
        if (await ConfirmDialog.AskAsync(Dialogs, Text["Rotate.Title"], message, Text["Rotate"]))
            await DoAsync((actor, organization) => Rotation.RunAsync(actor, organization));
    }

    private async Task DestroyAsync(MasterKeyReading key)
    {
        if (!await ConfirmDialog.AskAsync(Dialogs, Text["Destroy.Title", key.Version], Text["Destroy.Message"], Text["Destroy"], destructive: true)) return;
        await DoAsync((actor, organization) => Destruction.RunAsync(actor, organization, key.Version));
        if (_fault is null && _vault is { MayMake: false, Source: var source }) _told = Text["Destroyed.Remove", key.Version, source];
    }

    private async Task DoAsync(Func<Core.Access.Actor, Guid, Task<Outcome<VaultReading>>> change)
    {
        _busy = true;
        try
        {
            var (actor, organization) = await Current.HereAsync();
            var outcome = await change(actor, organization);
            _fault = Faults.Of(outcome.Refusal, Text).General;
            if (!outcome.IsRefused) (_vault, _told) = (outcome.Value, null);
        }
        finally
        {
            _busy = false;
        }
    }
}
