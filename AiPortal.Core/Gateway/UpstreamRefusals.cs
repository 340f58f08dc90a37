using System.Buffers;
using AiPortal.Core.Gateway.Anthropic;

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
        // Moonshot, DashScope, Zhipu, Anthropic
        "exceeded_current_quota_error", "Arrearage", "1113", "enforced_spend_limit_reached",
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
            AnthropicErrors.Overloaded => GatewayFailure.UpstreamOverloaded,
            _ => GatewayFailure.UpstreamError,
        };
        var error = exchange.ReadRefusal(body).Error;
        if (failure != GatewayFailure.UpstreamRefused) return GatewayFailures.Refuse(failure, provider) with { RetryAfter = retryAfter ?? error?.RetryAfter };

        if (error is not null && (NoCredit.Contains(error.Code) || NoCredit.Contains(error.Type))) return GatewayFailures.Refuse(GatewayFailure.UpstreamAuthFailed, provider);
        return GatewayFailures.Refuse(failure, error?.Message ?? $"The provider '{provider}' refused the request with status {status}.") with
        {
            UpstreamStatus = status,
            UpstreamType = TypeOf(status, error?.Type),
            UpstreamCode = CodeOf(status, error),
            Param = error?.Param,
            RetryAfter = retryAfter ?? error?.RetryAfter,
        };
    }

    /// <summary>The vendor's own type where it is one of OpenAI's kind; Anthropic's, and none at Azure, are said as OpenAI says them.</summary>
    private static string? TypeOf(int status, string? type) => type switch
    {
        "not_found_error" or "request_too_large" or "conflict_error" => null,
        null when status == 429 => "rate_limit_error",
        _ => type,
    };

    /// <summary>The vendor's own code, but where callers act on OpenAI's: Anthropic has types in its place, Azure the status or words of its own.</summary>
    private static string? CodeOf(int status, UpstreamErrorText? error) => (error?.Code, error?.Type) switch
    {
        ("DeploymentNotFound", _) or (null, "not_found_error") => "model_not_found",
        (null, "request_too_large") => "request_too_large",
        (null or "429" or "RateLimitReached", _) when status == 429 => "rate_limit_exceeded",
        var (code, _) => code,
    };
}
