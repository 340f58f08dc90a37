using System.Diagnostics.CodeAnalysis;

namespace AiPortal.Core.Budgets;

/// <summary>Whether a call may be made.</summary>
/// <param name="Hold">What it holds of every budget.</param>
/// <param name="Refusal">The budget that has no room, by the database's numbers.</param>
public readonly record struct HoldAnswer(BudgetHold? Hold, BudgetRefusal? Refusal)
{
    /// <summary>Neither: budgets cannot be held now, because the database is away.</summary>
    public static HoldAnswer Unavailable => default;

    /// <summary>True when the call may be made.</summary>
    [MemberNotNullWhen(true, nameof(Hold))]
    public bool IsHeld => Hold is not null;
}
