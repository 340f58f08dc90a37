namespace AiPortal.Core.Ledger.Journals;

/// <summary>
/// Which attempts are open, settled, drained. Memory is held for undrained ones alone and every step is O(1), however long the
/// oldest of them stays open. Not thread-safe: the journal's lock guards it.
/// </summary>
internal sealed class JournalTracker
{
    private readonly Dictionary<Guid, TrackedAttempt> _attempts = [];
    private readonly TrackedList _undrained = new(static attempt => ref attempt.InUndrained);
    private readonly TrackedList _unsettled = new(static attempt => ref attempt.InUnsettled);

    public int Undrained => _undrained.Count;

    public int Unsettled => _unsettled.Count;

    public long LastPosition { get; private set; }

    /// <summary>Every intent up to here is in the database.</summary>
    public long LowWaterMark => _undrained.First?.Position - 1 ?? LastPosition;

    public DateTimeOffset? OldestUnsettledAt => _unsettled.First?.StartedAt;

    public bool Contains(Guid entryId) => _attempts.ContainsKey(entryId);

    public bool IsOpen(Guid entryId) => _attempts.TryGetValue(entryId, out var attempt) && attempt.IsOpen;

    public bool IsSettled(Guid entryId) => _attempts.TryGetValue(entryId, out var attempt) && !attempt.IsOpen;

    public int UndrainedBefore(Guid organizationId, DateTimeOffset at)
    {
        var count = 0;
        for (var attempt = _undrained.First; attempt is not null; attempt = attempt.InUndrained.Next)
        {
            if (attempt.OrganizationId == organizationId && attempt.StartedAt < at)
                count++;
        }
        return count;
    }

    public void Began(Intent intent, JournalSegment segment)
    {
        var attempt = new TrackedAttempt(intent.EntryId, ++LastPosition, intent.Attribution.OrganizationId, intent.StartedAt, segment);
        _attempts.Add(intent.EntryId, attempt);
        _undrained.Add(attempt);
        _unsettled.Add(attempt);
        segment.Undrained++;
    }

    public void Settled(Guid entryId)
    {
        var attempt = _attempts[entryId];
        _unsettled.Remove(attempt);
        attempt.IsOpen = false;
    }

    /// <summary>The settlement is on disk, in this segment; that may be later than <see cref="Settled"/>.</summary>
    public void SettlementWritten(Guid entryId, JournalSegment segment)
    {
        _attempts[entryId].SettledIn = segment;
        segment.Undrained++;
    }

    public void Drained(IEnumerable<Guid> entryIds)
    {
        foreach (var id in entryIds)
            Drained(id);
    }

    public void Drained(Guid entryId)
    {
        if (!_attempts.Remove(entryId, out var attempt))
            return;
        _undrained.Remove(attempt);
        if (attempt.IsOpen)
            _unsettled.Remove(attempt);
        attempt.BeganIn.Undrained--;
        if (attempt.SettledIn is { } settledIn)
            settledIn.Undrained--;
    }

    /// <summary>What <see cref="LowWaterMark"/> will be when these are drained too.</summary>
    public long LowWaterMarkWith(IReadOnlySet<Guid> entryIds)
    {
        var attempt = _undrained.First;
        while (attempt is not null && entryIds.Contains(attempt.EntryId))
            attempt = attempt.InUndrained.Next;
        return attempt?.Position - 1 ?? LastPosition;
    }
}
