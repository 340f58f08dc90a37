using AiPortal.Core.Money;

namespace AiPortal.Core.Budgets;

/// <summary>One budget line in one period: what <see cref="BudgetAmount"/> is keyed by in the database.</summary>
public readonly record struct BudgetCellKey(Guid BudgetId, PeriodType PeriodType, DateTimeOffset PeriodStart)
{
    internal (Guid BudgetId, PeriodType PeriodType) Line => (BudgetId, PeriodType);

    /// <summary>The order in which cells are locked, the same for every call.</summary>
    internal static int Compare(BudgetCellKey a, BudgetCellKey b)
    {
        var order = a.BudgetId.CompareTo(b.BudgetId);
        if (order == 0)
            order = a.PeriodType.CompareTo(b.PeriodType);
        return order == 0 ? a.PeriodStart.CompareTo(b.PeriodStart) : order;
    }
}

/// <summary>What the database says a line has used in a period, in USD, when the line is loaded.</summary>
public readonly record struct BudgetSeed(BudgetCellKey Key, decimal Spent, decimal Unknown);

/// <summary>What was settled here and is not yet in the database, in USD.</summary>
public readonly record struct BudgetPending(BudgetCellKey Key, decimal Spent, decimal Unknown);

/// <summary>
/// What a committed transaction of the ledger writer did to a cell, in USD: how much of what calls <em>of this book</em> had
/// held and settled it wrote (never what another process's journal held), and what the database says since.
/// </summary>
public readonly record struct BudgetConfirmation(
    BudgetCellKey Key, decimal DrainedSpent, decimal DrainedUnknown, decimal SpentInDb, decimal UnknownInDb);
