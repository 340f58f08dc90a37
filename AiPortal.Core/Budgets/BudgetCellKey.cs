using AiPortal.Core.Money;

namespace AiPortal.Core.Budgets;

/// <summary>One budget line in one period: what <see cref="BudgetAmount"/> is keyed by in the database.</summary>
public readonly record struct BudgetCellKey(Guid BudgetId, PeriodType PeriodType, DateTimeOffset PeriodStart)
{
    /// <summary>The order in which rows are locked: period types by their words.</summary>
    internal static Comparer<BudgetCellKey> DatabaseOrder { get; } = Comparer<BudgetCellKey>.Create((a, b) =>
    {
        var order = a.BudgetId.CompareTo(b.BudgetId);
        if (order == 0)
            order = string.CompareOrdinal(a.PeriodType.ToText(), b.PeriodType.ToText());
        return order == 0 ? a.PeriodStart.CompareTo(b.PeriodStart) : order;
    });

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

/// <summary>What the database says a line has used in a period, in USD, as of a version of the row.</summary>
public readonly record struct BudgetSeed(BudgetCellKey Key, decimal Spent, decimal Unknown, long Version = 0);

/// <summary>What was settled here and is not yet in the database, in USD.</summary>
public readonly record struct BudgetPending(BudgetCellKey Key, decimal Spent, decimal Unknown);

/// <summary>
/// What a committed transaction of the ledger writer did to a cell, in USD: how much of what calls <em>of this book</em> had
/// held and settled it wrote (never what another process's journal held), and what the database says since, as of a version.
/// </summary>
/// <param name="Key">The cell.</param>
/// <param name="DrainedSpent">Leaves what is pending.</param>
/// <param name="DrainedUnknown">Leaves what is pending.</param>
/// <param name="SpentInDb">The database's amount.</param>
/// <param name="UnknownInDb">The database's amount.</param>
/// <param name="Version">Of the amounts; older ones than those known are left.</param>
/// <param name="LeaseDrained">All that was ever moved out of this node's lease on the cell; null when it has none.</param>
public readonly record struct BudgetConfirmation(
    BudgetCellKey Key, decimal DrainedSpent, decimal DrainedUnknown, decimal SpentInDb, decimal UnknownInDb, long Version, decimal? LeaseDrained);
