using AiPortal.Core.Data;

namespace AiPortal.Core.Budgets;

/// <summary>How words of a budget are refused.</summary>
public static class BudgetWords
{
    /// <summary>What to say of an action that is none of <see cref="BudgetAction"/>.</summary>
    public static string ActionFault() =>
        $"Must be one of {string.Join(", ", Enum.GetValues<BudgetAction>().Select(EnumWord.Of))}.";
}
