using AiPortal.Core.Money;

namespace AiPortal.Core.Budgets;

/// <summary>
/// A budget line at one moment, in USD. The limit is exactly <see cref="Remaining"/> plus <paramref name="Spent"/>,
/// <paramref name="Held"/> (calls in flight) and <paramref name="Unknown"/> (outcomes not yet resolved).
/// </summary>
public readonly record struct BudgetView(decimal Limit, decimal Spent, decimal Held, decimal Unknown, Period Period)
{
    /// <summary>Negative when a lowered limit, an alert-only line or a provider above its ceiling took more than there is.</summary>
    public decimal Remaining => Limit - Spent - Held - Unknown;

    /// <summary>Spend as a fraction of the limit; of a limit of zero everything is used.</summary>
    public decimal UsedFraction => Limit > 0 ? Spent / Limit : 1;
}

/// <summary>Why a call was not admitted: the line that lacked room, as it stood then, and what the call asked of it in USD.</summary>
public sealed record BudgetRefusal(BudgetLine Line, BudgetView View, decimal Asked)
{
    /// <summary>When the line's period ends and its counters begin anew.</summary>
    public DateTimeOffset ResetsAt => View.Period.End;
}
