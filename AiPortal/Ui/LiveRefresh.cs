using System.Globalization;
using AiPortal.Core.Data;
using Microsoft.AspNetCore.Components;

namespace AiPortal.Ui;

/// <summary>
/// Shows nothing; calls <see cref="OnRefresh"/> when a topic of <see cref="LiveSignals"/> is raised: at once after quiet, at most once per
/// <see cref="Interval"/> (never under a second) in a storm, never two at a time, and once more after the last signal. In the reader's language and on the circuit's thread.
/// </summary>
public sealed class LiveRefresh : ComponentBase, IDisposable
{
    private static readonly TimeSpan Least = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private IDisposable? _subscription;
    private string? _subscribedTo;
    private ITimer? _timer;
    private CultureInfo _culture = CultureInfo.InvariantCulture;
    private CultureInfo _uiCulture = CultureInfo.InvariantCulture;
    private long? _lastStart;
    private bool _scheduled;
    private bool _running;
    private bool _again;
    private bool _disposed;

    [Inject] internal LiveSignals Signals { get; init; } = default!;

    [Inject] internal TimeProvider Clock { get; init; } = default!;

    /// <summary>The topic to listen to.</summary>
    [Parameter, EditorRequired] public string Topic { get; set; } = "";

    /// <summary>Reads anew; the component that gives it is rendered afterwards. What it throws reaches the page's error panel.</summary>
    [Parameter, EditorRequired] public EventCallback OnRefresh { get; set; }

    /// <summary>The least time between two refreshes; one second at least.</summary>
    [Parameter] public TimeSpan Interval { get; set; } = Least;

    protected override void OnInitialized()
    {
        _culture = CultureInfo.CurrentCulture;
        _uiCulture = CultureInfo.CurrentUICulture;
        _timer = Clock.CreateTimer(_ => Run(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    protected override void OnParametersSet()
    {
        if (_subscribedTo == Topic)
            return;
        _subscription?.Dispose();
        _subscription = Signals.Subscribe(Topic, Signalled);
        _subscribedTo = Topic;
    }

    // The raiser is a ledger writer or the like: all it pays for is setting a timer.
    private void Signalled()
    {
        lock (_gate)
        {
            if (_disposed || _scheduled)
                return;
            if (_running)
            {
                _again = true;
                return;
            }

            Schedule();
        }
    }

    private void Schedule()
    {
        var interval = Interval < Least ? Least : Interval;
        var wait = _lastStart is { } last ? interval - Clock.GetElapsedTime(last) : TimeSpan.Zero;
        _scheduled = true;
        _timer?.Change(wait > TimeSpan.Zero ? wait : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }

    private void Run()
    {
        lock (_gate)
        {
            if (_disposed)
                return;
            _scheduled = false;
            _running = true;
            _lastStart = Clock.GetTimestamp();
        }

        CultureInfo.CurrentCulture = _culture;
        CultureInfo.CurrentUICulture = _uiCulture;
        _ = InvokeAsync(RefreshAsync);
    }

    private async Task RefreshAsync()
    {
        try
        {
            if (!_disposed)
                await OnRefresh.InvokeAsync();
        }
        catch (Exception fault)
        {
            await DispatchExceptionAsync(fault);
        }
        finally
        {
            lock (_gate)
            {
                _running = false;
                if (_again && !_disposed)
                {
                    _again = false;
                    Schedule();
                }
            }
        }
    }

    public void Dispose()
    {
        lock (_gate)
            _disposed = true;
        _subscription?.Dispose();
        _timer?.Dispose();
    }
}
