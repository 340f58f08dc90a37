using AiPortal.Core.Ledger.Counting;
using AiPortal.Core.Money;

namespace AiPortal.Core.Budgets;

/// <summary>
/// One limit of a budget, as admission uses it: the budget's own, or its daily or hourly one. <paramref name="Limit"/> is
/// for one period; the thresholds are fractions of it.
/// </summary>
public sealed record BudgetLine(
    Guid BudgetId,
    Guid OrganizationId,
    QuotaType QuotaType,
    Guid ScopeId,
    string Name,
    PeriodType PeriodType,
    decimal Limit,
    BudgetAction Action,
    HoldKind Hold,
    decimal WarningThreshold,
    decimal CriticalThreshold,
    string? DowngradeModel = null)
{
    /// <summary>False where a call that does not fit is let through all the same.</summary>
    public bool Refuses => Action != BudgetAction.Alert;

    /// <summary>Calls of the very model it downgrades to it counts and does not hold for: it asked for no more.</summary>
    public bool LetsThrough(string model) => Action == BudgetAction.Downgrade && DowngradeModel == model;

    /// <summary>What the limit is in.</summary>
    public CountedUnit Unit { get; init; }

    /// <summary>Which calls count.</summary>
    public EntryFilter Filter { get; init; }

    internal (Guid BudgetId, PeriodType PeriodType) Key => (BudgetId, PeriodType);

    /// <summary>The lines of a budget, one for each period type: of two limits for the same period the lower one counts.</summary>
    public static IReadOnlyList<BudgetLine> Of(Budget budget)
    {
        ArgumentNullException.ThrowIfNull(budget);
        var lines = new List<BudgetLine>(3);
        Add(budget.PeriodType, budget.TotalQuota);
        Add(PeriodType.Daily, budget.DailyLimit);
        Add(PeriodType.Hourly, budget.HourlyLimit);
        return lines;

        void Add(PeriodType period, decimal? limit)
        {
            if (limit is not { } amount)
                return;
            var same = lines.FindIndex(line => line.PeriodType == period);
            if (same >= 0)
                lines[same] = lines[same] with { Limit = Math.Min(lines[same].Limit, amount) };
            else
                lines.Add(Line(budget, period, amount));
        }
    }

    private static BudgetLine Line(Budget budget, PeriodType period, decimal limit) => new(
        budget.Id, budget.OrganizationId, budget.QuotaType, budget.ScopeId, budget.Name, period, limit,
        budget.Action, budget.Hold, budget.WarningThreshold, budget.CriticalThreshold, budget.DowngradeModel)
    {
        Unit = budget.Unit,
        Filter = new EntryFilter(budget.Model, budget.ProviderId),
    };
}
