using System.Collections.Concurrent;
using System.Net.Sockets;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace AiPortal.Core.Alerts.Delivery;

/// <summary>Makes the deliveries that are due, several at a time but few of one organization, so that a slow receiver holds up only its own.</summary>
internal sealed class AlertDispatch(DeliveryQueue queue, WebhookSender webhooks, MailSender mails, TimeProvider clock, ILogger<AlertDispatch> logger) : BackgroundService
{
    private const int Lanes = 16;
    private const int LanesEach = 4;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private readonly ConcurrentDictionary<Guid, (Guid OrganizationId, Task Running)> _running = new();
    private bool _failing;

    /// <summary>Starts what is due as far as there are lanes; <see cref="SettledAsync"/> waits for it.</summary>
    internal async Task StartDueAsync(CancellationToken token)
    {
        while (_running.Count < Lanes && !token.IsCancellationRequested)
        {
            var busy = _running.Values.GroupBy(lane => lane.OrganizationId).Where(group => group.Count() >= LanesEach).Select(group => group.Key).ToArray();
            if (await queue.ClaimAsync(busy, token) is not { } delivery) return;
            var start = new TaskCompletionSource();
            var running = DeliverAsync(start.Task, delivery);
            _running[delivery.Claim] = (delivery.OrganizationId, running);
            start.SetResult();
        }
    }

    internal Task SettledAsync() => Task.WhenAll(_running.Values.Select(lane => lane.Running));

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await StartDueAsync(stoppingToken);
                if (_failing) logger.LogWarning("Alerts are delivered again");
                _failing = false;
            }
            catch (Exception fault) when (fault is NpgsqlException or SocketException or TimeoutException or InvalidOperationException)
            {
                if (!_failing) logger.LogError(fault, "Alerts cannot be delivered while the database is away");
                _failing = true;
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                break;
            }

            await Task.Delay(Interval, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await SettledAsync();
    }

    private async Task DeliverAsync(Task start, ClaimedDelivery delivery)
    {
        await start;
        try
        {
            var outcome = await SendAsync(delivery);
            if (!outcome.Ok) logger.LogWarning("Delivery {Delivery} of alert {Alert} failed: {Error}", delivery.Id, delivery.Alert?.Id, outcome.Error);
            await queue.RecordAsync(delivery, outcome, CancellationToken.None);
        }
        catch (Exception fault)
        {
            // Its claim runs out, and it is tried again.
            logger.LogError(fault, "Delivery {Delivery} broke off", delivery.Id);
        }
        finally
        {
            _running.TryRemove(delivery.Claim, out _);
        }
    }

    private Task<DeliveryOutcome> SendAsync(ClaimedDelivery delivery) => delivery switch
    {
        { Alert: null } => Task.FromResult(new DeliveryOutcome("The alert is gone.", Final: true)),
        { Channels: null } => Task.FromResult(new DeliveryOutcome("Alerting is no longer set.", Final: true)),
        { Channel: AlertChannel.Webhook } => webhooks.SendAsync(delivery.Channels, delivery.Alert),
        { Channel: AlertChannel.Mail } => mails.SendAsync(delivery.Id, delivery.Target, delivery.Alert),
    };
}
