using AiPortal.Core.Access;
using AiPortal.Core.Audit;
using AiPortal.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Keys;

/// <summary>What was done about a leaked key; <c>Replacement</c> is null where none was asked for, and for a key that had expired or was revoked before.</summary>
public sealed record LeakedKey(KeyListing Revoked, IssuedKey? Replacement);

/// <summary>
/// Revokes a key that others have got hold of, and makes another with the same terms for those who used it rightly. When it returns,
/// this node refuses the old one; the others do within a second.
/// </summary>
public sealed class ReportLeakedKey(ChangeGate gate, IKeyBudgets budgets, TimeProvider clock)
{
    private const int LongestName = 200;

    /// <param name="actor">Who says so.</param>
    /// <param name="organizationId">Where.</param>
    /// <param name="id">The key.</param>
    /// <param name="since">From when on others may have used it; kept on the audit trail.</param>
    /// <param name="replace">Whether another is made.</param>
    /// <param name="token">Ends it.</param>
    public async Task<Outcome<LeakedKey>> RunAsync(Actor actor, Guid organizationId, Guid id, DateTimeOffset? since, bool replace, CancellationToken token = default) =>
        await gate.RunAsync<LeakedKey>(actor, organizationId, Permission.ManageKeys, "key.leaked", async scope =>
        {
            var key = await scope.Db.Set<ApiKey>().SingleOrDefaultAsync(k => k.Id == id && k.DeletedAt == null, token);
            if (key is null) return Refusal.Missing("key");
            if (since > clock.GetUtcNow()) return Refusal.Field("since", "Must not be in the future.");
            var listing = await KeyListing.OfAsync(scope.Db, key, budgets, token);
            var draft = KeyDraft.Of(listing);
            // What no longer works is no reason for a key that does.
            var lives = key.Status != KeyStatus.Revoked && (key.ExpiresAt is null || key.ExpiresAt > clock.GetUtcNow());
            var before = key.Status;
            key.Status = KeyStatus.Revoked;
            (key.PreviousHash, key.PreviousValidUntil, key.PendingSecretCipher) = (null, null, null);
            IssuedKey? replacement = null;
            if (replace && lives)
            {
                // Two budgets of one amount would not both fit into the one that they are allocated from.
                if (listing.Budget is not null && await budgets.SetAsync(scope, key, null, token) is { } held) return held;
                var name = draft.Name.Length > LongestName - 4 ? draft.Name[..(LongestName - 4)] : draft.Name;
                var issued = await KeyIssuing.IssueAsync(scope, budgets, clock, draft with { Name = name + " (2)" }, token: token);
                if (issued.Refusal is { } refusal) return refusal;
                replacement = issued.Value;
                scope.Audit(new AuditNote("key.create", "key", replacement.Listing.Key.Id, replacement.Listing.Key.Name, After: replacement.Listing.Audit));
            }

            scope.Audit(new AuditNote("key.leaked", "key", key.Id, key.Name, new { Status = before, listing.Budget }, new { key.Status, Since = since, ReplacedBy = replacement?.Listing.Key.Id }));
            scope.RefreshGateway();
            return new LeakedKey(listing, replacement);
        }, token);
}
