using AiPortal.Api;
using AiPortal.Core.Providers;

namespace AiPortal.Providers;

/// <summary>An account as the API answers it. A credential goes in and never comes out.</summary>
internal sealed record ProviderView(Guid Id, Guid OrganizationId, string Name, string Kind, string? BaseUrl, string? ApiKeyHint, DateTimeOffset? ApiKeyExpiresAt,
    string? PreviousKeyHint, DateTimeOffset? RotatedAt, string[]? Models, IReadOnlyDictionary<string, string> ModelMap, int Weight, int Priority, bool Enabled, bool AllowPrivate,
    int? Rpm, int? Tpm, int? Concurrency, bool SyncModels, DateTimeOffset? SyncedAt, decimal? Balance, string? BalanceCurrency,
    DateTimeOffset? TestedAt, bool? TestOk, string? TestError, Guid? EnvironmentId, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    /// <summary>Members that are answered and never taken.</summary>
    public static readonly string[] ReadOnlyMembers =
    [
        "id", "api_key_hint", "previous_key_hint", "rotated_at", "synced_at", "balance", "balance_currency", "tested_at", "test_ok", "test_error", "created_at", "updated_at",
    ];

    public static ProviderView Example { get; } = new(ApiExamples.Id, ApiExamples.Id, "OpenAI production", "openai", "https://api.openai.com/v1", "x7Qp", null, "mB2k",
        ApiExamples.Instant, ["gpt-4.1-mini"], new Dictionary<string, string> { ["fast"] = "gpt-4.1-mini" }, 1, 0, true, false, 3000, null, 200, true, ApiExamples.Instant, null, null,
        ApiExamples.Instant, true, null, ApiExamples.Id, ApiExamples.Instant, ApiExamples.Instant);

    public static ProviderView Of(ProviderAccount row) => new(row.Id, row.OrganizationId, row.Name, row.Kind, row.BaseUrl, row.ApiKeyHint, row.ApiKeyExpiresAt,
        row.PreviousKeyHint, row.RotatedAt, row.Models, row.ModelMap, row.Weight, row.Priority, row.Enabled, row.AllowPrivate, row.Rpm, row.Tpm, row.Concurrency, row.SyncModels, row.SyncedAt,
        row.Balance, row.BalanceCurrency, row.TestedAt, row.TestOk, row.TestError, row.EnvironmentId, row.CreatedAt, row.UpdatedAt);
}

/// <summary>What a sync gave.</summary>
internal sealed record SyncView(bool Ok, int LatencyMs, IReadOnlyList<string>? Models, IReadOnlyList<string> Added, IReadOnlyList<string> Removed, decimal? Balance, string? BalanceCurrency, string? Error)
{
    public static SyncView Of(SyncResult result) =>
        new(result.Probe.Ok, result.Probe.LatencyMs, result.Probe.Models, result.Added, result.Removed, result.Balance?.Amount, result.Balance?.Currency, result.Probe.Error);
}
