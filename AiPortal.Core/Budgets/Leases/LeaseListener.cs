using System.Net.Sockets;
using AiPortal.Core.Data;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace AiPortal.Core.Budgets.Leases;

/// <summary>Hears other nodes ask for what is not held here, and answer what this one asked.</summary>
internal sealed class LeaseListener(PortalDatabase database, BudgetBook book, ILeaseBank bank, TimeProvider clock, ILogger<LeaseListener> logger) : BackgroundService
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
                logger.LogWarning("Listening to other nodes failed and is tried again: {Fault}", fault.Message);
                await Task.Delay(RetryInterval, clock, CancellationToken.None);
            }
        }
    }

    private async Task ListenAsync(CancellationToken token)
    {
        await using var connection = await database.System.OpenConnectionAsync(token);
        connection.Notification += (_, notification) => LeaseWords.Hear(notification.Payload, bank.NodeId, book.Desk);
        await using (var listen = new NpgsqlCommand($"LISTEN {LeaseWords.Channel}", connection))
            await listen.ExecuteNonQueryAsync(token);
        while (true)
            await connection.WaitAsync(token);
    }
}
