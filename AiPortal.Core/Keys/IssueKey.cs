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
        gate.RunAsync<IssuedKey>(actor, organizationId, Permission.ManageKeys, "key.create", async scope =>
        {
            var faults = new FieldFaults();
            draft.Check(faults, null, clock.GetUtcNow());
            if (faults.Any) return faults.ToRefusal();
            if (await KeyReferences.RefusalOfAsync(scope.Db, draft, null, token) is { } missing) return missing;

            var secret = VirtualKeyFormat.Generate();
            var key = new ApiKey
            {
                Id = Ids.New(clock),
                OrganizationId = organizationId,
                Name = draft.Name,
                KeyHash = VirtualKeyFormat.Hash(secret),
                Prefix = VirtualKeyFormat.DisplayPrefix(secret),
                CreatedBy = actor.IsService ? null : actor.Id,
            };
            draft.WriteTo(key);
            scope.Db.Add(key);
            if (await budgets.SetAsync(scope, key, draft.Budget, token) is { } refusal) return refusal;

            var listing = new KeyListing(key, draft.Budget);
            scope.Audit(new AuditNote("key.create", "key", key.Id, key.Name, After: listing.Audit));
            scope.RefreshGateway();
            return new IssuedKey(listing, secret);
        }, token);
}
