namespace AiPortal.Gateway;

/// <summary>
/// The end of a portal that was told to stop. It goes on listening and refuses new calls with 503 until those that had begun have ended,
/// or until their time is over; what still runs then is ended with an error that its caller can read. Only after that the server closes.
/// </summary>
internal sealed class Draining(IHostApplicationLifetime lifetime, GatewayOptions options, TimeProvider clock, ILogger<Draining> logger) : IHostedLifecycleService, IDisposable
{
    /// <summary>For the server to close and the ledger to be written, after the calls.</summary>
    public static readonly TimeSpan Afterwards = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(3);
    private readonly CancellationTokenSource _over = new();
    private long _running;

    /// <summary>No new calls.</summary>
    public bool IsStopping => lifetime.ApplicationStopping.IsCancellationRequested;

    /// <summary>The time of calls under way is over.</summary>
    public CancellationToken Over => _over.Token;

    /// <summary>A call begins. True where the end of the portal waits for it: then it must <see cref="Leave"/>.</summary>
    public bool Enter()
    {
        if (IsStopping) return false;
        Interlocked.Increment(ref _running);
        return true;
    }

    public void Leave() => Interlocked.Decrement(ref _running);

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Comes before the server and anything else is stopped.</summary>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        // A signal has said so already; where the host alone is told, this step comes first.
        lifetime.StopApplication();
        if (await HaveLeftAsync(options.Drain, cancellationToken)) return;
        logger.LogWarning("{Calls} calls still run {Seconds} seconds after the portal was told to stop; they are ended", Volatile.Read(ref _running), options.Drain.TotalSeconds);
        await _over.CancelAsync();
        await HaveLeftAsync(LastWords, cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _over.Dispose();

    private async Task<bool> HaveLeftAsync(TimeSpan within, CancellationToken token)
    {
        var began = clock.GetTimestamp();
        while (Volatile.Read(ref _running) > 0)
        {
            if (token.IsCancellationRequested || clock.GetElapsedTime(began) >= within) return false;
            await Task.Delay(Look, CancellationToken.None);
        }

        return true;
    }
}
