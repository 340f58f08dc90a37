namespace AiPortal.Core.Gateway;

/// <summary>Every way a call can end without a whole answer: who failed, and where. <see cref="GatewayFailures"/> gives each its words.</summary>
public enum GatewayFailure
{
    KeyMissing,
    KeyUnknown,
    KeyDisabled,
    KeyRevoked,
    KeyExpired,

    /// <summary>Two different keys came with one request.</summary>
    KeyAmbiguous,
    IpNotAllowed,
    ModelNotAllowed,
    ModelUnknown,
    ModelNotPriced,
    RouteUnknown,

    /// <summary>A response that this key did not make, or that is no longer remembered.</summary>
    ResponseUnknown,
    RateLimited,

    /// <summary>Every provider account that serves the model is at the limits set for it.</summary>
    AccountsAtLimit,
    BudgetExceeded,
    BodyNotJson,
    BodyInvalid,
    BodyTooLarge,

    /// <summary>The body came so slowly that nobody waits for it.</summary>
    BodyTooSlow,

    /// <summary>The header <c>Idempotency-Key</c> is not one, or is not usable.</summary>
    IdempotencyKeyInvalid,

    /// <summary>The key was used for another body or path.</summary>
    IdempotencyMismatch,

    /// <summary>The first call under the key is still running.</summary>
    IdempotencyInProgress,

    /// <summary>The first call under the key was a stream, or too large to be kept.</summary>
    IdempotencyNotReplayable,

    /// <summary>The first call under the key was cut off here; what the provider made of it is not known.</summary>
    IdempotencyInterrupted,

    /// <summary>The provider refused what the caller sent; its status and words are passed on.</summary>
    UpstreamRefused,

    /// <summary>The provider did not accept the portal's credential or account.</summary>
    UpstreamAuthFailed,

    /// <summary>No connection to the provider could be made: nothing was sent.</summary>
    UpstreamUnreachable,

    /// <summary>The provider answered with a failure of its own.</summary>
    UpstreamError,

    /// <summary>The provider says in a word of its own that it has more calls than it can take: Anthropic's 529.</summary>
    UpstreamOverloaded,
    UpstreamTimeout,

    /// <summary>The provider's answer is not what the dialect promises.</summary>
    UpstreamGarbled,

    /// <summary>The provider's answer broke off before its end.</summary>
    UpstreamCut,
    CallerLeft,
    Overloaded,
    ShuttingDown,
    Internal,
}

/// <summary>Who has to act on a failure.</summary>
public enum GatewayBlame
{
    Caller,

    /// <summary>A rule the organization set: a budget, an allow list, a limit.</summary>
    Policy,
    Provider,
    Portal,
}
