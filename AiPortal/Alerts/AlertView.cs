using AiPortal.Api;
using AiPortal.Core.Alerts;
using AiPortal.Core.Ledger.Counting;
using AiPortal.Core.Money;

namespace AiPortal.Alerts;

/// <summary>An alert as the API answers it. <c>limit</c> and <c>used</c> are as they were when it was raised, <c>threshold</c> is a fraction of the limit.</summary>
internal sealed record AlertView(
    Guid Id,
    Guid OrganizationId,
    AlertType Type,
    AlertSeverity Severity,
    AlertStatus Status,
    string Title,
    string Message,
    Guid? QuotaId,
    string? QuotaName,
    PeriodType? PeriodType,
    DateTimeOffset? PeriodStart,
    DateTimeOffset? PeriodEnd,
    decimal? Threshold,
    decimal? Limit,
    decimal? Used,
    CountedUnit? Unit,
    string? Model,
    bool IsRead,
    DateTimeOffset? ReadAt,
    string? ReadBy,
    bool IsResolved,
    DateTimeOffset? ResolvedAt,
    string? ResolvedBy,
    DateTimeOffset? RearmedAt,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt)
{
    public static AlertView Of(Alert a) => new(
        a.Id, a.OrganizationId, a.Type, a.Severity, a.ResolvedAt is null ? AlertStatus.Active : AlertStatus.Resolved, a.Title, a.Message, a.BudgetId, a.BudgetName,
        a.PeriodType, a.PeriodStart, a.PeriodEnd?.AddSeconds(-1), a.Threshold, a.LimitAmount, a.UsedAmount, a.Unit, a.ModelName, a.ReadAt is not null, a.ReadAt, a.ReadBy,
        a.ResolvedAt is not null, a.ResolvedAt, a.ResolvedBy, a.RearmedAt, a.CreatedAt, a.UpdatedAt);

    public static AlertView Example { get; } = Of(new Alert
    {
        Id = ApiExamples.Id,
        OrganizationId = ApiExamples.Id,
        Type = AlertType.QuotaWarning,
        Occasion = "",
        Title = "Budget 'Search, each month' has passed 80 %",
        Message = "Budget 'Search, each month' has used 4012.5 USD of 5000.00 USD (80.25 %) in its monthly period, which ends 2026-11-01 00:00 UTC.",
        BudgetId = ApiExamples.Id,
        BudgetName = "Search, each month",
        PeriodType = Core.Money.PeriodType.Monthly,
        PeriodStart = OrganizationCalendar.Utc.MonthOf(2026, 10).Start,
        PeriodEnd = OrganizationCalendar.Utc.MonthOf(2026, 10).End,
        Threshold = 0.8m,
        LimitAmount = 5000m,
        UsedAmount = 4012.5m,
        Unit = CountedUnit.Usd,
        CreatedAt = ApiExamples.Instant,
        UpdatedAt = ApiExamples.Instant,
    });
}
