using AiPortal.Core.Access;
using AiPortal.Core.Audit;
using AiPortal.Core.Data;

namespace AiPortal.Core.Keys;

/// <summary>A key with its secret, which nobody can read again.</summary>
public sealed record IssuedKey(KeyListing Listing, string Secret);

/// <summary>Makes a key, and its budget with it.</summary>
public sealed class IssueKey(ChangeGate gate, IKeyBudgets budgets, TimeProvider clock)
{
    public Task<Outcome<IssuedKey>> RunAsync(Actor actor, Guid organizationId, KeyDraft draft, CancellationToken token = default) =>
        gate.RunAsync(actor, organizationId, Permission.ManageKeys, "key.create", scope => WithinAsync(scope, draft, token), token);

    /// <summary>The same as a part of another change.</summary>
    internal async Task<Outcome<IssuedKey>> WithinAsync(ChangeScope scope, KeyDraft draft, CancellationToken token)
    {
        var faults = new FieldFaults();
        draft.Check(faults, null, clock.GetUtcNow());
        if (faults.Any) return faults.ToRefusal();
        if (await KeyReferences.RefusalOfAsync(scope.Db, draft, null, token) is { } missing) return missing;

        var secret = VirtualKeyFormat.Generate();
        var key = new ApiKey
        {
            Id = Ids.New(clock),
            OrganizationId = scope.OrganizationId,
            Name = draft.Name,
            KeyHash = VirtualKeyFormat.Hash(secret),
            Prefix = VirtualKeyFormat.DisplayPrefix(secret),
            CreatedBy = scope.Actor.IsService ? null : scope.Actor.Id,
        };
        draft.WriteTo(key);
        scope.Db.Add(key);
        if (await budgets.SetAsync(scope, key, draft.Budget, token) is { } refusal) return refusal;

        var listing = new KeyListing(key, draft.Budget);
        scope.MayNeedApproval(new ApprovalTrigger(KeyApprovals.Create, EnvironmentId: draft.EnvironmentId));
        scope.AskableAs(new ApprovalMatter("key.create", "key", null, draft.Name, null, draft, draft));
        scope.Audit(new AuditNote("key.create", "key", key.Id, key.Name, After: listing.Audit));
        scope.RefreshGateway();
        return new IssuedKey(listing, secret);
    }
}
