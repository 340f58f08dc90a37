using AiPortal.Core.Budgets;
using AiPortal.Core.Data;
using AiPortal.Core.Ledger.Counting;
using Microsoft.Extensions.Localization;

namespace AiPortal.Budgets;

/// <summary>What pages say of a limit.</summary>
internal static class LimitWords
{
    /// <summary>Whether nothing is left that a call could take, calls in flight not counted.</summary>
    public static bool IsFull(this BudgetView view) => view.Spent + view.Unknown >= view.Limit;

    /// <summary>The unit of a budget's amounts, as figures take it.</summary>
    public static string UnitWord(this Budget budget) => EnumWord.Of(budget.Unit);

    /// <summary>What stands behind a field for an amount of that unit.</summary>
    public static string UnitMark(this IStringLocalizer<BudgetsText> text, CountedUnit unit) => unit == CountedUnit.Usd ? "$" : text["Unit." + EnumWord.Of(unit)].Value;
}
