namespace AiPortal.Core.Budgets;

/// <summary>What a budget does when a call would not fit.</summary>
public enum BudgetAction
{
    /// <summary>Refuses the call.</summary>
    Block,

    /// <summary>Counts and warns, never refuses.</summary>
    Alert,

    /// <summary>Sends the call to a cheaper model; calls of that model it counts and never refuses.</summary>
    Downgrade,

    /// <summary>Refuses the call and says where to ask for more.</summary>
    Approval,
}

/// <summary>How much a call holds before it is made.</summary>
public enum HoldKind
{
    /// <summary>The 99th percentile of recent outputs; overshoot is bounded and stated.</summary>
    Learned,

    /// <summary>A true ceiling; overshoot is zero.</summary>
    Strict,
}
