using AiPortal.Core.Money;

namespace AiPortal.Core.Budgets;

/// <summary>What a call wants of one line, before it is known whether there is room.</summary>
internal struct BudgetClaim
{
    public BudgetLine Line;
    public Period Period;
    public BudgetCellKey Key;
    public Int128 Amount;
    public BudgetCell Cell;

    /// <summary>Its place in the chain: a refusal names the first line of the chain that lacks room.</summary>
    public int Place;

    /// <summary>Exactly what is leased is allowed.</summary>
    public readonly bool Fits => !Line.Refuses || Cell.Lease.Unlimited || (!Cell.Lease.Surrendered && Cell.Room >= Amount);
}
