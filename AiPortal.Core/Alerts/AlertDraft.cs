using AiPortal.Core.Ledger.Counting;
using AiPortal.Core.Money;

namespace AiPortal.Core.Alerts;

/// <summary>An alert that is to be raised, unless one stands for the same occasion.</summary>
public sealed record AlertDraft
{
    public required Guid OrganizationId { get; init; }

    public required AlertType Type { get; init; }

    public AlertSeverity Severity { get; init; }

    /// <inheritdoc cref="Alert.Occasion"/>
    public required string Occasion { get; init; }

    public required string Title { get; init; }

    public required string Message { get; init; }

    public Guid? BudgetId { get; init; }

    public string? BudgetName { get; init; }

    public PeriodType? PeriodType { get; init; }

    public DateTimeOffset? PeriodStart { get; init; }

    public DateTimeOffset? PeriodEnd { get; init; }

    public decimal? Threshold { get; init; }

    public decimal? LimitAmount { get; init; }

    public decimal? UsedAmount { get; init; }

    /// <inheritdoc cref="Alert.Unit"/>
    public CountedUnit? Unit { get; init; }

    public string? ModelName { get; init; }
}
