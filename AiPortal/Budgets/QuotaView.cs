using AiPortal.Core.Budgets;
using AiPortal.Core.Ledger.Counting;
using AiPortal.Core.Money;

namespace AiPortal.Budgets;

/// <summary>One limit of a budget in its current period, in the budget's unit. <c>period_end</c> is the period's last second.</summary>
internal sealed record QuotaLimitView(
    PeriodType PeriodType,
    decimal Limit,
    decimal Used,
    decimal Held,
    decimal Unknown,
    decimal Remaining,
    DateTimeOffset PeriodStart,
    DateTimeOffset PeriodEnd)
{
    public static QuotaLimitView Of(BudgetLineReading reading)
    {
        var view = reading.View;
        return new QuotaLimitView(reading.Line.PeriodType, view.Limit, view.Spent, view.Held, view.Unknown, view.Remaining, view.Period.Start, LastSecondOf(view.Period));
    }

    public static DateTimeOffset LastSecondOf(Period period) => period.End.AddSeconds(-1);
}

/// <summary>A budget allocated from another one; <c>amount</c> is its total_quota.</summary>
internal sealed record QuotaAllocationView(Guid QuotaId, string Name, decimal Amount);

/// <summary>A budget as the API answers it. Amounts are in its unit and current period, thresholds fractions.</summary>
internal sealed record QuotaView
{
    public required Guid Id { get; init; }

    public required Guid OrganizationId { get; init; }

    public required string Name { get; init; }

    public required QuotaType QuotaType { get; init; }

    public required Guid ScopeId { get; init; }

    public required Guid? ParentId { get; init; }

    public required IReadOnlyList<QuotaAllocationView> Allocations { get; init; }

    public required decimal AllocatedQuota { get; init; }

    public required decimal UnallocatedQuota { get; init; }

    public required decimal TotalQuota { get; init; }

    public required decimal UsedQuota { get; init; }

    public required decimal HeldQuota { get; init; }

    public required decimal UnknownQuota { get; init; }

    public required decimal RemainingQuota { get; init; }

    public required decimal UsagePercentage { get; init; }

    public required PeriodType PeriodType { get; init; }

    public required DateTimeOffset PeriodStart { get; init; }

    public required DateTimeOffset PeriodEnd { get; init; }

    public required decimal? DailyLimit { get; init; }

    public required decimal? HourlyLimit { get; init; }

    public required decimal WarningThreshold { get; init; }

    public required decimal CriticalThreshold { get; init; }

    public required BudgetAction Action { get; init; }

    public required string? DowngradeModel { get; init; }

    public required HoldKind Hold { get; init; }

    public required CountedUnit Unit { get; init; }

    public required string? Model { get; init; }

    public required Guid? ProviderId { get; init; }

    public required bool IsWarning { get; init; }

    public required bool IsCritical { get; init; }

    public required bool IsExceeded { get; init; }

    public required bool OwnedByKey { get; init; }

    public required IReadOnlyList<QuotaLimitView> Limits { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>Members that are answered and never taken.</summary>
    public static readonly string[] ReadOnlyMembers =
    [
        "id", "organization_id", "used_quota", "held_quota", "unknown_quota", "remaining_quota", "usage_percentage", "period_start", "period_end",
        "allocated_quota", "unallocated_quota",
        "is_warning", "is_critical", "is_exceeded", "owned_by_key", "limits", "created_at", "updated_at",
    ];

    public static QuotaView Of(BudgetReading reading)
    {
        var (budget, main) = (reading.Budget, reading.Main.View);
        var remaining = budget.TotalQuota - main.Spent - main.Held - main.Unknown;
        return new QuotaView
        {
            Id = budget.Id,
            OrganizationId = budget.OrganizationId,
            Name = budget.Name,
            QuotaType = budget.QuotaType,
            ScopeId = budget.ScopeId,
            ParentId = budget.ParentId,
            Allocations = [.. reading.Shares.Select(share => new QuotaAllocationView(share.BudgetId, share.Name, share.Amount))],
            AllocatedQuota = reading.Allocated,
            UnallocatedQuota = budget.TotalQuota - reading.Allocated,
            TotalQuota = budget.TotalQuota,
            UsedQuota = main.Spent,
            HeldQuota = main.Held,
            UnknownQuota = main.Unknown,
            RemainingQuota = remaining,
            UsagePercentage = decimal.Round(main.Spent / budget.TotalQuota * 100, 4),
            PeriodType = budget.PeriodType,
            PeriodStart = main.Period.Start,
            PeriodEnd = QuotaLimitView.LastSecondOf(main.Period),
            DailyLimit = budget.DailyLimit,
            HourlyLimit = budget.HourlyLimit,
            WarningThreshold = budget.WarningThreshold,
            CriticalThreshold = budget.CriticalThreshold,
            Action = budget.Action,
            DowngradeModel = budget.DowngradeModel,
            Hold = budget.Hold,
            Unit = budget.Unit,
            Model = budget.Model,
            ProviderId = budget.ProviderId,
            IsWarning = reading.IsWarning,
            IsCritical = reading.IsCritical,
            IsExceeded = reading.IsExceeded,
            OwnedByKey = budget.OwnedByKey,
            Limits = [.. reading.Lines.Select(QuotaLimitView.Of)],
            CreatedAt = budget.CreatedAt,
            UpdatedAt = budget.UpdatedAt,
        };
    }
}
