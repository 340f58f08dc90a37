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
        var issued = await KeyIssuing.IssueAsync(scope, budgets, clock, draft, token: token);
        if (issued.IsRefused) return issued;
        var listing = issued.Value.Listing;
        scope.MayNeedApproval(new ApprovalTrigger(KeyApprovals.Create, EnvironmentId: draft.EnvironmentId));
        scope.AskableAs(new ApprovalMatter("key.create", "key", null, draft.Name, null, draft, draft)
        {
            Places = await KeyApprovals.PlacesOfAsync(scope, draft.ProjectId, draft.TeamId, draft.OwnerUserId, token),
        });
        scope.Audit(new AuditNote("key.create", "key", listing.Key.Id, listing.Key.Name, After: listing.Audit));
        return issued;
    }
}
