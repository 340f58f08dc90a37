using AiPortal.Core.Access;

namespace AiPortal.Core.Budgets;

/// <summary>A feature that keeps something in step with budgets.</summary>
public interface IBudgetFollower
{
    /// <summary>
    /// Runs in the transaction of a change, after the budget and what it has used are written; ledger writers are kept out until it
    /// ends. <paramref name="removed"/>: the budget goes.
    /// </summary>
    Task FollowAsync(ChangeScope scope, Budget budget, bool removed, CancellationToken token);
}
