using AiPortal.Core.Data;
using AiPortal.Core.Tenancy;

namespace AiPortal.Core.Keys;

/// <summary>A key as its maker writes it: who answers for it, who pays, and what it may do.</summary>
public sealed record KeyDraft
{
    private const int MostModels = 500;
    private const int MostStars = 3;
    private const int MostRanges = 100;
    private const int MostTags = 16;

    public string Name { get; init; } = "";

    /// <summary>The user, not the membership.</summary>
    public Guid? OwnerUserId { get; init; }

    public Guid? TeamId { get; init; }

    public Guid? ProjectId { get; init; }

    public Guid? CostCenterId { get; init; }

    public Guid? EnvironmentId { get; init; }

    /// <summary>Names, or patterns as <c>gpt-*</c>; null: all.</summary>
    public IReadOnlyList<string>? Models { get; init; }

    /// <summary>CIDR; null: from everywhere.</summary>
    public IReadOnlyList<string>? IpAllow { get; init; }

    public IReadOnlyList<string>? IpDeny { get; init; }

    /// <summary>Requests a minute; null: unlimited.</summary>
    public int? Rpm { get; init; }

    /// <summary>Tokens a minute.</summary>
    public int? Tpm { get; init; }

    public int? Concurrency { get; init; }

    /// <summary>Null: as the organization says.</summary>
    public CacheTerms? Cache { get; init; }

    public KeyBudgetTerms? Budget { get; init; }

    /// <summary>UTC.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>A new secret every so many days; null: never by itself.</summary>
    public int? RotateEveryDays { get; init; }

    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();

    /// <summary>Whether other scopes lie around the key.</summary>
    internal bool IsElsewhere(KeyDraft before) =>
        (OwnerUserId, TeamId, ProjectId, CostCenterId, EnvironmentId) != (before.OwnerUserId, before.TeamId, before.ProjectId, before.CostCenterId, before.EnvironmentId);

    /// <summary>The draft that would leave a key as it is.</summary>
    public static KeyDraft Of(KeyListing listing)
    {
        var key = listing.Key;
        return new KeyDraft
        {
            Name = key.Name,
            OwnerUserId = key.OwnerUserId,
            TeamId = key.TeamId,
            ProjectId = key.ProjectId,
            CostCenterId = key.CostCenterId,
            EnvironmentId = key.EnvironmentId,
            Models = key.Models,
            IpAllow = key.IpAllow,
            IpDeny = key.IpDeny,
            Rpm = key.Rpm,
            Tpm = key.Tpm,
            Concurrency = key.Concurrency,
            Cache = key.Cache,
            Budget = listing.Budget,
            ExpiresAt = key.ExpiresAt,
            RotateEveryDays = key.RotateEveryDays,
            Tags = key.Tags,
        };
    }

    /// <param name="faults">Takes what is wrong.</param>
    /// <param name="before">What stands already is not held against the draft: an expired key can be renamed.</param>
    /// <param name="now">UTC.</param>
    internal void Check(FieldFaults faults, KeyDraft? before, DateTimeOffset now)
    {
        faults.RequireText(Name, "name");
        CheckModels(faults);
        CheckRanges(faults, IpAllow, "ip_allow");
        CheckRanges(faults, IpDeny, "ip_deny");
        faults.Require(IpAllow is null or { Count: > 0 }, "ip_allow", "An empty list would let nobody in; null lets everybody in.");
        new RateLimit(Rpm, Tpm, Concurrency).Check(faults);
        Cache?.Check(faults);
        faults.Require(ExpiresAt is null || ExpiresAt == before?.ExpiresAt || (ExpiresAt > now && ExpiresAt.Value.Year < 9000), "expires_at", "Must be in the future.");
        faults.Require(RotateEveryDays is null or (>= 8 and <= 730), "rotate_every_days", "Must be 8 to 730, or null: an old secret works for seven days more.");
        CheckTags(faults, Tags);
    }

    internal void WriteTo(ApiKey key)
    {
        key.Name = Name;
        key.OwnerUserId = OwnerUserId;
        key.TeamId = TeamId;
        key.ProjectId = ProjectId;
        key.CostCenterId = CostCenterId;
        key.EnvironmentId = EnvironmentId;
        key.Models = Models?.Distinct(StringComparer.Ordinal).ToArray();
        key.IpAllow = Normal(IpAllow);
        key.IpDeny = Normal(IpDeny);
        key.Rpm = Rpm;
        key.Tpm = Tpm;
        key.Concurrency = Concurrency;
        key.Cache = Cache;
        key.ExpiresAt = ExpiresAt?.ToUniversalTime();
        key.RotateEveryDays = RotateEveryDays;
        key.Tags = new Dictionary<string, string>(Tags);
    }

    private static string[]? Normal(IReadOnlyList<string>? ranges) => ranges is null or { Count: 0 }
        ? null
        : [.. ranges.Select(range => Cidr.TryNormalize(range, out var normal) ? normal : range).Distinct(StringComparer.Ordinal)];

    private void CheckModels(FieldFaults faults)
    {
        if (Models is null) return;
        faults.Require(Models.Count > 0, "models", "An empty list would allow no model; null allows all.");
        faults.Require(Models.Count <= MostModels, "models", $"Must be at most {MostModels} models.");
        foreach (var model in Models.Take(MostModels))
        {
            faults.RequireText(model, "models", 256);
            faults.Require(model.Count(c => c == '*') <= MostStars, "models", $"'*' may stand at most {MostStars} times in a pattern.");
        }
    }

    private static void CheckRanges(FieldFaults faults, IReadOnlyList<string>? ranges, string field)
    {
        if (ranges is null) return;
        faults.Require(ranges.Count <= MostRanges, field, $"Must be at most {MostRanges} ranges.");
        foreach (var range in ranges.Take(MostRanges).Where(range => !Cidr.TryNormalize(range, out _)))
            faults.Add(field, $"'{range}' is not an address range, as 10.0.0.0/8 or 2001:db8::/32.");
    }

    internal static void CheckTags(FieldFaults faults, IReadOnlyDictionary<string, string> tags)
    {
        faults.Require(tags.Count <= MostTags, "tags", $"Must be at most {MostTags} tags.");
        foreach (var (name, value) in tags.Take(MostTags))
        {
            faults.RequireText(name, "tags", 64);
            faults.Require(value.Length <= 512 && !value.Any(char.IsControl), "tags", "A value must be at most 512 characters without control characters.");
        }
    }
}
