namespace AiPortal.Core.Budgets.Allocations;

/// <summary>A budget that has its amount from another one's. <paramref name="Amount"/> is for one period.</summary>
public sealed record BudgetShare(Guid ParentId, Guid BudgetId, string Name, decimal Amount);
