using System.Net.Sockets;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace AiPortal.Core.Data;

/// <summary>
/// Raises here what other nodes signal. What was signalled while nobody could listen is not known: then every topic is raised.
/// </summary>
internal sealed class SignalListener(PortalDatabase database, LiveSignals signals, TimeProvider clock, ILogger<SignalListener> logger) : BackgroundService
{
    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await ListenAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception fault) when (fault is NpgsqlException or InvalidOperationException or TimeoutException or SocketException)
            {
                logger.LogWarning("Listening to other nodes' signals failed and is tried again: {Fault}", fault.Message);
                await Task.Delay(RetryInterval, clock, CancellationToken.None);
            }
        }
    }

    private async Task ListenAsync(CancellationToken token)
    {
        await using var connection = await database.System.OpenConnectionAsync(token);
        connection.Notification += (_, notification) => signals.Raise(notification.Payload);
        await using (var listen = new NpgsqlCommand($"LISTEN {Notifications.Signals}", connection)) await listen.ExecuteNonQueryAsync(token);
        signals.RaiseAll();
        while (true) await connection.WaitAsync(token);
    }
}
