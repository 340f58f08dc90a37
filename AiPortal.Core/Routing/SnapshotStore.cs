using AiPortal.Core.Access;
using AiPortal.Core.Budgets;
using AiPortal.Core.Data;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace AiPortal.Core.Routing;

/// <summary>
/// Holds the snapshot in force. Loaded anew after each committed change here, when another node announces one, and every few
/// seconds in case an announcement was lost. While the database is away the last snapshot stays.
/// </summary>
public sealed class SnapshotStore(SnapshotLoader loader, BudgetBook budgets, PortalDatabase database, TimeProvider clock, ILogger<SnapshotStore> logger)
    : BackgroundService, IConfigurationListener
{
    private static readonly TimeSpan SafetyInterval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(1);
    private readonly SemaphoreSlim _loading = new(1, 1);
    private long _asked;
    private long _loaded;
    private volatile PortalSnapshot _current = PortalSnapshot.Empty;

    public PortalSnapshot Current => _current;

    /// <summary>False until the first load.</summary>
    public bool IsLoaded => Volatile.Read(ref _loaded) > 0;

    /// <summary>Returns when a load that began after this call is in force; callers in between share one load.</summary>
    public async Task ChangedAsync(CancellationToken token)
    {
        var mine = Interlocked.Increment(ref _asked);
        await _loading.WaitAsync(token);
        try
        {
            if (Volatile.Read(ref _loaded) >= mine) return;
            var covers = Volatile.Read(ref _asked);
            var (snapshot, seeds) = await loader.LoadAsync(clock.GetUtcNow(), token);
            budgets.Update(snapshot.BudgetLines, seeds);
            budgets.Sweep(clock.GetUtcNow());
            _current = snapshot;
            Volatile.Write(ref _loaded, covers);
        }
        finally
        {
            _loading.Release();
        }
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(ListenAsync(stoppingToken), ReloadAsync(stoppingToken));

    private async Task ListenAsync(CancellationToken token)
    {
        while (!token.IsCancellationRequested)
        {
            try
            {
                await using var connection = await database.System.OpenConnectionAsync(token);
                await using (var listen = new NpgsqlCommand($"LISTEN {Notifications.Configuration}", connection)) await listen.ExecuteNonQueryAsync(token);
                while (true)
                {
                    await ChangedAsync(token);
                    await connection.WaitAsync(token);
                }
            }
            catch (OperationCanceledException) when (token.IsCancellationRequested)
            {
                return;
            }
            catch (Exception fault) when (IsOfDatabase(fault))
            {
                logger.LogWarning("Listening for configuration changes failed and is tried again: {Fault}", fault.Message);
                await Task.Delay(RetryInterval, clock, CancellationToken.None);
            }
        }
    }

    /// <summary>By a clock of its own: how long the driver waits for an announcement is not how long it takes to give up waiting.</summary>
    private async Task ReloadAsync(CancellationToken token)
    {
        using var timer = new PeriodicTimer(SafetyInterval, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(token))
            {
                try
                {
                    await ChangedAsync(token);
                }
                catch (Exception fault) when (IsOfDatabase(fault))
                {
                    logger.LogDebug("The configuration could not be read anew: {Fault}", fault.Message);
                }
            }
        }
        catch (OperationCanceledException) when (token.IsCancellationRequested)
        {
            // Stopping.
        }
    }

    private static bool IsOfDatabase(Exception fault) => fault is NpgsqlException or InvalidOperationException or TimeoutException or System.Net.Sockets.SocketException;
}
