using AiPortal.Core.Data;

namespace AiPortal.Core.Tenancy;

/// <summary>Whether a request that was answered before is given the same answer again. What is null is as one level up says it.</summary>
/// <param name="Enabled">Off unless a key, a route or the organization says otherwise.</param>
/// <param name="TtlSeconds">How long an answer may be given again, 1 second to 30 days; an hour by default.</param>
/// <param name="PriceShare">What such an answer costs of what it would have cost at the provider, 0 to 1; nothing by default.</param>
/// <param name="PerKey">Each key is given its own answers only; by default those of the organization's other keys, too.</param>
public sealed record CacheTerms(bool? Enabled = null, int? TtlSeconds = null, decimal? PriceShare = null, bool? PerKey = null)
{
    public const int LongestSeconds = 30 * 86_400;

    /// <summary>Null where nothing is said.</summary>
    public static CacheTerms? OrNull(bool? enabled, int? ttlSeconds, decimal? priceShare, bool? perKey) =>
        (enabled, ttlSeconds, priceShare, perKey) is (null, null, null, null) ? null : new(enabled, ttlSeconds, priceShare, perKey);

    /// <summary>What is null here is as <paramref name="above"/> has it.</summary>
    public CacheTerms Over(CacheTerms? above) => above is null
        ? this
        : new(Enabled ?? above.Enabled, TtlSeconds ?? above.TtlSeconds, PriceShare ?? above.PriceShare, PerKey ?? above.PerKey);

    /// <param name="faults">Takes what is wrong, as members of <c>cache</c>.</param>
    public void Check(FieldFaults faults)
    {
        faults.Require(TtlSeconds is null or (>= 1 and <= LongestSeconds), "cache.ttl_seconds", $"Must be from 1 to {LongestSeconds}.");
        faults.Require(PriceShare is null or (>= 0 and <= 1), "cache.price_share", "Must be from 0 to 1.");
    }
}

/// <summary>The terms in force for a key.</summary>
/// <param name="PriceShare">0 to 1.</param>
public sealed record CachePolicy(TimeSpan Ttl, decimal PriceShare, bool PerKey)
{
    private const int StandardSeconds = 3600;

    /// <summary>Null where answers are not kept.</summary>
    public static CachePolicy? Of(CacheTerms? key, CacheTerms? organization) =>
        (key?.Enabled ?? organization?.Enabled) == true
            ? new CachePolicy(
                TimeSpan.FromSeconds(key?.TtlSeconds ?? organization?.TtlSeconds ?? StandardSeconds),
                key?.PriceShare ?? organization?.PriceShare ?? 0,
                key?.PerKey ?? organization?.PerKey ?? false)
            : null;
}
