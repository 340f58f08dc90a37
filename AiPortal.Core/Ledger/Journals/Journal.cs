using Microsoft.Extensions.Logging;

namespace AiPortal.Core.Ledger.Journals;

/// <summary>
/// The local journal: an intent before each attempt, a settlement after it. What an append has returned for is in the page cache, so a
/// killed process loses nothing; a background flush every <see cref="JournalOptions.FsyncInterval"/> bounds what a power cut takes.
/// Thread-safe.
/// </summary>
public sealed class Journal : IAsyncDisposable, IOpenCalls
{
    private const int DrainedAtOnce = 64;

    private readonly Lock _gate = new();
    private readonly JournalOptions _options;
    private readonly ILogger<Journal> _logger;
    private readonly JournalDirectory _directory;
    private readonly JournalFiles _files;
    private readonly JournalTracker _tracker = new();
    private readonly Queue<(Guid EntryId, byte[] Frame)> _unwritten = new();
    private readonly JournalFlushing _flushing;
    private string? _fault;
    private bool _closed;

    private Journal(JournalOptions options, TimeProvider timeProvider, ILogger<Journal> logger, OpenSegment open)
    {
        _options = options;
        _logger = logger;
        _directory = JournalDirectory.Create(options.DataDirectory, timeProvider);
        _files = new JournalFiles(_directory, options.SegmentBytes, open, logger);
        _flushing = new JournalFlushing(Flush, new PeriodicTimer(options.FsyncInterval, timeProvider));
    }

    /// <summary>The journal's uuid, by which the database keeps its position.</summary>
    public Guid Id => _directory.Id;

    /// <summary>Folder of the segments.</summary>
    public string Path => _directory.Path;

    /// <summary>Where other processes' journals are too.</summary>
    public string DataDirectory => _options.DataDirectory;

    /// <summary>Something in the database still goes by this uuid: closing leaves the folder, for the next start to adopt.</summary>
    public bool Keep { get; set; }

    public JournalState State
    {
        get
        {
            lock (_gate)
                return new JournalState(Status, _files.Bytes, _tracker.Unsettled, _tracker.Undrained, _unwritten.Count, _tracker.OldestUnsettledAt, _fault);
        }
    }

    /// <summary>As it is this moment; each call asks, so nothing is locked for it.</summary>
    public JournalStatus Status =>
        _fault is not null ? JournalStatus.Faulted
        : IsFull ? JournalStatus.Full
        : _files.Bytes >= _options.MaxBytes / 5 * 4 ? JournalStatus.NearlyFull
        : JournalStatus.Ok;

    /// <summary>Every intent up to this position is in the database.</summary>
    public long LowWaterMark
    {
        get
        {
            lock (_gate)
                return _tracker.LowWaterMark;
        }
    }

    /// <summary>Begins a journal of this process's own.</summary>
    /// <exception cref="IOException">The data directory cannot be written.</exception>
    public static Journal Open(JournalOptions options, TimeProvider timeProvider, ILogger<Journal> logger) =>
        Open(options, timeProvider, logger, JournalSegment.Open);

    /// <summary>Records that an attempt is about to be sent.</summary>
    /// <exception cref="JournalUnavailableException">Nothing may be sent: the journal is full, its disk failed, or it is closed.</exception>
    public void Append(Intent intent)
    {
        var frame = JournalCodec.Encode(intent);
        if (frame.Length > JournalFrame.MaxPayloadBytes)
            throw new ArgumentException("The intent is too large to journal.", nameof(intent));
        lock (_gate)
        {
            if (_closed)
                throw new JournalUnavailableException("The journal is closed.");
            if (_tracker.Contains(intent.EntryId))
                throw new ArgumentException($"Attempt {intent.EntryId} is journalled already.", nameof(intent));
            if (IsFull)
                throw new JournalUnavailableException("The journal is full: the database has not taken its entries.");
            if (_fault is not null)
                throw new JournalUnavailableException($"The journal's disk failed: {_fault}");
            try
            {
                if (_files.NeedsRotation(frame.Length))
                    _files.Rotate(_tracker.LastPosition + 1);
                _files.Write(frame);
            }
            catch (Exception error) when (JournalFiles.IsDiskFault(error))
            {
                Fault(error);
                throw new JournalUnavailableException($"The journal's disk failed: {error.Message}", error);
            }
            _tracker.Began(intent, _files.Active);
        }
    }

