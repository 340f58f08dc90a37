namespace AiPortal.Budgets;

/// <summary>Names the resources of the budget pages.</summary>
internal sealed class BudgetsText;
