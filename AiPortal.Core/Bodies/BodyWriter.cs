using System.Diagnostics.Metrics;
using System.Net.Sockets;
using System.Threading.Channels;
using AiPortal.Core.Data;
using AiPortal.Core.Data.Sealing;
using AiPortal.Core.Tenancy;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace AiPortal.Core.Bodies;

/// <summary>
/// Keeps bodies beside the calls: they wait in a bounded queue and are prepared and written by one task. A call never waits for it;
/// when memory is full, the database is away or a body cannot be prepared, that body is dropped and counted. Money goes another way.
/// </summary>
public sealed class BodyWriter : IHostedService
{
    private const int MaxWaiting = 4096;
    private const int MaxBatch = 32;
    private readonly Channel<BodyCapture> _waiting = Channel.CreateBounded<BodyCapture>(new BoundedChannelOptions(MaxWaiting) { SingleReader = true });
    private readonly long[] _dropped = new long[Enum.GetValues<DropReason>().Length];
    private long _kept;
    private readonly BodyOptions _options;
    private readonly BodyMemory _memory;
    private readonly BodyStore _store;
    private readonly BodyPreparation _preparation;
    private readonly ILogger<BodyWriter> _logger;
    private Task _writing = Task.CompletedTask;

    public BodyWriter(BodyStore store, SecretVault vault, BodyOptions options, IMeterFactory meters, ILogger<BodyWriter> logger)
    {
        (_store, _options, _logger) = (store, options, logger);
        _memory = new BodyMemory(options.QueueBytes);
        _preparation = new BodyPreparation(new BodySeal(vault), options);
        var meter = meters.Create("AiPortal.Core.Bodies");
        meter.CreateObservableCounter("aiportal_call_bodies_dropped_total", Dropped, description: "Calls whose bodies were to be kept and were not.");
        meter.CreateObservableCounter("aiportal_call_bodies_kept_total", () => Interlocked.Read(ref _kept), description: "Calls whose bodies were kept.");
    }

    /// <summary>For a call of an organization that keeps bodies; ends with <see cref="Post"/>.</summary>
    public BodyCapture Begin(Guid organizationId, Guid callId, DateTimeOffset startedAt, BodyPolicy policy) =>
        new(organizationId, callId, startedAt, policy, _memory, _options);

    /// <summary>Takes the capture over; never waits.</summary>
    public void Post(BodyCapture capture)
    {
        if (!capture.IsLost && _waiting.Writer.TryWrite(capture)) return;
        capture.Dispose();
        Drop(1, DropReason.Full);
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _writing = Task.Run(WriteAsync, CancellationToken.None);
        return Task.CompletedTask;
    }

    /// <summary>Writes what waits, as long as the host has patience.</summary>
    public Task StopAsync(CancellationToken cancellationToken)
    {
        _waiting.Writer.TryComplete();
        return _writing.WaitAsync(cancellationToken);
    }

    private async Task WriteAsync()
    {
        var batch = new List<CallBodyRow>(MaxBatch);
        while (await _waiting.Reader.WaitToReadAsync())
        {
            batch.Clear();
            while (batch.Count < MaxBatch && _waiting.Reader.TryRead(out var capture))
            {
                using (capture) if (Prepared(capture) is { } row) batch.Add(row);
            }

            if (batch.Count > 0) await KeepAsync(batch);
        }
    }

    private CallBodyRow? Prepared(BodyCapture capture)
    {
        try
        {
            return _preparation.Prepare(capture);
        }
        catch (Exception fault)
        {
            // Not its message: it may hold a piece of the text.
            _logger.LogWarning("The bodies of call {Call} are dropped: {Fault}", capture.CallId, fault.GetType().Name);
            Drop(1, DropReason.Fault);
            return null;
        }
    }

    private async Task KeepAsync(List<CallBodyRow> batch)
    {
        // A second time for a connection of the pool that had ended, or a day that is not there.
        if (await TryAddAsync(batch, isLast: false) || await TryAddAsync(batch, isLast: true)) Interlocked.Add(ref _kept, batch.Count);
        else Drop(batch.Count, DropReason.Database);
    }

    private async Task<bool> TryAddAsync(List<CallBodyRow> batch, bool isLast)
    {
        try
        {
            await _store.AddAsync(batch, CancellationToken.None);
            return true;
        }
        catch (Exception fault) when (fault is NpgsqlException or SocketException or TimeoutException or IOException)
        {
            if (isLast) _logger.LogWarning("The bodies of {Count} calls are dropped: the database does not take them ({Fault})", batch.Count, fault is PostgresException refusal ? refusal.SqlState : fault.GetType().Name);
            return false;
        }
    }

    private void Drop(int count, DropReason reason) => Interlocked.Add(ref _dropped[(int)reason], count);

    private IEnumerable<Measurement<long>> Dropped() => Enum.GetValues<DropReason>()
        .Select(reason => new Measurement<long>(Interlocked.Read(ref _dropped[(int)reason]), new KeyValuePair<string, object?>("reason", EnumWord.Of(reason))));

    private enum DropReason
    {
        Full,
        Database,
        Fault,
    }
}
