using AiPortal.Core.Access;
using AiPortal.Core.Audit;
using AiPortal.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Keys;

/// <summary>Disables a key, enables it again, or revokes it for good. When it returns, this node refuses what it should.</summary>
public sealed class ChangeKeyStatus(ChangeGate gate, IKeyBudgets budgets)
{
    public Task<Outcome<KeyListing>> RunAsync(Actor actor, Guid organizationId, Guid id, KeyStatus status, CancellationToken token = default)
    {
        var action = status switch
        {
            KeyStatus.Active => "key.enable",
            KeyStatus.Disabled => "key.disable",
            KeyStatus.Revoked => "key.revoke",
        };
        return gate.RunAsync<KeyListing>(actor, organizationId, Permission.ManageKeys, action, async scope =>
        {
            var key = await scope.Db.Set<ApiKey>().SingleOrDefaultAsync(k => k.Id == id && k.DeletedAt == null, token);
            if (key is null) return Refusal.Missing("key");
            if (key.Status == KeyStatus.Revoked && status != KeyStatus.Revoked)
                return Refusal.Conflict("key_revoked", "A revoked key never works again. Create a new one.");

            var before = key.Status;
            key.Status = status;
            if (status == KeyStatus.Revoked) (key.PreviousHash, key.PreviousValidUntil, key.PendingSecretCipher) = (null, null, null);
            scope.Audit(new AuditNote(action, "key", key.Id, key.Name, new { Status = before }, new { key.Status }));
            scope.RefreshGateway();
            return await KeyListing.OfAsync(scope.Db, key, budgets, token);
        }, token);
    }
}
