using System.Globalization;
using Microsoft.Extensions.Logging;

namespace AiPortal.Core.Gateway;

/// <summary>One line of the failure table.</summary>
/// <param name="Status">HTTP status while nothing has been sent yet.</param>
/// <param name="Type">OpenAI's <c>error.type</c>.</param>
/// <param name="Code">OpenAI's <c>error.code</c>.</param>
/// <param name="Message">Composite format; the arguments are named in the table.</param>
/// <param name="RetryAfterSeconds">Default of <c>Retry-After</c>; null: none is sent unless the refusal carries one.</param>
/// <param name="ShouldRetry">Value of <c>x-should-retry</c>; null: the header is not sent and the client's own rule holds.</param>
public sealed record GatewayFailureRow(
    int Status, string Type, string Code, string Message, int? RetryAfterSeconds, bool? ShouldRetry, GatewayBlame Blame, LogLevel Level);

/// <summary>The one table from failure to answer.</summary>
public static class GatewayFailures
{
    private static readonly GatewayFailureRow[] Rows = [.. Enum.GetValues<GatewayFailure>().Select(Row)];

    public static GatewayFailureRow Of(GatewayFailure failure) => Rows[(int)failure];

    /// <summary>A refusal with the table's message, its gaps filled from <paramref name="arguments"/>.</summary>
    public static GatewayRefusal Refuse(GatewayFailure failure, params ReadOnlySpan<object?> arguments)
    {
        var row = Of(failure);
        return new GatewayRefusal(failure, string.Format(CultureInfo.InvariantCulture, row.Message, arguments))
        {
            RetryAfter = row.RetryAfterSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
        };
    }

