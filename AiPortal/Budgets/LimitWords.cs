using AiPortal.Core.Budgets;
using AiPortal.Core.Data;

namespace AiPortal.Budgets;

/// <summary>What pages say of a limit.</summary>
internal static class LimitWords
{
    /// <summary>Whether nothing is left that a call could take, calls in flight not counted.</summary>
    public static bool IsFull(this BudgetView view) => view.Spent + view.Unknown >= view.Limit;

    /// <summary>The unit of a budget's amounts, as figures take it.</summary>
    public static string UnitWord(this Budget budget) => EnumWord.Of(budget.Unit);
}
