using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;

namespace AiPortal.Core.Ledger;

/// <summary>
/// Keeps a bill's cutoff honest. Positions are drawn before they are committed, so without a lock an entry could appear below a
/// cutoff that was already fixed. Who inserts entries of an organization holds the shared variant from before the first
/// position is drawn until commit; who fixes a cutoff holds the exclusive one, and so sees every position up to the highest.
/// </summary>
public static class LedgerLocks
{
    /// <summary>Before an organization's id (lower case, with dashes) it gives the text whose hash is the lock's key.</summary>
    public const string InsertPrefix = "ledger-insert:";

    /// <summary>SQL for one organization; <c>$1</c> is its id as uuid.</summary>
    public const string ShareSql = $"SELECT pg_advisory_xact_lock_shared(hashtextextended('{InsertPrefix}' || $1::uuid::text, 0))";

    /// <summary>
    /// SQL for a batch; <c>$1</c> is a uuid array. Locks are taken in the order of the array: give it sorted, so that two
    /// writers with a waiting finalizer between them cannot form a ring.
    /// </summary>
    public const string ShareManySql =
        $"SELECT pg_advisory_xact_lock_shared(hashtextextended('{InsertPrefix}' || o::text, 0)) FROM unnest($1::uuid[]) WITH ORDINALITY AS t(o, n) ORDER BY n";

    /// <summary>Waits until no writer has uncommitted entries of the organization and keeps new ones away until the transaction ends.</summary>
    public static Task HoldInsertsAsync(DatabaseFacade database, Guid organizationId, CancellationToken token)
    {
        ArgumentNullException.ThrowIfNull(database);
        var name = InsertPrefix + organizationId;
        return database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock(hashtextextended({name}, 0))", token);
    }
}
