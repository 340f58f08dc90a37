using AiPortal.Core.Tenancy;

namespace AiPortal.Api;

/// <summary>The member <c>rate_limit</c> of a body.</summary>
internal static class RateLimitBody
{
    /// <summary>Absent members keep what <paramref name="now"/> has; null takes all limits away.</summary>
    public static RateLimit RateLimit(this JsonBody body, RateLimit now)
    {
        if (body.Object("rate_limit") is { } limits)
            return new RateLimit(limits.IntOrNull("rpm", now.Rpm, 1), limits.IntOrNull("tpm", now.Tpm, 1), limits.IntOrNull("concurrency", now.Concurrency, 1));
        return body.IsNull("rate_limit") ? Core.Tenancy.RateLimit.None : now;
    }
}
