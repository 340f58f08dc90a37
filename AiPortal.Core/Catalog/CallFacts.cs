namespace AiPortal.Core.Catalog;

/// <summary>What decides, beside its usage, what a call costs.</summary>
/// <param name="At">When the call began; says which promotions and times of day apply.</param>
/// <param name="ServiceTier">The tier that the answer names, whatever was asked for.</param>
/// <param name="Region">Where the answer says it was made.</param>
/// <param name="ReportedCost">USD, as the provider's answer says.</param>
public readonly record struct CallFacts(DateTimeOffset At, string? ServiceTier = null, string? Region = null, decimal? ReportedCost = null);
