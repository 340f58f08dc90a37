using AiPortal.Api;
using AiPortal.Core.Analytics.Planning;
using AiPortal.Core.Budgets;
using AiPortal.Core.Ledger.Counting;
using AiPortal.Core.Money;

namespace AiPortal.Budgets;

/// <summary>
/// A budget tried on a month, as the API answers it. Amounts are in <c>unit</c>. <c>calls_beyond</c> came when a limit had no room for them;
/// <c>blocked_calls</c> are the same where the budget refuses them (<c>block</c>, <c>approval</c>), else 0.
/// </summary>
internal sealed record TrialView(
    DateTimeOffset PeriodStart,
    DateTimeOffset PeriodEnd,
    bool SoFar,
    long Calls,
    decimal Spent,
    CountedUnit Unit,
    long CallsBeyond,
    decimal CostBeyond,
    int DaysBeyond,
    DateTimeOffset? FirstBeyondAt,
    long BlockedCalls,
    BudgetAction Action)
{
    public static TrialView Example { get; } =
        Of(new BudgetTrial(OrganizationCalendar.Utc.MonthOf(2026, 9), false, 41_200, 5_180.25m, 31, 180.25m, 3, ApiExamples.Instant), BudgetAction.Block);

    public static TrialView Of(BudgetTrial trial, BudgetAction action) => new(
        trial.Span.Start, QuotaLimitView.LastSecondOf(trial.Span), trial.SoFar, trial.Calls, trial.Spent, trial.Unit, trial.CallsBeyond, trial.CostBeyond, trial.DaysBeyond,
        trial.FirstBeyondAt, action is BudgetAction.Block or BudgetAction.Approval ? trial.CallsBeyond : 0, action);
}
