using AiPortal.Core.Budgets;

namespace AiPortal.Budgets;

/// <summary>What pages say of a limit.</summary>
internal static class LimitWords
{
    /// <summary>Whether nothing is left that a call could take, calls in flight not counted.</summary>
    public static bool IsFull(this BudgetView view) => view.Spent + view.Unknown >= view.Limit;
}