    /// <summary>
    /// Records an attempt's outcome. Always accepted: what the disk refuses is kept in memory, shown in <see cref="State"/> and written
    /// as soon as the disk allows.
    /// </summary>
    /// <exception cref="InvalidOperationException">No such attempt is open.</exception>
    /// <exception cref="ObjectDisposedException">The journal is closed.</exception>
    public void Append(Settlement settlement)
    {
        var frame = JournalCodec.Encode(settlement);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_closed, this);
            if (!_tracker.IsOpen(settlement.EntryId))
                throw new InvalidOperationException($"Attempt {settlement.EntryId} is not open in this journal.");
            _tracker.Settled(settlement.EntryId);
            if (!TryWriteSettlement(settlement.EntryId, frame))
                _unwritten.Enqueue((settlement.EntryId, frame.ToArray()));
        }
    }

    /// <inheritdoc/>
    public int OpenBefore(Guid organizationId, DateTimeOffset at)
    {
        lock (_gate)
            return _tracker.UndrainedBefore(organizationId, at);
    }

    /// <summary>The position to store with a batch: what <see cref="LowWaterMark"/> will be once these entries are drained.</summary>
    public long LowWaterMarkWith(IReadOnlySet<Guid> entryIds)
    {
        lock (_gate)
            return _tracker.LowWaterMarkWith(entryIds);
    }

    /// <summary>These entries are committed to the database. Segments that hold nothing else are deleted.</summary>
    public void Drained(IEnumerable<Guid> entryIds)
    {
        IReadOnlyList<JournalSegment> finished;
        // A call that appends meanwhile waits for some of a batch, not for all of it.
        foreach (var some in entryIds.Chunk(DrainedAtOnce))
        {
            lock (_gate)
                _tracker.Drained(some);
        }
        lock (_gate)
        {
            // With nothing left but a crowded active segment, only a new one lets its space go.
            if (_files.Active.Undrained == 0 && Status is JournalStatus.NearlyFull or JournalStatus.Full)
                TryRotate();
            finished = _files.TakeFinished();
        }
        _files.Remove(finished);
    }

    /// <summary>Settled attempts that are not drained, read back from disk: for a writer whose memory could not hold them all.</summary>
    public IEnumerable<JournalPair> ReadUndrained()
    {
        foreach (var pair in new JournalReplay(Path, _logger).Read(LowWaterMark))
        {
            if (pair.Settlement is null)
                yield break;
            bool wanted;
            lock (_gate)
                wanted = _tracker.IsSettled(pair.Intent.EntryId);
            if (wanted)
                yield return pair;
        }
    }

    /// <summary>Flushes and closes. An entirely drained journal removes its folder; another is left for the next start to adopt.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            if (_closed)
                return;
            _closed = true;
        }
        await _flushing.DisposeAsync();
        Flush();
        if (_unwritten.Count > 0)
            _logger.LogCritical("{Count} settlements never reached the journal's disk", _unwritten.Count);
        _files.Close();
        if (_tracker.Undrained == 0 && !Keep)
            _directory.Delete();
        _directory.Dispose();
    }

    internal static Journal Open(JournalOptions options, TimeProvider timeProvider, ILogger<Journal> logger, OpenSegment open) =>
        new(options, timeProvider, logger, open);

    /// <summary>Writes what the disk refused before, then makes all segments durable; the slow part runs without the lock.</summary>
    internal void Flush()
    {
        JournalFiles.Unflushed unflushed;
        IReadOnlyList<JournalSegment> finished;
        bool healing;
        lock (_gate)
        {
            // After a fault only a new segment will do: the kernel may have dropped what it could not write and call the old file clean.
            healing = _fault is not null && TryRotate() && TryWriteKept();
            finished = _files.TakeFinished();
            unflushed = _files.TakeDirty();
        }
        _files.Remove(finished);
        try
        {
            unflushed.ToDisk();
        }
        catch (Exception error) when (JournalFiles.IsDiskFault(error))
        {
            lock (_gate)
            {
                _files.NotFlushed(unflushed);
                Fault(error);
            }
            return;
        }
        lock (_gate)
        {
            _files.Flushed(unflushed);
            if (healing)
                _fault = null;
        }
        if (healing)
            _logger.LogWarning("The journal's disk works again");
    }

    private bool IsFull => _files.Bytes >= _options.MaxBytes;

    private void Fault(Exception error)
    {
        if (_fault is null)
            _logger.LogCritical(error, "The journal's disk failed; new calls are refused until it works again");
        _fault = error.Message;
    }

    private bool TryWriteSettlement(Guid entryId, ReadOnlySpan<byte> frame)
    {
        // A new segment is a courtesy: when none can be made, the active one grows past its size.
        if (_files.NeedsRotation(frame.Length))
            TryRotate();
        try
        {
            _files.Write(frame);
        }
        catch (Exception error) when (JournalFiles.IsDiskFault(error))
        {
            Fault(error);
            return false;
        }
        _tracker.SettlementWritten(entryId, _files.Active);
        return true;
    }

    private bool TryWriteKept()
    {
        while (_unwritten.TryPeek(out var kept))
        {
            if (_tracker.Contains(kept.EntryId) && !TryWriteSettlement(kept.EntryId, kept.Frame))
                return false;
            _unwritten.Dequeue();
        }
        return true;
    }

    private bool TryRotate()
    {
        try
        {
            _files.Rotate(_tracker.LastPosition + 1);
            return true;
        }
        catch (Exception error) when (JournalFiles.IsDiskFault(error))
        {
            Fault(error);
            return false;
        }
    }
}
