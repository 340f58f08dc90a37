using AiPortal.Api;
using AiPortal.Core.Data;
using AiPortal.Core.Ledger;
using AiPortal.Exports;

namespace AiPortal.Ledger;

/// <summary>What a download of records tells of each, in whichever form.</summary>
internal static class RecordColumns
{
    public static IReadOnlyList<(string Name, Func<LedgerEntry, XlsxCell> Cell)> All { get; } =
    [
        ("created_at", e => new(Rfc3339.Text(e.StartedAt))),
        ("id", e => new(e.Id.ToString())),
        ("request_id", e => new(e.RequestId.ToString())),
        ("attempt", e => new(Number: e.Attempt)),
        ("final", e => new(e.Final ? "true" : "false")),
        ("kind", e => new(EnumWord.Of(e.Kind))),
        ("status", e => new(EnumWord.Of(e.Status))),
        ("estimated", e => new(e.Estimated ? "true" : "false")),
        ("department_id", e => new(e.DepartmentId?.ToString())),
        ("team_id", e => new(e.TeamId?.ToString())),
        ("project_id", e => new(e.ProjectId?.ToString())),
        ("cost_center_id", e => new(e.CostCenterId?.ToString())),
        ("environment_id", e => new(e.EnvironmentId?.ToString())),
        ("user_id", e => new(e.UserId?.ToString())),
        ("key_id", e => new(e.KeyId?.ToString())),
        ("provider_name", e => new(e.ProviderName)),
        ("model_name", e => new(e.ModelName)),
        ("upstream_model", e => new(e.UpstreamModel)),
        ("request_type", e => new(e.RequestType)),
        ("cost_type", e => new(e.CostType)),
        ("cost_model_id", e => new(e.PriceId?.ToString())),
        ("price_version", e => new(Number: e.PriceVersion)),
        ("input_units", e => new(Number: e.InputUnits + e.CachedInputUnits + e.CacheWriteUnits)),
        ("cached_input_units", e => new(Number: e.CachedInputUnits)),
        ("cache_write_units", e => new(Number: e.CacheWriteUnits)),
        ("output_units", e => new(Number: e.OutputUnits + e.ReasoningUnits)),
        ("reasoning_units", e => new(Number: e.ReasoningUnits)),
        ("input_cost", e => new(Number: e.InputCost + e.CachedInputCost + e.CacheWriteCost)),
        ("output_cost", e => new(Number: e.OutputCost + e.ReasoningCost)),
        ("base_cost", e => new(Number: e.BaseCost)),
        ("total_cost", e => new(Number: e.TotalCost)),
        ("unresolved_cost", e => new(Number: e.UnresolvedCost)),
        ("latency_ms", e => new(Number: e.LatencyMs)),
        ("ttft_ms", e => new(Number: e.TtftMs)),
        ("session_id", e => new(e.SessionId)),
        ("workflow_id", e => new(e.WorkflowId)),
        ("account_id", e => new(e.AccountId)),
        ("client_ip", e => new(e.ClientIp)),
        ("tags", e => new(e.Tags is { } tags ? string.Join(";", tags.OrderBy(tag => tag.Key, StringComparer.Ordinal).Select(tag => $"{tag.Key}={tag.Value}")) : null)),
        ("error_code", e => new(e.ErrorCode)),
        ("reason", e => new(e.Reason)),
        ("external_id", e => new(e.ExternalId)),
        ("corrects_id", e => new(e.CorrectsId?.ToString())),
        ("ended_at", e => new(e.EndedAt is { } ended ? Rfc3339.Text(ended) : null)),
        ("booked_at", e => new(Rfc3339.Text(e.CreatedAt))),
    ];
}
