using AiPortal.Core.Replays;

namespace AiPortal.Gateway;

/// <summary>Says that calls with an idempotency key still run, and drops answers that have expired.</summary>
internal sealed class ReplayUpkeep(CallReplays store, RunningReplays running, TimeProvider clock, ILogger<ReplayUpkeep> logger) : BackgroundService
{
    private static readonly TimeSpan Beat = CallReplays.Heartbeat / 3;
    private const int SweepEvery = 6;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Beat, clock);
        for (var beats = 0; await timer.WaitForNextTickAsync(stoppingToken); beats++)
        {
            try
            {
                if (running.Claims is { Count: > 0 } claims) await store.BeatAsync(claims, stoppingToken);
                if (beats % SweepEvery == 0) await store.SweepAsync(stoppingToken);
            }
            catch (ReplaysUnavailableException fault)
            {
                logger.LogWarning("Idempotency keys are not kept up: {Fault}", fault.Message);
            }
        }
    }
}
