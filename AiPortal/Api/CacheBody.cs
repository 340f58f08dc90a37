using AiPortal.Core.Tenancy;

namespace AiPortal.Api;

/// <summary>The member <c>cache</c> of a body.</summary>
internal static class CacheBody
{
    /// <summary>Absent members keep what <paramref name="now"/> has; null leaves all to one level up.</summary>
    public static CacheTerms? Cache(this JsonBody body, CacheTerms? now)
    {
        if (body.Object("cache") is not { } cache) return body.IsNull("cache") ? null : now;
        return new CacheTerms(
            cache.FlagOrNull("enabled", now?.Enabled),
            cache.IntOrNull("ttl_seconds", now?.TtlSeconds, 1, CacheTerms.LongestSeconds),
            cache.AmountOrNull("price_share", now?.PriceShare),
            cache.FlagOrNull("per_key", now?.PerKey));
    }
}
