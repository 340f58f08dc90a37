using AiPortal.Core.Money;

namespace AiPortal.Core.Ledger;

/// <summary>Attempts as rows.</summary>
public static class LedgerRows
{
    /// <summary>The ledger entry of an attempt. An unknown outcome costs nothing yet and counts at its hold.</summary>
    public static LedgerEntry Entry(LedgerAttempt attempt)
    {
        var (intent, settlement) = attempt;
        var who = intent.Attribution;
        var unknown = attempt.Status == EntryStatus.Unknown;
        var usage = settlement?.Usage ?? default;
        var cost = unknown ? default : settlement!.Cost;
        var entry = new LedgerEntry
        {
            Id = intent.EntryId,
            StartedAt = intent.StartedAt,
            OrganizationId = who.OrganizationId,
            RequestId = intent.RequestId,
            Attempt = intent.Attempt,
            Final = settlement?.Final ?? true,
            Kind = EntryKind.Usage,
            Status = attempt.Status,
            Estimated = settlement?.Estimated ?? false,
            AboveCeiling = settlement?.AboveCeiling ?? false,
            DepartmentId = who.DepartmentId,
            TeamId = who.TeamId,
            ProjectId = who.ProjectId,
            CostCenterId = who.CostCenterId,
            EnvironmentId = who.EnvironmentId,
            UserId = who.UserId,
            KeyId = who.KeyId,
            ProviderId = intent.ProviderId,
            ProviderName = intent.ProviderName,
            ModelName = intent.ModelName,
            UpstreamModel = intent.UpstreamModel,
            DowngradedFrom = intent.DowngradedFrom,
            RequestType = intent.RequestType,
            CostType = intent.CostType,
            PriceId = intent.PriceId,
            PriceVersion = intent.PriceId is null ? null : intent.PriceVersion,
            UnresolvedCost = unknown ? Usd.Round12(intent.HeldUsd) : 0,
            UnresolvedTokens = unknown ? Math.Max(1, intent.HeldTokens) : 0,
            SessionId = intent.SessionId,
            WorkflowId = intent.WorkflowId,
            AccountId = intent.AccountId,
            ClientIp = intent.ClientIp,
            Tags = intent.Tags as Dictionary<string, string> ?? intent.Tags?.ToDictionary(),
            Streamed = intent.Streamed,
            LatencyMs = settlement?.LatencyMs,
            TtftMs = settlement?.TtftMs,
            EndedAt = settlement?.EndedAt,
            UpstreamRequestId = settlement?.UpstreamRequestId,
            UpstreamStatus = settlement?.UpstreamStatus,
            ErrorCode = settlement?.ErrorCode,
            ServiceTier = settlement?.ServiceTier,
        };
        SettledCost.Write(entry, usage, cost, settlement?.Notes);
        return entry;
    }

    /// <summary>
    /// A call as far as its last attempt tells, when the process that served it left nothing else; null for an attempt that was
    /// followed by another.
    /// </summary>
    internal static CallLogRow? Call(LedgerAttempt attempt)
    {
        var entry = Entry(attempt);
        if (!entry.Final)
            return null;
        return new CallLogRow
        {
            Id = entry.RequestId,
            StartedAt = entry.StartedAt,
            OrganizationId = entry.OrganizationId,
            Status = CallStatusOf(attempt.Status),
            HttpStatus = HttpStatusOf(attempt),
            ErrorCode = entry.ErrorCode,
            DepartmentId = entry.DepartmentId,
            TeamId = entry.TeamId,
            ProjectId = entry.ProjectId,
            CostCenterId = entry.CostCenterId,
            EnvironmentId = entry.EnvironmentId,
            UserId = entry.UserId,
            KeyId = entry.KeyId,
            ModelName = entry.ModelName,
            DowngradedFrom = entry.DowngradedFrom,
            ProviderId = entry.ProviderId,
            ProviderName = entry.ProviderName,
            RequestType = entry.RequestType,
            Streamed = entry.Streamed,
            Attempts = entry.Attempt,
            InputUnits = entry.InputUnits + entry.CachedInputUnits + entry.CacheWriteUnits,
            OutputUnits = entry.OutputUnits + entry.ReasoningUnits,
            TotalCost = entry.TotalCost,
            Estimated = entry.Estimated,
            LatencyMs = entry.LatencyMs,
            TtftMs = entry.TtftMs,
            ClientIp = entry.ClientIp,
            SessionId = entry.SessionId,
            WorkflowId = entry.WorkflowId,
            AccountId = entry.AccountId,
            Tags = entry.Tags,
        };
    }

    private static CallStatus CallStatusOf(EntryStatus status) => status switch
    {
        EntryStatus.Ok => CallStatus.Ok,
        EntryStatus.Failed => CallStatus.Failed,
        EntryStatus.Partial => CallStatus.Partial,
        EntryStatus.Unknown => CallStatus.Unknown,
    };

    /// <summary>What the caller most likely saw; 0 where the process died before it answered.</summary>
    private static int HttpStatusOf(LedgerAttempt attempt) => attempt.Status switch
    {
        EntryStatus.Ok or EntryStatus.Partial => 200,
        EntryStatus.Failed => attempt.Settlement?.UpstreamStatus is { } status and >= 400 ? status : 502,
        EntryStatus.Unknown => 0,
    };
}
