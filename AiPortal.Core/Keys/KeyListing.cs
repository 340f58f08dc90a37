using AiPortal.Core.Data;

namespace AiPortal.Core.Keys;

/// <summary>A key with its own budget. Secrets are not in it.</summary>
public sealed record KeyListing(ApiKey Key, KeyBudgetTerms? Budget)
{
    public const string Expired = "expired";

    /// <summary><c>active</c>, <c>disabled</c>, <c>revoked</c>, or <c>expired</c>.</summary>
    public string StatusAt(DateTimeOffset now) =>
        Key.Status == KeyStatus.Active && Key.ExpiresAt <= now ? Expired : EnumWord.Of(Key.Status);

    internal static async Task<KeyListing> OfAsync(PortalDb db, ApiKey key, IKeyBudgets budgets, CancellationToken token) =>
        new(key, (await budgets.ReadAsync(db, [key.Id], token)).GetValueOrDefault(key.Id));

    /// <summary>For the audit trail: everything but the hashes.</summary>
    internal object Audit => new
    {
        Key.Name,
        Key.OwnerUserId,
        Key.TeamId,
        Key.ProjectId,
        Key.CostCenterId,
        Key.EnvironmentId,
        Key.Prefix,
        Key.Models,
        Key.IpAllow,
        Key.IpDeny,
        Key.Rpm,
        Key.Tpm,
        Key.Concurrency,
        Key.Cache,
        Key.ExpiresAt,
        Key.RotateEveryDays,
        Key.Status,
        Key.Tags,
        Budget,
    };
}
