using System.Buffers;

namespace AiPortal.Core.Gateway;

/// <summary>What a provider's failed answer becomes for the caller: passed on where the caller can act on it, else the portal's own words.</summary>
public static class UpstreamRefusals
{
    // Gemini says so with status 400, in error.details[].reason.
    private static ReadOnlySpan<byte> BadKeyReason => "API_KEY_INVALID"u8;

    /// <summary>Codes and types that say, mostly with status 429, that the account has no credit left or its vendor's limit: nothing the caller could wait for.</summary>
    private static readonly string[] NoCredit =
    [
        "insufficient_quota", "credit_balance_exhausted", "organization_spend_limit_exceeded", "project_spend_limit_exceeded", "organization_usage_limit_exceeded",
        // Moonshot, DashScope, Zhipu
        "exceeded_current_quota_error", "Arrearage", "1113",
    ];

    /// <param name="body">As much of the answer's body as was read; a few kilobytes are enough.</param>
    /// <param name="exchange">Reads the body.</param>
    /// <param name="retryAfter">The provider's own <c>Retry-After</c>.</param>
    /// <param name="provider">The account's name.</param>
    public static GatewayRefusal Of(int status, in ReadOnlySequence<byte> body, IUpstreamExchange exchange, TimeSpan? retryAfter, string provider)
    {
        var failure = status switch
        {
            401 or 402 or 403 => GatewayFailure.UpstreamAuthFailed,
            400 when body.ToArray().AsSpan().IndexOf(BadKeyReason) >= 0 => GatewayFailure.UpstreamAuthFailed,
            400 or 404 or 409 or 413 or 422 or 429 => GatewayFailure.UpstreamRefused,
            408 or 504 => GatewayFailure.UpstreamTimeout,
            _ => GatewayFailure.UpstreamError,
        };
        if (failure != GatewayFailure.UpstreamRefused) return GatewayFailures.Refuse(failure, provider) with { RetryAfter = retryAfter };

        var error = exchange.ReadRefusal(body).Error;
        if (error is not null && (NoCredit.Contains(error.Code) || NoCredit.Contains(error.Type))) return GatewayFailures.Refuse(GatewayFailure.UpstreamAuthFailed, provider);
        return GatewayFailures.Refuse(failure, error?.Message ?? $"The provider '{provider}' refused the request with status {status}.") with
        {
            UpstreamStatus = status,
            UpstreamType = error?.Type,
            UpstreamCode = error?.Code,
            Param = error?.Param,
            RetryAfter = retryAfter ?? error?.RetryAfter,
        };
    }
}
