using AiPortal.Core.Ledger;

namespace AiPortal.Gateway;

/// <summary>A call as its row in the call log.</summary>
internal static class CallRows
{
    public static CallLogRow Of(GatewayCall call, int latencyMs)
    {
        var who = call.Key!.Attribution;
        var last = call.Attempts.Count > 0 ? call.Attempts[^1] : null;
        return new CallLogRow
        {
            Id = call.RequestId,
            StartedAt = call.StartedAt,
            OrganizationId = who.OrganizationId,
            Status = call.Replay is { } replay ? ReplayedStatusOf(replay.Answer.HttpStatus) : last?.Outcome is { } outcome ? StatusOf(outcome.Status) : CallStatus.Refused,
            HttpStatus = call.Context.Response.HasStarted || call.Refusal is null ? call.Context.Response.StatusCode : call.Operation.Errors.StatusOf(call.Refusal),
            ErrorCode = call.Refusal?.Code ?? last?.Outcome?.ErrorCode,
            DepartmentId = who.DepartmentId,
            TeamId = who.TeamId,
            ProjectId = who.ProjectId,
            CostCenterId = who.CostCenterId,
            EnvironmentId = who.EnvironmentId,
            UserId = who.UserId,
            KeyId = who.KeyId,
            // A downgrade that came to no attempt changed nothing.
            ModelName = last?.Intent.ModelName ?? (call.Scan is null ? null : call.Model),
            DowngradedFrom = last is null ? call.DowngradedFrom : last.Intent.DowngradedFrom,
            ProviderId = last?.Plan.Account.Id,
            ProviderName = last?.Plan.Account.Name,
            RequestType = call.Operation.RequestType,
            Streamed = call.Scan?.Stream ?? false,
            Attempts = call.Attempts.Count,
            InputUnits = call.Attempts.Sum(attempt => attempt.Outcome!.Usage.TotalInput),
            OutputUnits = call.Attempts.Sum(attempt => attempt.Outcome!.Usage.TotalOutput),
            TotalCost = call.Attempts.Sum(attempt => attempt.Cost.Total),
            Estimated = call.Attempts.Exists(attempt => attempt.Settlement!.Estimated),
            LatencyMs = latencyMs,
            TtftMs = last?.TtftMs,
            ClientIp = call.ClientAddress?.ToString(),
            SessionId = call.Labels.SessionId,
            WorkflowId = call.Labels.WorkflowId,
            AccountId = call.Labels.AccountId,
            Tags = call.Labels.Tags as Dictionary<string, string> ?? call.Labels.Tags?.ToDictionary(),
            ReplayOf = call.Replay?.RequestId,
        };
    }

    private static CallStatus ReplayedStatusOf(int httpStatus) => httpStatus < 400 ? CallStatus.Ok : CallStatus.Failed;

    private static CallStatus StatusOf(EntryStatus status) => status switch
    {
        EntryStatus.Ok => CallStatus.Ok,
        EntryStatus.Failed => CallStatus.Failed,
        EntryStatus.Partial => CallStatus.Partial,
        EntryStatus.Unknown => CallStatus.Unknown,
    };
}
