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
public sealed record LedgerAddition(IReadOnlyList<LedgerEntry> Added, IReadOnlyList<LedgerAttempt> Drained);

/// <summary>A feature that keeps figures of its own in step with the ledger.</summary>
public interface ILedgerFollower
{
    /// <summary>
    /// Runs on the connection, and so in the transaction, that adds the entries. The action given back, if any, runs once that
    /// has committed, in the order of the commits; it must not throw. A transaction that is retried asks again.
    /// </summary>
    Task<Action?> FollowAsync(NpgsqlConnection connection, LedgerAddition addition, CancellationToken token);
}
