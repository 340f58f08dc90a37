namespace AiPortal.Core.Ledger.Journals;

/// <summary>An attempt that is journalled and not yet in the database. It is a node of its lists itself: thousands wait at a time.</summary>
internal sealed class TrackedAttempt(Guid entryId, long position, Guid organizationId, DateTimeOffset startedAt, JournalSegment beganIn)
{
    public TrackedLinks InUndrained;
    public TrackedLinks InUnsettled;

    public Guid EntryId => entryId;

    public long Position => position;

    public Guid OrganizationId => organizationId;

    public DateTimeOffset StartedAt => startedAt;

    public JournalSegment BeganIn => beganIn;

    public JournalSegment? SettledIn { get; set; }

    public bool IsOpen { get; set; } = true;
}

/// <summary>An attempt's neighbours in one list.</summary>
internal struct TrackedLinks
{
    public TrackedAttempt? Previous;
    public TrackedAttempt? Next;
}

/// <summary>Attempts in the order they began.</summary>
internal sealed class TrackedList(TrackedList.Links linksOf)
{
    private TrackedAttempt? _last;

    /// <summary>Which of an attempt's links are this list's.</summary>
    public delegate ref TrackedLinks Links(TrackedAttempt attempt);

    public TrackedAttempt? First { get; private set; }

    public int Count { get; private set; }

    public void Add(TrackedAttempt attempt)
    {
        linksOf(attempt).Previous = _last;
        if (_last is { } last)
            linksOf(last).Next = attempt;
        else
            First = attempt;
        _last = attempt;
        Count++;
    }

    public void Remove(TrackedAttempt attempt)
    {
        var links = linksOf(attempt);
        if (links.Previous is { } previous)
            linksOf(previous).Next = links.Next;
        else
            First = links.Next;
        if (links.Next is { } next)
            linksOf(next).Previous = links.Previous;
        else
            _last = links.Previous;
        // Neighbours that are long drained must not be kept alive by this one.
        linksOf(attempt) = default;
        Count--;
    }
}
