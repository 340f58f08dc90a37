using AiPortal.Core.Analytics;
using AiPortal.Core.Keys;
using AiPortal.Core.Tenancy;

namespace AiPortal.Keys;

/// <summary>The budget made with a key, USD.</summary>
internal sealed record KeyBudgetView(decimal Limit, string Period, string Hold, string Action);

/// <summary>A key as the API answers it. <c>key</c>, the secret, is there only in the answers that made it.</summary>
internal sealed record KeyView
{
    public required Guid Id { get; init; }

    public required Guid OrganizationId { get; init; }

    public required string Name { get; init; }

    [System.Text.Json.Serialization.JsonIgnore(Condition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull)]
    public string? Key { get; init; }

    public required string Prefix { get; init; }

    public required string Status { get; init; }

    public required Guid? OwnerUserId { get; init; }

    public required Guid? TeamId { get; init; }

    public required Guid? ProjectId { get; init; }

    public required Guid? CostCenterId { get; init; }

    public required Guid? EnvironmentId { get; init; }

    public required IReadOnlyList<string>? Models { get; init; }

    public required IReadOnlyList<string>? IpAllow { get; init; }

    public required IReadOnlyList<string>? IpDeny { get; init; }

    public required RateLimit RateLimit { get; init; }

    /// <summary>Null: as the organization says.</summary>
    public required CacheTerms? Cache { get; init; }

    public required KeyBudgetView? Budget { get; init; }

    public required DateTimeOffset? ExpiresAt { get; init; }

    public required int? RotateEveryDays { get; init; }

    /// <summary>A rotation by schedule has made a new secret, which <c>POST …/collect</c> answers once.</summary>
    public required bool SecretWaits { get; init; }

    /// <summary>Until when the secret before the last regeneration works.</summary>
    public required DateTimeOffset? PreviousValidUntil { get; init; }

    public required IReadOnlyDictionary<string, string> Tags { get; init; }

    public required Guid? CreatedBy { get; init; }

    public required decimal SpentThisMonth { get; init; }

    public required long RequestsThisMonth { get; init; }

    /// <summary>USD, today and the 29 days before.</summary>
    [System.Text.Json.Serialization.JsonPropertyName("spent_30_days")]
    public required decimal Spent30Days { get; init; }

    [System.Text.Json.Serialization.JsonPropertyName("requests_30_days")]
    public required long Requests30Days { get; init; }

    public required DateTimeOffset? LastUsedAt { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>Members that are answered and never taken.</summary>
    public static readonly string[] ReadOnlyMembers =
    [
        "id", "organization_id", "key", "prefix", "status", "previous_valid_until", "secret_waits", "created_by", "spent_this_month", "requests_this_month", "spent_30_days", "requests_30_days",
        "last_used_at", "created_at", "updated_at",
    ];

    public static KeyView Of(KeyListing listing, KeyUse? use, DateTimeOffset now, string? secret = null)
    {
        var key = listing.Key;
        return new KeyView
        {
            Id = key.Id,
            OrganizationId = key.OrganizationId,
            Name = key.Name,
            Key = secret,
            Prefix = key.Prefix,
            Status = listing.StatusAt(now),
            OwnerUserId = key.OwnerUserId,
            TeamId = key.TeamId,
            ProjectId = key.ProjectId,
            CostCenterId = key.CostCenterId,
            EnvironmentId = key.EnvironmentId,
            Models = key.Models,
            IpAllow = key.IpAllow,
            IpDeny = key.IpDeny,
            RateLimit = RateLimit.Of(key),
            Cache = key.Cache,
            Budget = listing.Budget is { } budget ? new KeyBudgetView(budget.Limit, Core.Money.PeriodTypes.ToText(budget.Period), budget.Hold, budget.Action) : null,
            ExpiresAt = key.ExpiresAt,
            RotateEveryDays = key.RotateEveryDays,
            SecretWaits = key.PendingSecretCipher is not null,
            PreviousValidUntil = key.PreviousValidUntil > now ? key.PreviousValidUntil : null,
            Tags = key.Tags,
            CreatedBy = key.CreatedBy,
            SpentThisMonth = use?.SpentThisMonth ?? 0,
            RequestsThisMonth = use?.RequestsThisMonth ?? 0,
            Spent30Days = use?.Spent30Days ?? 0,
            Requests30Days = use?.Requests30Days ?? 0,
            LastUsedAt = use?.LastUsedAt,
            CreatedAt = key.CreatedAt,
            UpdatedAt = key.UpdatedAt,
        };
    }
}
