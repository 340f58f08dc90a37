using AiPortal.Core.Access;
using AiPortal.Core.Audit;
using AiPortal.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Keys;

/// <summary>Changes what a key may do and who pays. Entries already on the ledger keep their attribution.</summary>
public sealed class ChangeKey(ChangeGate gate, IKeyBudgets budgets, TimeProvider clock)
{
    /// <param name="overlay">Gives the draft as it shall be from the draft as it is.</param>
    public async Task<Outcome<KeyListing>> RunAsync(Actor actor, Guid organizationId, Guid id, Func<KeyDraft, Outcome<KeyDraft>> overlay, CancellationToken token = default)
    {
        var recounted = false;
        var outcome = await gate.RunAsync(actor, organizationId, Permission.ManageKeys, "key.change", scope =>
            WithinAsync(scope, id, before => Seen(before, overlay(before)), token), token);
        if (recounted && !outcome.IsRefused) await budgets.RefreshAsync(id);
        return outcome;

        Outcome<KeyDraft> Seen(KeyDraft before, Outcome<KeyDraft> after)
        {
            recounted = !after.IsRefused && after.Value.Budget != before.Budget;
            return after;
        }
    }

    /// <summary>The same as a part of another change, which refreshes the key's budget once it stands.</summary>
    internal async Task<Outcome<KeyListing>> WithinAsync(ChangeScope scope, Guid id, Func<KeyDraft, Outcome<KeyDraft>> overlay, CancellationToken token)
    {
        var key = await scope.Db.Set<ApiKey>().SingleOrDefaultAsync(k => k.Id == id && k.DeletedAt == null, token);
        if (key is null) return Refusal.Missing("key");
        var listing = await KeyListing.OfAsync(scope.Db, key, budgets, token);
        var before = KeyDraft.Of(listing);
        var audited = listing.Audit;
        var outcome = overlay(before);
        if (outcome.Refusal is { } unread) return unread;

        var draft = outcome.Value;
        var faults = new FieldFaults();
        draft.Check(faults, before, clock.GetUtcNow());
        if (faults.Any) return faults.ToRefusal();
        if (await KeyReferences.RefusalOfAsync(scope.Db, draft, before, token) is { } missing) return missing;
        foreach (var trigger in KeyApprovals.Of(before, draft)) scope.MayNeedApproval(trigger);
        scope.AskableAs(new ApprovalMatter("key.change", "key", id, key.Name, before, draft, draft)
        {
            Places = await KeyApprovals.PlacesOfAsync(scope, before.ProjectId, before.TeamId, before.OwnerUserId, token),
        });
        if (draft.IsElsewhere(before))
        {
            if (await budgets.MoveAsync(scope, key, () => draft.WriteTo(key), token) is { } outside) return outside;
        }
        else draft.WriteTo(key);

        if (draft.Budget != before.Budget && await budgets.SetAsync(scope, key, draft.Budget, token) is { } refusal) return refusal;

        var changed = new KeyListing(key, draft.Budget);
        scope.Audit(new AuditNote("key.change", "key", key.Id, key.Name, audited, changed.Audit));
        scope.RefreshGateway();
        return changed;
    }

    /// <summary>What <see cref="WithinAsync"/> leaves to do once it stands.</summary>
    internal Task FinishAsync(Guid id) => budgets.RefreshAsync(id);
}
