using AiPortal.Core.Ledger;

namespace AiPortal.Ledger;

/// <summary>USD by kind; the kinds do not contain each other.</summary>
internal sealed record CostsView(decimal Input, decimal CachedInput, decimal CacheWrite, decimal Output, decimal Reasoning, decimal Base);

/// <summary>
/// One attempt on the ledger. <c>input_units</c> is all input, cached input and cache writes included, <c>output_units</c> all
/// output, reasoning included; <c>input_cost</c> and <c>output_cost</c> likewise. <c>created_at</c> is when the attempt began.
/// </summary>
internal sealed record RecordView
{
    public required Guid Id { get; init; }

    public required Guid OrganizationId { get; init; }

    public required Guid RequestId { get; init; }

    public required Guid AttemptId { get; init; }

    public required int Attempt { get; init; }

    public required bool Final { get; init; }

    public required EntryKind Kind { get; init; }

    public required EntryStatus Status { get; init; }

    public required bool Estimated { get; init; }

    /// <summary>Answered as an equal request was before; the provider was not asked.</summary>
    public required bool Cached { get; init; }

    public required bool AboveCeiling { get; init; }

    public required Guid? UserId { get; init; }

    public required Guid? KeyId { get; init; }

    public required Guid? DepartmentId { get; init; }

    public required Guid? TeamId { get; init; }

    public required Guid? ProjectId { get; init; }

    public required Guid? CostCenterId { get; init; }

    public required Guid? EnvironmentId { get; init; }

    public required Guid? CostModelId { get; init; }

    public required int? PriceVersion { get; init; }

    public required string? SessionId { get; init; }

    public required string? WorkflowId { get; init; }

    public required string? AccountId { get; init; }

    public required string? ClientIp { get; init; }

    public required IReadOnlyDictionary<string, string>? Tags { get; init; }

    public required string ModelName { get; init; }

    public required string? UpstreamModel { get; init; }

    public required string? DowngradedFrom { get; init; }

    public required Guid? ProviderId { get; init; }

    public required string ProviderName { get; init; }

    public required string RequestType { get; init; }

    public required string CostType { get; init; }

    public required long InputUnits { get; init; }

    public required long CachedInputUnits { get; init; }

    public required long CacheWriteUnits { get; init; }

    public required long OutputUnits { get; init; }

    public required long ReasoningUnits { get; init; }

    public required long TotalUnits { get; init; }

    public required decimal InputCost { get; init; }

    public required decimal OutputCost { get; init; }

    public required decimal BaseCost { get; init; }

    public required decimal TotalCost { get; init; }

    public required decimal UnresolvedCost { get; init; }

    public required string Currency { get; init; }

    public required CostsView Costs { get; init; }

    public required Guid? CorrectsId { get; init; }

    public required string? Reason { get; init; }

    public required string? ExternalId { get; init; }

    public required bool Streamed { get; init; }

    public required int? LatencyMs { get; init; }

    public required int? TtftMs { get; init; }

    public required int? UpstreamStatus { get; init; }

    public required string? UpstreamRequestId { get; init; }

    public required string? ErrorCode { get; init; }

    public required string? ServiceTier { get; init; }

    /// <summary>Kinds of unit that the members above hold together.</summary>
    public required UsageDetail? UsageDetail { get; init; }

    /// <summary>Kinds of cost (USD) that <see cref="Costs"/> holds together, and what besides units, price and tier made the cost.</summary>
    public required CostDetail? CostDetail { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset? EndedAt { get; init; }

    public required DateTimeOffset BookedAt { get; init; }

    public static RecordView Of(LedgerEntry e)
    {
        var (input, output) = (e.InputUnits + e.CachedInputUnits + e.CacheWriteUnits, e.OutputUnits + e.ReasoningUnits);
        return new RecordView
        {
            Id = e.Id,
            OrganizationId = e.OrganizationId,
            RequestId = e.RequestId,
            AttemptId = e.Id,
            Attempt = e.Attempt,
            Final = e.Final,
            Kind = e.Kind,
            Status = e.Status,
            Estimated = e.Estimated,
            Cached = e.CostDetail?.Notes?.Cached ?? false,
            AboveCeiling = e.AboveCeiling,
            UserId = e.UserId,
            KeyId = e.KeyId,
            DepartmentId = e.DepartmentId,
            TeamId = e.TeamId,
            ProjectId = e.ProjectId,
            CostCenterId = e.CostCenterId,
            EnvironmentId = e.EnvironmentId,
            CostModelId = e.PriceId,
            PriceVersion = e.PriceVersion,
            SessionId = e.SessionId,
            WorkflowId = e.WorkflowId,
            AccountId = e.AccountId,
            ClientIp = e.ClientIp,
            Tags = e.Tags,
            ModelName = e.ModelName,
            UpstreamModel = e.UpstreamModel,
            DowngradedFrom = e.DowngradedFrom,
            ProviderId = e.ProviderId,
            ProviderName = e.ProviderName,
            RequestType = e.RequestType,
            CostType = e.CostType,
            InputUnits = input,
            CachedInputUnits = e.CachedInputUnits,
            CacheWriteUnits = e.CacheWriteUnits,
            OutputUnits = output,
            ReasoningUnits = e.ReasoningUnits,
            TotalUnits = input + output,
            InputCost = e.InputCost + e.CachedInputCost + e.CacheWriteCost,
            OutputCost = e.OutputCost + e.ReasoningCost,
            BaseCost = e.BaseCost,
            TotalCost = e.TotalCost,
            UnresolvedCost = e.UnresolvedCost,
            Currency = Core.Catalog.Price.LedgerCurrency,
            Costs = new CostsView(e.InputCost, e.CachedInputCost, e.CacheWriteCost, e.OutputCost, e.ReasoningCost, e.BaseCost),
            CorrectsId = e.CorrectsId,
            Reason = e.Reason,
            ExternalId = e.ExternalId,
            Streamed = e.Streamed,
            LatencyMs = e.LatencyMs,
            TtftMs = e.TtftMs,
            UpstreamStatus = e.UpstreamStatus,
            UpstreamRequestId = e.UpstreamRequestId,
            ErrorCode = e.ErrorCode,
            ServiceTier = e.ServiceTier,
            UsageDetail = e.UsageDetail,
            CostDetail = e.CostDetail,
            CreatedAt = e.StartedAt,
            EndedAt = e.EndedAt,
            BookedAt = e.CreatedAt,
        };
    }
}
