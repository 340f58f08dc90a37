using AiPortal.Api;
using AiPortal.Core.Budgets.Requests;
using AiPortal.Core.Ledger.Counting;
using AiPortal.Core.Money;

namespace AiPortal.Budgets.Requests;

/// <summary>A request for more budget, as the API answers it. <c>amount</c> is the limit asked for.</summary>
internal sealed record QuotaRequestView(
    Guid Id,
    Guid OrganizationId,
    Guid QuotaId,
    PeriodType PeriodType,
    decimal Amount,
    CountedUnit Unit,
    string Reason,
    Guid UserId,
    string UserName,
    BudgetRequestStatus Status,
    string? Comment,
    string? DecidedBy,
    DateTimeOffset? DecidedAt,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt)
{
    public static QuotaRequestView Example { get; } = new(
        ApiExamples.Id, ApiExamples.Id, ApiExamples.Id, PeriodType.Monthly, 7500m, CountedUnit.Usd, "The launch doubles our traffic.", ApiExamples.Id, "Ada",
        BudgetRequestStatus.Open, null, null, null, ApiExamples.Instant, ApiExamples.Instant);

    public static QuotaRequestView Of(BudgetRequest request) => new(
        request.Id, request.OrganizationId, request.BudgetId, request.PeriodType, request.Amount, request.Unit, request.Reason, request.UserId, request.UserName,
        request.Status, request.Comment, request.DecidedBy, request.DecidedAt, request.CreatedAt, request.UpdatedAt);
}
