namespace AiPortal.Core.Budgets;

/// <summary>
/// The advisory lock between those who write amounts and those who make budgets: without it a budget made while entries are
/// being written would count some of them twice or not at all.
/// </summary>
public static class BudgetLocks
{
    /// <summary>Held until the transaction ends by whoever makes, widens or resets a budget; waits for writers in flight.</summary>
    public const string TakeExclusive = "SELECT pg_advisory_xact_lock(hashtextextended('budget-definitions', 0))";

    /// <summary>Held until the transaction ends by the ledger writer, taken before it reads which budgets there are.</summary>
    public const string TakeShared = "SELECT pg_advisory_xact_lock_shared(hashtextextended('budget-definitions', 0))";
}
