using AiPortal.Core.Money;

namespace AiPortal.Core.Budgets.Requests;

/// <summary>A request as its author writes it.</summary>
/// <param name="Amount">The limit as it should be in the budget's unit, above the one in force.</param>
/// <param name="Reason">For whoever decides.</param>
/// <param name="PeriodType">Which of the budget's limits; null: the budget's own.</param>
public sealed record BudgetRequestDraft(decimal Amount, string Reason, PeriodType? PeriodType = null)
{
    public const int MaxReason = 500;
}
