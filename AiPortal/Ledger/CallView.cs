using AiPortal.Core.Catalog;
using AiPortal.Core.Ledger;

namespace AiPortal.Ledger;

/// <summary>One call of the log; <c>request_id</c> groups its records.</summary>
internal sealed record CallView(
    Guid Id,
    Guid OrganizationId,
    Guid RequestId,
    CallStatus Status,
    int HttpStatus,
    string? ErrorCode,
    Guid? UserId,
    Guid? KeyId,
    Guid? DepartmentId,
    Guid? TeamId,
    Guid? ProjectId,
    Guid? CostCenterId,
    Guid? EnvironmentId,
    string? ModelName,
    string? DowngradedFrom,
    Guid? ProviderId,
    string? ProviderName,
    string RequestType,
    bool Streamed,
    int Attempts,
    long InputUnits,
    long OutputUnits,
    long TotalUnits,
    decimal TotalCost,
    bool Estimated,
    int? LatencyMs,
    int? TtftMs,
    string? ClientIp,
    string? SessionId,
    string? WorkflowId,
    string? AccountId,
    IReadOnlyDictionary<string, string>? Tags,
    Guid? ReplayOf,
    DateTimeOffset CreatedAt)
{
    public static CallView Of(CallLogRow c) => new(
        c.Id, c.OrganizationId, c.Id, c.Status, c.HttpStatus, c.ErrorCode, c.UserId, c.KeyId, c.DepartmentId, c.TeamId, c.ProjectId, c.CostCenterId,
        c.EnvironmentId, c.ModelName, c.DowngradedFrom, c.ProviderId, c.ProviderName, c.RequestType, c.Streamed, c.Attempts, c.InputUnits, c.OutputUnits,
        c.InputUnits + c.OutputUnits, c.TotalCost, c.Estimated, c.LatencyMs, c.TtftMs, c.ClientIp, c.SessionId, c.WorkflowId, c.AccountId, c.Tags, c.ReplayOf, c.StartedAt);
}

/// <summary>One line: units × unit_price / unit_size = cost, USD.</summary>
internal sealed record ReceiptLineView(string Kind, long Units, decimal? UnitPrice, long? UnitSize, decimal Cost);

/// <summary>An attempt of the call, with its price as it was; <c>price</c> is null for an unpriced call.</summary>
internal sealed record ReceiptAttemptView(RecordView Record, PriceTerms? Price, IReadOnlyList<ReceiptLineView> Lines);

/// <summary>A call with everything it cost; <c>call</c> is null while its log row is still on the way.</summary>
internal sealed record ReceiptView(Guid Id, CallView? Call, decimal TotalCost, IReadOnlyList<ReceiptAttemptView> Attempts)
{
    public static ReceiptView Of(Guid id, CallReceipt receipt) => new(
        id,
        receipt.Call is { } call ? CallView.Of(call) : null,
        receipt.TotalCost,
        [.. receipt.Attempts.Select(attempt => new ReceiptAttemptView(
            RecordView.Of(attempt.Entry), attempt.Terms,
            [.. attempt.Lines.Select(line => new ReceiptLineView(line.Kind, line.Units, line.UnitPrice, line.UnitSize, line.Cost))]))]);
}
