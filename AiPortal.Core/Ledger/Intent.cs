using System.Text.Json.Serialization;
using AiPortal.Core.Ledger.Counting;
using AiPortal.Core.Money;

namespace AiPortal.Core.Ledger;

/// <summary>An amount held of one budget line in one period.</summary>
public readonly record struct IntentHold(Guid BudgetId, PeriodType PeriodType, DateTimeOffset PeriodStart, decimal Amount)
{
    /// <summary>What <see cref="Amount"/> is in.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public CountedUnit Unit { get; init; }
}

/// <summary>
/// One attempt at a provider, journalled before anything is sent: all that its ledger entry needs if nothing more is ever heard.
/// Journals on disk hold it as JSON, so new members must be optional.
/// </summary>
public sealed record Intent
{
    /// <summary>Key of the ledger entry, and the <c>X-Attempt-Id</c> sent upstream.</summary>
    public required Guid EntryId { get; init; }

    /// <summary>Groups the attempts of one call.</summary>
    public required Guid RequestId { get; init; }

    /// <summary>1 for the first attempt of the call.</summary>
    public required int Attempt { get; init; }

    /// <summary>UTC. Decides the price, the budget period and the ledger partition, however late the entry is written.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    public required Attribution Attribution { get; init; }

    public required Guid ProviderId { get; init; }

    public required string ProviderName { get; init; }

    /// <summary>The model as the caller, or a budget that downgrades, named it.</summary>
    public required string ModelName { get; init; }

    public required string UpstreamModel { get; init; }

    /// <summary>The model the caller asked for, where a budget sent the call to <see cref="ModelName"/> instead.</summary>
    public string? DowngradedFrom { get; init; }

    /// <summary>"chat", "embedding", …</summary>
    public required string RequestType { get; init; }

    /// <summary>As on the price; "ai_api" for all that the gateway serves.</summary>
    public string CostType { get; init; } = "ai_api";

    /// <summary>The price in force at <see cref="StartedAt"/>; null when the organization lets unpriced models through.</summary>
    public Guid? PriceId { get; init; }

    public int PriceVersion { get; init; }

    /// <summary>USD that this attempt counts for against budgets while its outcome is unknown.</summary>
    public decimal HeldUsd { get; init; }

    /// <summary>Tokens that it counts for while its outcome is unknown.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long HeldTokens { get; init; }

    /// <summary>What it holds of each budget line, so that the line learns what of its own was drained.</summary>
    public IReadOnlyList<IntentHold>? Holds { get; init; }

    public string? SessionId { get; init; }

    public string? WorkflowId { get; init; }

    public string? AccountId { get; init; }

    public string? ClientIp { get; init; }

    public IReadOnlyDictionary<string, string>? Tags { get; init; }

    public bool Streamed { get; init; }
}
