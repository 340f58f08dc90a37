namespace AiPortal.Core.Ledger.Journals;

/// <summary>
/// Which attempts are open, settled, drained. Memory is held for undrained ones alone and every step is O(1), however long the
/// oldest of them stays open. Not thread-safe: the journal's lock guards it.
/// </summary>
internal sealed class JournalTracker
{
    private readonly Dictionary<Guid, Entry> _entries = [];
    private readonly LinkedList<Entry> _undrained = new();
    private readonly LinkedList<Entry> _unsettled = new();

    public int Undrained => _undrained.Count;

    public int Unsettled => _unsettled.Count;

    public long LastPosition { get; private set; }

    /// <summary>Every intent up to here is in the database.</summary>
    public long LowWaterMark => _undrained.First?.Value.Position - 1 ?? LastPosition;

    public DateTimeOffset? OldestUnsettledAt => _unsettled.First?.Value.StartedAt;

    public bool Contains(Guid entryId) => _entries.ContainsKey(entryId);

    public bool IsOpen(Guid entryId) => _entries.TryGetValue(entryId, out var entry) && entry.IsOpen;

    public bool IsSettled(Guid entryId) => _entries.TryGetValue(entryId, out var entry) && !entry.IsOpen;

    public int UndrainedBefore(Guid organizationId, DateTimeOffset at) =>
        _undrained.Count(entry => entry.OrganizationId == organizationId && entry.StartedAt < at);

    public void Began(Intent intent, JournalSegment segment)
    {
        var entry = new Entry(++LastPosition, intent.Attribution.OrganizationId, intent.StartedAt, segment);
        _entries.Add(intent.EntryId, entry);
        entry.InUndrained = _undrained.AddLast(entry);
        entry.InUnsettled = _unsettled.AddLast(entry);
        segment.Undrained++;
    }

    public void Settled(Guid entryId)
    {
        var entry = _entries[entryId];
        _unsettled.Remove(entry.InUnsettled!);
        entry.InUnsettled = null;
    }

    /// <summary>The settlement is on disk, in this segment; that may be later than <see cref="Settled"/>.</summary>
    public void SettlementWritten(Guid entryId, JournalSegment segment)
    {
        _entries[entryId].SettledIn = segment;
        segment.Undrained++;
    }

    public void Drained(Guid entryId)
    {
        if (!_entries.Remove(entryId, out var entry))
            return;
        _undrained.Remove(entry.InUndrained!);
        if (entry.InUnsettled is { } open)
            _unsettled.Remove(open);
        entry.BeganIn.Undrained--;
        if (entry.SettledIn is { } settledIn)
            settledIn.Undrained--;
    }

    /// <summary>What <see cref="LowWaterMark"/> will be when these are drained too.</summary>
    public long LowWaterMarkWith(IReadOnlySet<Guid> entryIds)
    {
        if (entryIds.Count == 0)
            return LowWaterMark;
        var ofThese = entryIds.Select(id => _entries.GetValueOrDefault(id)).OfType<Entry>().ToHashSet();
        var node = _undrained.First;
        while (node is not null && ofThese.Contains(node.Value))
            node = node.Next;
        return node?.Value.Position - 1 ?? LastPosition;
    }

    private sealed class Entry(long position, Guid organizationId, DateTimeOffset startedAt, JournalSegment beganIn)
    {
        public long Position => position;

        public Guid OrganizationId => organizationId;

        public DateTimeOffset StartedAt => startedAt;

        public JournalSegment BeganIn => beganIn;

        public JournalSegment? SettledIn { get; set; }

        public LinkedListNode<Entry>? InUndrained { get; set; }

        public LinkedListNode<Entry>? InUnsettled { get; set; }

        public bool IsOpen => InUnsettled is not null;
    }
}
