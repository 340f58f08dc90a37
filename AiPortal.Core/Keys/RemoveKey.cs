using AiPortal.Core.Access;
using AiPortal.Core.Audit;
using AiPortal.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Keys;

/// <summary>Takes a key out of use and out of the lists, with its budget. Its row stays for the names of its entries.</summary>
public sealed class RemoveKey(ChangeGate gate, IKeyBudgets budgets, TimeProvider clock)
{
    public Task<Outcome<Guid>> RunAsync(Actor actor, Guid organizationId, Guid id, CancellationToken token = default) =>
        gate.RunAsync(actor, organizationId, Permission.ManageKeys, "key.remove", scope => WithinAsync(scope, id, token), token);

    /// <summary>The same as a part of another change.</summary>
    internal async Task<Outcome<Guid>> WithinAsync(ChangeScope scope, Guid id, CancellationToken token)
    {
        var key = await scope.Db.Set<ApiKey>().SingleOrDefaultAsync(k => k.Id == id && k.DeletedAt == null, token);
        if (key is null) return Refusal.Missing("key");
        var listing = await KeyListing.OfAsync(scope.Db, key, budgets, token);
        var audited = listing.Audit;
        scope.MayNeedApproval(new ApprovalTrigger(KeyApprovals.Remove, EnvironmentId: key.EnvironmentId));
        scope.AskableAs(new ApprovalMatter("key.remove", "key", id, key.Name, audited, null, id)
        {
            Places = await KeyApprovals.PlacesOfAsync(scope, key.ProjectId, key.TeamId, key.OwnerUserId, token),
        });
        key.Status = KeyStatus.Revoked;
        key.DeletedAt = clock.GetUtcNow();
        if (await budgets.SetAsync(scope, key, null, token) is { } refusal) return refusal;
        (key.PreviousHash, key.PreviousValidUntil, key.PendingSecretCipher) = (null, null, null);
        scope.Audit(new AuditNote("key.remove", "key", key.Id, key.Name, Before: audited));
        scope.RefreshGateway();
        return id;
    }
}
