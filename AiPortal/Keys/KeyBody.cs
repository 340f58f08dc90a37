using AiPortal.Api;
using AiPortal.Core.Keys;
using AiPortal.Core.Money;
using AiPortal.Core.Tenancy;

namespace AiPortal.Keys;

/// <summary>A key's draft out of a request's body.</summary>
internal static class KeyBody
{
    /// <summary>Members that are absent keep what <paramref name="now"/> has; without it they take their defaults.</summary>
    public static KeyDraft Read(JsonBody body, KeyDraft? now)
    {
        body.ReadOnly(KeyView.ReadOnlyMembers);
        var limits = body.RateLimit(now is null ? RateLimit.None : new RateLimit(now.Rpm, now.Tpm, now.Concurrency));
        return new KeyDraft
        {
            Name = body.Text("name", now?.Name),
            OwnerUserId = body.IdOrNull("owner_user_id", now?.OwnerUserId),
            TeamId = body.IdOrNull("team_id", now?.TeamId),
            ProjectId = body.IdOrNull("project_id", now?.ProjectId),
            CostCenterId = body.IdOrNull("cost_center_id", now?.CostCenterId),
            EnvironmentId = body.IdOrNull("environment_id", now?.EnvironmentId),
            Models = body.TextsOrNull("models", now?.Models?.ToArray()),
            IpAllow = body.TextsOrNull("ip_allow", now?.IpAllow?.ToArray()),
            IpDeny = body.TextsOrNull("ip_deny", now?.IpDeny?.ToArray()),
            Rpm = limits.Rpm,
            Tpm = limits.Tpm,
            Concurrency = limits.Concurrency,
            Cache = body.Cache(now?.Cache),
            Budget = ReadBudget(body, now?.Budget),
            ExpiresAt = body.InstantOrNull("expires_at", now?.ExpiresAt),
            RotateEveryDays = body.IntOrNull("rotate_every_days", now?.RotateEveryDays),
            Tags = body.Map("tags", now?.Tags, maxCount: 16, maxLength: 512),
        };
    }

    private static KeyBudgetTerms? ReadBudget(JsonBody body, KeyBudgetTerms? now)
    {
        if (body.Object("budget") is not { } budget) return body.IsNull("budget") ? null : now;
        return new KeyBudgetTerms(
            budget.Amount("limit", now?.Limit),
            budget.Word<PeriodType>("period", now?.Period ?? PeriodType.Monthly),
            budget.Text("hold", now?.Hold ?? "learned"),
            budget.Text("action", now?.Action ?? "block"));
    }
}
