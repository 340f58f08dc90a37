using AiPortal.Core.Access;
using AiPortal.Core.Data;
using AiPortal.Core.Money;

namespace AiPortal.Core.Keys;

/// <summary>The budget that comes with a key. <paramref name="Limit"/> is USD for one period; hold and action are words of Budgets.</summary>
public sealed record KeyBudgetTerms(decimal Limit, PeriodType Period, string Hold, string Action);

/// <summary>Keeps the budgets of keys; Budgets does, which Keys must not know.</summary>
public interface IKeyBudgets
{
    /// <summary>Makes, changes or (null) removes the key's own budget within the change. Faults are named <c>budget.…</c>.</summary>
    Task<Refusal?> SetAsync(ChangeScope scope, ApiKey key, KeyBudgetTerms? terms, CancellationToken token);

    /// <summary>Does a change of the scopes around a key, unless a budget of the key would leave the one it is allocated from; the fault names the field.</summary>
    Task<Refusal?> MoveAsync(ChangeScope scope, ApiKey key, Action move, CancellationToken token);

    /// <summary>After the change has committed: makes admission take over what was counted anew.</summary>
    Task RefreshAsync(Guid keyId);

    /// <summary>The budgets of those keys that have one.</summary>
    Task<IReadOnlyDictionary<Guid, KeyBudgetTerms>> ReadAsync(PortalDb db, IReadOnlyCollection<Guid> keyIds, CancellationToken token);
}
