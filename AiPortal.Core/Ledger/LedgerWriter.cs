using System.Collections.Concurrent;
using System.Threading.Channels;
using AiPortal.Core.Data;
using AiPortal.Core.Ledger.Journals;
using AiPortal.Core.Ledger.Writing;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace AiPortal.Core.Ledger;

/// <summary>
/// Drains the journal into the ledger. At start it takes over what dead processes left, before anything new is admitted; then it
/// writes in batches what the gateway posts; at stop it writes what is left. While the database is away nothing is lost: what
/// memory cannot hold is read back from the journal. Where much waits, two lanes take turns: one stages its batch while the other
/// adds its own to the ledger.
/// </summary>
public sealed class LedgerWriter : IHostedService, IAsyncDisposable
{
    private readonly Journal _journal;
    private readonly LedgerWriterOptions _options;
    private readonly TimeProvider _clock;
    private readonly ILogger<LedgerWriter> _logger;
    private readonly LedgerDrain[] _lanes;
    private readonly Channel<Posted> _queue;
    private readonly ConcurrentDictionary<Guid, bool> _parked = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationTokenSource _aborting = new();
    private Task _running = Task.CompletedTask;
    private int _overflowed;
    private long _callsDropped;

    public LedgerWriter(
        PortalDatabase database, Journal journal, LedgerBook book, LedgerWriterOptions options, TimeProvider clock, ILogger<LedgerWriter> logger)
    {
        _journal = journal;
        _options = options;
        _clock = clock;
        _logger = logger;
        _lanes = [new LedgerDrain(database, book, options, clock, logger), new LedgerDrain(database, book, options, clock, logger)];
        _queue = Channel.CreateBounded<Posted>(options.QueueCapacity);
    }

    public LedgerWriterState State =>
        new(_queue.Reader.Count, _lanes.Min(lane => lane.FailingSince), _parked.Count, Interlocked.Read(ref _callsDropped), _lanes.Max(lane => lane.LastCommitAt));

    /// <summary>
    /// An attempt has been settled, and the journal has its settlement. Never waits, never fails.
    /// <paramref name="call"/> is the call's log row when this was its last attempt.
    /// </summary>
    public void Post(Intent intent, Settlement settlement, CallLogRow? call = null)
    {
        if (!_queue.Writer.TryWrite(new Posted(new LedgerAttempt(intent, settlement), call)))
            Volatile.Write(ref _overflowed, 1);
    }

    /// <summary>A call has ended without any attempt: it was refused. Never waits; given up when memory is full.</summary>
    public void Post(CallLogRow call)
    {
        if (!_queue.Writer.TryWrite(new Posted(null, call)) && Interlocked.Increment(ref _callsDropped) == 1)
            _logger.LogWarning("The call log falls behind: rows of refused calls are given up");
    }

