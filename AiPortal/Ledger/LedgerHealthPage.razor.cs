using System.Globalization;
using AiPortal.Access;
using AiPortal.Core.Access;
using AiPortal.Core.Ledger;
using AiPortal.Core.Ledger.Health;
using AiPortal.Core.Ledger.Journals;
using AiPortal.Core.Records;
using AiPortal.Ui.Figures;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;

namespace AiPortal.Ledger;

/// <summary>Can the figures be trusted now: what waits, what is unknown, and what did the last verification find?</summary>
public sealed partial class LedgerHealthPage : IDisposable
{
    /// <summary>Comparisons of a verification.</summary>
    private const int Steps = 4;
    private const int UnknownDays = 365;
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _leaving = new();
    private CancellationTokenSource? _cancel;
    private LedgerHealthView? _view;
    private int _count;
    private int? _verifying;
    private string? _fault;
    private string _topic = "";
    private bool _allowed = true;
    private bool _mayVerify;

    [Inject] internal IStringLocalizer<LedgerText> Text { get; init; } = default!;

    [Inject] internal LedgerHealth Health { get; init; } = default!;

    [Inject] internal CorrectionList Corrections { get; init; } = default!;

    [Inject] internal VerifyLedger Verification { get; init; } = default!;

    [Inject] internal LedgerWatch Watch { get; init; } = default!;

    [Inject] internal JournalOptions Options { get; init; } = default!;

    [Inject] internal CurrentActor Current { get; init; } = default!;

    [Inject] internal TimeProvider Clock { get; init; } = default!;

    private bool Loading => _view is null;

    private string VerdictWords => _view?.Facts?.Verdict is { } verdict ? Text["Tile.Verified", Formats.Current.Ago(verdict.At, Clock.GetUtcNow())] : Text["Tile.NotVerified"];

    private string UnknownWords => _count switch
    {
        0 => Text["Tile.NoUnknown"],
        1 => Text["Tile.OneUnknown"],
        _ => Text["Tile.ManyUnknown", Formats.Current.CountExact(_count)],
    };

    private string BacklogWords => _view is { Journal: var journal } ? Text["BytesOf", Size(journal.BytesPending), Size(Options.MaxBytes)] : "";

    private RenderFragment Age => builder => builder.AddContent(0, _view?.Journal.OldestUnsettledAt is { } at ? Formats.Current.Duration(Clock.GetUtcNow() - at) : Formats.NoFigure);

    public void Dispose()
    {
        // A verification that nobody waits for any more is given up.
        _leaving.Cancel();
        _leaving.Dispose();
    }

    internal static Meaning MeaningOf(JournalStatus status) => status switch
    {
        JournalStatus.Ok => Meaning.Good,
        JournalStatus.NearlyFull => Meaning.Warning,
        JournalStatus.Full or JournalStatus.Faulted => Meaning.Stop,
    };

    protected override async Task OnInitializedAsync()
    {
        var (actor, organization) = await Current.HereAsync();
        _allowed = actor.May(Permission.ViewCost, organization);
        _mayVerify = actor.May(Permission.ManageBills, organization);
        _topic = LedgerSignals.Topic(organization);
        await ReadAsync();
    }

    protected override void OnAfterRender(bool firstRender)
    {
        if (firstRender && _allowed) _ = RepeatAsync(_leaving.Token);
    }

    /// <summary>Ages and a journal that only grows raise no signal.</summary>
    private async Task RepeatAsync(CancellationToken token)
    {
        using var timer = new PeriodicTimer(Every, Clock);
        try
        {
            while (await timer.WaitForNextTickAsync(token))
                await InvokeAsync(async () =>
                {
                    await ReadAsync();
                    StateHasChanged();
                });
        }
        catch (OperationCanceledException) when (token.IsCancellationRequested)
        {
            return;
        }
        catch (Exception fault)
        {
            await DispatchExceptionAsync(fault);
        }
    }

    private async Task ReadAsync()
    {
        if (_leaving.IsCancellationRequested) return;
        var (actor, organization) = await Current.HereAsync();
        if (!actor.May(Permission.ViewCost, organization)) return;
        _count = (await Corrections.UnresolvedAsync(organization, Clock.GetUtcNow().AddDays(-UnknownDays), take: 1)).Count;
        _view = await Health.ReadAsync(organization);
    }

    private async Task VerifyAsync()
    {
        var (actor, organization) = await Current.HereAsync();
        if (!actor.May(Permission.ManageBills, organization)) return;
        (_verifying, _fault) = (0, null);
        using var cancel = _cancel = CancellationTokenSource.CreateLinkedTokenSource(_leaving.Token);
        try
        {
            var progress = new Progress<int>(done => InvokeAsync(() =>
            {
                if (_verifying is not null) _verifying = done;
                StateHasChanged();
            }));
            await Verification.RunAsync(progress, cancel.Token);
            await Watch.LookAsync(cancel.Token);
            await ReadAsync();
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            _fault = _leaving.IsCancellationRequested ? null : Text["Verify.Cancelled"].Value;
        }
        finally
        {
            (_verifying, _cancel) = (null, null);
        }
    }

    private void Cancel() => _cancel?.Cancel();

    private static RenderFragment? Count(int? count) => count is { } value ? builder => builder.AddContent(0, Formats.Current.CountExact(value)) : null;

    private static string Size(long bytes) => bytes switch
    {
        < 1 << 10 => string.Create(CultureInfo.CurrentCulture, $"{bytes} B"),
        < 1 << 20 => string.Create(CultureInfo.CurrentCulture, $"{bytes / 1024.0:0.#} KiB"),
        < 1 << 30 => string.Create(CultureInfo.CurrentCulture, $"{bytes / 1048576.0:0.#} MiB"),
        _ => string.Create(CultureInfo.CurrentCulture, $"{bytes / 1073741824.0:0.#} GiB"),
    };
}
