using Npgsql;

namespace AiPortal.Core.Ledger;

/// <summary>An attempt with its outcome; without a settlement the outcome is unknown.</summary>
public sealed record LedgerAttempt(Intent Intent, Settlement? Settlement)
{
    public EntryStatus Status => Settlement?.Status ?? EntryStatus.Unknown;
}

/// <summary>What one transaction does to the ledger.</summary>
/// <param name="Added">Entries that were not there before.</param>
/// <param name="Drained">Attempts of this process's own journal, also those that an earlier transaction turned out to have added.</param>
public sealed record LedgerAddition(IReadOnlyList<LedgerEntry> Added, IReadOnlyList<LedgerAttempt> Drained)
{
    /// <summary>The journal that the entries come from, this process's own or one left by a dead process; null for entries of no call.</summary>
    public LedgerSource? Source { get; init; }
}

/// <summary>Attempts as a journal has them.</summary>
public sealed record LedgerSource(Guid JournalId, IReadOnlyList<LedgerAttempt> Attempts);

/// <summary>A feature that keeps figures of its own in step with the ledger.</summary>
public interface ILedgerFollower
{
    /// <summary>
    /// Runs on the connection, and so in the transaction, that adds the entries. The action given back, if any, runs once that
    /// has committed, in the order of the commits; it must not throw. A transaction that is retried asks again.
    /// </summary>
    Task<Action?> FollowAsync(NpgsqlConnection connection, LedgerAddition addition, CancellationToken token);

    /// <summary>All that a dead process's journal held is on the ledger; its folder goes next. May come again after a crash.</summary>
    Task AdoptedAsync(NpgsqlConnection connection, Guid journalId, CancellationToken token) => Task.CompletedTask;
}