    /// <summary>Adopts the journals of dead processes, entirely, and then begins to write.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var directory in JournalDirectory.Adoptable(_journal.DataDirectory))
        {
            using (directory)
                await AdoptAsync(directory, cancellationToken);
        }
        _running = Task.Run(RunAsync, CancellationToken.None);
    }

    /// <summary>Writes what is left. What cannot be written in the time given stays in the journal for the next start.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _queue.Writer.TryComplete();
        await _stopping.CancelAsync();
        await using var giveUp = cancellationToken.Register(_aborting.Cancel);
        await _running;
    }

    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _aborting.CancelAsync();
        await _running;
        foreach (var lane in _lanes)
            await lane.DisposeAsync();
        _stopping.Dispose();
        _aborting.Dispose();
    }

    private async Task AdoptAsync(JournalDirectory directory, CancellationToken token)
    {
        var parked = _parked.Count;
        var replay = new JournalReplay(directory.Path, _logger);
        var drainedTo = await _lanes[0].PositionOfAsync(directory.Id, token);
        var (entries, unknown) = (0, 0);
        foreach (var chunk in replay.Read(drainedTo).Chunk(_options.MaxBatch))
        {
            await DrainAsync(_lanes[0], Recovered(directory.Id, chunk), own: null, token);
            entries += chunk.Length;
            unknown += chunk.Count(pair => pair.Settlement is null);
        }
        _logger.LogInformation("Adopted journal {Journal}: {Entries} entries, {Unknown} of unknown outcome", directory.Id, entries, unknown);
        if (_parked.Count != parked)
            return;
        await _lanes[0].AdoptedAsync(directory.Id, token);
        directory.Delete();
        await _lanes[0].ForgetPositionAsync(directory.Id, token);
    }

    private async Task RunAsync()
    {
        var token = _aborting.Token;
        try
        {
            while (await _queue.Reader.WaitToReadAsync(token))
            {
                if (_queue.Reader.Count < _options.MaxBatch)
                    await Task.Delay(_options.Linger, _clock, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                await Task.WhenAll(_lanes.Select((lane, number) => Task.Run(() => DrainQueueAsync(lane, always: number == 0, token), token)));
                if (_queue.Reader.Count == 0)
                    await DrainOverflowAsync(token);
            }
            await DrainOverflowAsync(token);
            if (_journal.State.EntriesUndrained == 0)
                await _lanes[0].ForgetPositionAsync(_journal.Id, token);
        }
        catch (OperationCanceledException) when (token.IsCancellationRequested)
        {
            _logger.LogWarning("Stopped with {Count} entries in the journal; the next start writes them", _journal.State.EntriesUndrained);
        }
        catch (NpgsqlException error)
        {
            _logger.LogWarning(error, "The position of journal {Journal} could not be removed", _journal.Id);
        }
    }

    /// <summary>Batch after batch while full ones wait, and one of any size when it is always to write.</summary>
    private async Task DrainQueueAsync(LedgerDrain lane, bool always, CancellationToken token)
    {
        for (; always || _queue.Reader.Count >= _options.MaxBatch; always = false)
            await DrainAsync(lane, Next(), _journal, token);
    }

    private LedgerBatch Next()
    {
        var attempts = new List<LedgerAttempt>();
        var calls = new List<CallLogRow>();
        for (var count = 0; count < _options.MaxBatch && _queue.Reader.TryRead(out var posted); count++)
        {
            if (posted.Attempt is { } attempt)
                attempts.Add(attempt);
            if (posted.Call is { } call)
                calls.Add(call);
        }
        return new LedgerBatch(_journal.Id, attempts, calls) { IsNew = true };
    }

    private async Task DrainOverflowAsync(CancellationToken token)
    {
        while (Interlocked.Exchange(ref _overflowed, 0) != 0)
        {
            foreach (var chunk in _journal.ReadUndrained().Where(pair => !_parked.ContainsKey(pair.Intent.EntryId)).Chunk(_options.MaxBatch))
                await DrainAsync(_lanes[0], Recovered(_journal.Id, chunk), _journal, token);
        }
    }

    private static LedgerBatch Recovered(Guid journalId, JournalPair[] pairs)
    {
        var attempts = Array.ConvertAll(pairs, pair => new LedgerAttempt(pair.Intent, pair.Settlement));
        return new LedgerBatch(journalId, attempts, [.. attempts.Select(LedgerRows.Call).OfType<CallLogRow>()]);
    }

    /// <summary>Commits a batch; what the database refuses for its content is found by halving and set aside, so that it holds up nothing else.</summary>
    private async Task DrainAsync(LedgerDrain lane, LedgerBatch batch, Journal? own, CancellationToken token)
    {
        try
        {
            await lane.CommitAsync(batch, own, token);
        }
        catch (LedgerRefusedException refusal) when (batch.Count > 1)
        {
            _logger.LogWarning(refusal, "The database refuses a batch of {Count}; it is halved", batch.Count);
            var (first, second) = batch.Split();
            await DrainAsync(lane, first, own, token);
            await DrainAsync(lane, second, own, token);
        }
        catch (LedgerRefusedException refusal) when (batch.Attempts.Count == 1)
        {
            _parked[batch.Attempts[0].Intent.EntryId] = true;
            _logger.LogCritical(refusal, "The database refuses entry {Entry}; it stays in the journal", batch.Attempts[0].Intent.EntryId);
        }
        catch (LedgerRefusedException refusal)
        {
            Interlocked.Increment(ref _callsDropped);
            _logger.LogError(refusal, "The database refuses the log row of call {Call}", batch.Calls[0].Id);
        }
    }

    private readonly record struct Posted(LedgerAttempt? Attempt, CallLogRow? Call);
}