    private static GatewayFailureRow Row(GatewayFailure failure) => failure switch
    {
        GatewayFailure.KeyMissing => Key("No API key was given. Send it as 'Authorization: Bearer sk-ap-…'."),
        GatewayFailure.KeyUnknown => Key("Incorrect API key provided."),
        GatewayFailure.KeyDisabled => Key("This API key is disabled."),
        GatewayFailure.KeyRevoked => Key("This API key has been revoked."),
        GatewayFailure.KeyExpired => Key("This API key has expired."),
        GatewayFailure.KeyAmbiguous => Key("The request carries two API keys that differ. Send one."),
        // {0} the caller's address
        GatewayFailure.IpNotAllowed => Policy(403, "permission_error", "ip_not_allowed", "This API key may not be used from {0}."),
        // {0} the model asked for
        GatewayFailure.ModelNotAllowed => Policy(403, "permission_error", "model_not_allowed", "This API key may not use the model '{0}'."),
        GatewayFailure.ModelUnknown => Caller(404, "model_not_found", "The model '{0}' does not exist or no provider serves it."),
        GatewayFailure.ModelNotPriced => Policy(403, "permission_error", "model_not_priced",
            "The model '{0}' has no price in force. An administrator can set one under Models & prices."),
        // {0} method, {1} path
        GatewayFailure.RouteUnknown => Caller(404, "unknown_url", "Unknown request URL: {0} {1}."),
        // {0} its id
        GatewayFailure.ResponseUnknown => Caller(404, "response_not_found", "Response with id '{0}' not found."),
        // {0} whose limit it is, {1} what is limited, {2} the limit
        GatewayFailure.RateLimited => new(429, "rate_limit_error", "rate_limit_exceeded",
            "Rate limit of {0} reached: {1}, limit {2}.", 1, true, GatewayBlame.Policy, LogLevel.Information),
        // {0} the model
        GatewayFailure.AccountsAtLimit => new(429, "rate_limit_error", "rate_limit_exceeded",
            "Rate limit reached: every provider account that serves '{0}' is at its limit.", 1, true, GatewayBlame.Policy, LogLevel.Information),
        // {0} budget, {1} end of its period, {2} spent, {3} held, {4} limit, {5} needed, each with its unit, {6} what would help
        GatewayFailure.BudgetExceeded => new(429, "insufficient_quota", "budget_exceeded",
            "Budget '{0}' cannot cover this call until {1}: {2} spent and {3} held of {4}; the call needs up to {5}. {6}", null, false, GatewayBlame.Policy, LogLevel.Information),
        // {0} what is wrong
        GatewayFailure.BodyNotJson => Caller(400, "invalid_json", "The body is not valid JSON: {0}"),
        GatewayFailure.BodyInvalid => Caller(400, "invalid_value", "{0}"),
        // {0} the limit in bytes
        GatewayFailure.BodyTooLarge => Caller(413, "request_too_large", "The body is larger than {0} bytes."),
        GatewayFailure.BodyTooSlow => new(408, "invalid_request_error", "request_timeout", "The body came too slowly.", null, true, GatewayBlame.Caller, LogLevel.Information),
        // {0} the longest allowed
        GatewayFailure.IdempotencyKeyInvalid => Caller(400, "invalid_idempotency_key", "Idempotency-Key must be one value of 1 to {0} visible ASCII characters."),
        GatewayFailure.IdempotencyMismatch => Caller(409, "idempotency_mismatch", "This Idempotency-Key was used for another request. Use a new key for another body."),
        GatewayFailure.IdempotencyInProgress => new(409, "invalid_request_error", "idempotency_in_progress",
            "The first request with this Idempotency-Key is still running. Ask again shortly.", 1, true, GatewayBlame.Caller, LogLevel.Information),
        // {0} the request id of the first call, in both that follow
        GatewayFailure.IdempotencyNotReplayable => Caller(409, "idempotency_not_replayable",
            "The request with this Idempotency-Key was made (request {0}), and its answer cannot be given again: it was a stream, or too large. Use a new key to make another."),
        GatewayFailure.IdempotencyInterrupted => Caller(409, "idempotency_interrupted",
            "The request with this Idempotency-Key was interrupted (request {0}); whether the provider served it is not known yet. Use a new key to make another."),
        // {0} the provider's message; status, type and code are the provider's own where it gave them
        GatewayFailure.UpstreamRefused => new(400, "invalid_request_error", "upstream_refused",
            "{0}", null, null, GatewayBlame.Caller, LogLevel.Information),
        // {0} the provider account, in all that follow
        GatewayFailure.UpstreamAuthFailed => Provider(502, "upstream_auth_failed", "The provider '{0}' did not accept the portal's credential or account.", LogLevel.Error, false),
        GatewayFailure.UpstreamUnreachable => Provider(502, "upstream_error", "The provider '{0}' could not be reached.", LogLevel.Warning),
        GatewayFailure.UpstreamError => Provider(502, "upstream_error", "The provider '{0}' failed to answer.", LogLevel.Warning),
        // OpenAI's own words for it.
        GatewayFailure.UpstreamOverloaded => new(503, "service_unavailable_error", "server_is_overloaded",
            "The provider '{0}' is overloaded. Try again shortly.", null, true, GatewayBlame.Provider, LogLevel.Warning),
        GatewayFailure.UpstreamTimeout => Provider(504, "upstream_timeout", "The provider '{0}' did not answer in time.", LogLevel.Warning),
        GatewayFailure.UpstreamGarbled => Provider(502, "upstream_error", "The provider '{0}' sent an answer that cannot be read.", LogLevel.Warning),
        GatewayFailure.UpstreamCut => Provider(502, "upstream_error", "The provider '{0}' broke off its answer.", LogLevel.Warning),
        GatewayFailure.CallerLeft => new(499, "invalid_request_error", "caller_left",
            "The caller closed the connection.", null, null, GatewayBlame.Caller, LogLevel.Information),
        GatewayFailure.Overloaded => Portal(503, "overloaded", "The portal has more calls than it can take. Try again shortly.", LogLevel.Warning),
        GatewayFailure.ShuttingDown => Portal(503, "overloaded", "The portal is shutting down. Try again shortly.", LogLevel.Information),
        // {0} the request id
        GatewayFailure.Internal => new(500, "server_error", "internal_error",
            "The portal failed on this call. Its administrator can find it under {0}.", null, null, GatewayBlame.Portal, LogLevel.Error),
    };

    private static GatewayFailureRow Key(string message) =>
        new(401, "invalid_request_error", "invalid_api_key", message, null, false, GatewayBlame.Caller, LogLevel.Information);

    private static GatewayFailureRow Caller(int status, string code, string message) =>
        new(status, "invalid_request_error", code, message, null, false, GatewayBlame.Caller, LogLevel.Information);

    private static GatewayFailureRow Policy(int status, string type, string code, string message) =>
        new(status, type, code, message, null, false, GatewayBlame.Policy, LogLevel.Information);

    private static GatewayFailureRow Provider(int status, string code, string message, LogLevel level, bool? shouldRetry = null) =>
        new(status, "server_error", code, message, null, shouldRetry, GatewayBlame.Provider, level);

    private static GatewayFailureRow Portal(int status, string code, string message, LogLevel level) =>
        new(status, "server_error", code, message, 5, true, GatewayBlame.Portal, level);
}
