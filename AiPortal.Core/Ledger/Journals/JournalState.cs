namespace AiPortal.Core.Ledger.Journals;

/// <summary>Whether the journal takes new calls.</summary>
public enum JournalStatus
{
    Ok,

    /// <summary>Over 80 % of its bound.</summary>
    NearlyFull,

    /// <summary>At its bound: new calls are refused until entries are drained.</summary>
    Full,

    /// <summary>The disk refused a write or a flush: new calls are refused until one succeeds.</summary>
    Faulted,
}

/// <summary>A look at the journal.</summary>
/// <param name="Status">Whether new calls are taken.</param>
/// <param name="BytesPending">Size of all segments on disk.</param>
/// <param name="IntentsOpen">Attempts not yet settled.</param>
/// <param name="EntriesUndrained">Attempts, settled or not, that are not known to be in the database.</param>
/// <param name="SettlementsUnwritten">Settlements kept in memory because the disk refused them; a kill would make these unknown.</param>
/// <param name="OldestUnsettledAt">UTC start of the oldest open attempt.</param>
/// <param name="Fault">The disk's last words, while <see cref="JournalStatus.Faulted"/>.</param>
public readonly record struct JournalState(
    JournalStatus Status,
    long BytesPending,
    int IntentsOpen,
    int EntriesUndrained,
    int SettlementsUnwritten,
    DateTimeOffset? OldestUnsettledAt,
    string? Fault);
