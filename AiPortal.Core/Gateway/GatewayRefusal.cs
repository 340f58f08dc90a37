namespace AiPortal.Core.Gateway;

/// <summary>A failure with all that its answer says to the caller.</summary>
public sealed record GatewayRefusal(GatewayFailure Failure, string Message)
{
    /// <summary>The member of the body at fault, as OpenAI's <c>error.param</c>.</summary>
    public string? Param { get; init; }

    /// <summary>The provider's own status, for <see cref="GatewayFailure.UpstreamRefused"/>.</summary>
    public int? UpstreamStatus { get; init; }

    /// <summary>The provider's own <c>error.type</c> and <c>error.code</c>.</summary>
    public string? UpstreamType { get; init; }

    /// <inheritdoc cref="UpstreamType"/>
    public string? UpstreamCode { get; init; }

    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The budget that said no.</summary>
    public Guid? BudgetId { get; init; }

    /// <summary>When that budget's period ends; null for one that never resets.</summary>
    public DateTimeOffset? ResetsAt { get; init; }

    /// <summary>Where more of that budget is asked for.</summary>
    public string? RequestUrl { get; init; }

    /// <summary>The model which that budget lets through instead.</summary>
    public string? DowngradeTo { get; init; }

    public int Status => UpstreamStatus ?? GatewayFailures.Of(Failure).Status;

    public string Type => UpstreamType ?? GatewayFailures.Of(Failure).Type;

    public string Code => UpstreamCode ?? GatewayFailures.Of(Failure).Code;

    /// <summary>Whole seconds for the <c>Retry-After</c> header, at least 1; null when it is not sent.</summary>
    public long? RetryAfterSeconds => RetryAfter is { } wait ? Math.Max(1, (long)Math.Ceiling(wait.TotalSeconds)) : null;
}
