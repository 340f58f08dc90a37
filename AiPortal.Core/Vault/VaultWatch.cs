using System.Net.Sockets;
using System.Security.Cryptography;
using AiPortal.Core.Data;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace AiPortal.Core.Vault;

/// <summary>Keeps up with the master keys while the process runs: every few seconds, and at once when another process says so.</summary>
internal sealed class VaultWatch(MasterKeyKeeper keeper, LiveSignals signals, TimeProvider clock, ILogger<VaultWatch> logger) : BackgroundService
{
    public const string Topic = "vault";

    private static readonly TimeSpan Every = TimeSpan.FromSeconds(3);
    private readonly SemaphoreSlim _told = new(0, 1);
    private volatile bool _anew;
    private string? _fault;

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        try
        {
            await keeper.LeaveAsync(cancellationToken);
        }
        catch (Exception fault) when (IsPassing(fault))
        {
            logger.LogInformation("The others will notice by themselves that this process has ended: {Fault}", fault.Message);
        }
    }

    public override void Dispose()
    {
        _told.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var subscription = signals.Subscribe(Topic, Wake);
        while (!stoppingToken.IsCancellationRequested)
        {
            await TurnAsync(stoppingToken);
            await WaitAsync(stoppingToken);
        }
    }

    private async Task TurnAsync(CancellationToken token)
    {
        try
        {
            var quick = !_anew;
            _anew = false;
            await keeper.RefreshAsync(quick, token);
            if (await keeper.HasOldAsync(token)) await keeper.ResealAsync(token);
            _fault = null;
        }
        catch (OperationCanceledException) when (token.IsCancellationRequested)
        {
            // Told to end.
        }
        catch (Exception fault) when (IsPassing(fault) || fault is StartFault or CryptographicException)
        {
            // The same words once, not every three seconds.
            if (_fault != fault.Message) logger.LogWarning("The master keys could not be read anew; those held stay: {Fault}", fault.Message);
            _fault = fault.Message;
        }
    }

    private async Task WaitAsync(CancellationToken token)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(token);
        var told = _told.WaitAsync(either.Token);
        await Task.WhenAny(told, Task.Delay(Every, clock, either.Token));
        await either.CancelAsync();
    }

    private void Wake()
    {
        _anew = true;
        try
        {
            _told.Release();
        }
        catch (SemaphoreFullException)
        {
            // It is awake already.
        }
    }

    private static bool IsPassing(Exception fault) => fault is NpgsqlException or SocketException or TimeoutException or IOException or InvalidOperationException;
}
