using AiPortal.Core.Ledger;

namespace AiPortal.Gateway;

/// <summary>Ends the ledger writer after the web server has served its last call; a start step has begun it.</summary>
internal sealed class LedgerLifetime(LedgerWriter writer) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => writer.StopAsync(cancellationToken);
}
