using AiPortal.Core.Access;
using AiPortal.Core.Data;

namespace AiPortal.Core.Keys;

/// <summary>Makes a key within a change: checked, with its secret and its budget. The audit note is the caller's.</summary>
internal static class KeyIssuing
{
    /// <param name="scope">The change.</param>
    /// <param name="budgets">Makes the key's own budget.</param>
    /// <param name="clock">UTC.</param>
    /// <param name="draft">The key.</param>
    /// <param name="secret">A well-formed one that applications have already; null makes one.</param>
    /// <param name="token">Ends it.</param>
    public static async Task<Outcome<IssuedKey>> IssueAsync(
        ChangeScope scope, IKeyBudgets budgets, TimeProvider clock, KeyDraft draft, string? secret = null, CancellationToken token = default)
    {
        var faults = new FieldFaults();
        draft.Check(faults, null, clock.GetUtcNow());
        if (faults.Any) return faults.ToRefusal();
        if (await KeyReferences.RefusalOfAsync(scope.Db, draft, null, token) is { } missing) return missing;

        secret ??= VirtualKeyFormat.Generate();
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
        scope.RefreshGateway();
        return new IssuedKey(new KeyListing(key, draft.Budget), secret);
    }
}
