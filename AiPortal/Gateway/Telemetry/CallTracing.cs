using System.Diagnostics;
using System.Globalization;
using AiPortal.Core.Ledger;

namespace AiPortal.Gateway.Telemetry;

/// <summary>
/// Spans: one of kind SERVER a call, under the caller's own trace where it names one, and beneath it one of kind CLIENT an attempt, by the
/// GenAI conventions. Nothing of what was said is in them. Without a listener none is made and this costs nothing.
/// </summary>
internal sealed class CallTracing(TracingOptions options)
{
    public const string SourceName = "AiPortal.Gateway";
    private const double MsPerSecond = 1000;
    private static readonly ActivitySource Source = new(SourceName);

    public static void Begin(GatewayCall call)
    {
        if (!Source.HasListeners()) return;
        var request = call.Context.Request;
        // The server's own activity is nobody's parent: it is not exported.
        Activity.Current = null;
        call.Span = Source.StartActivity($"{request.Method} {request.Path}", ActivityKind.Server, CallerContext(request.Headers));
        call.Span?.SetTag("http.request.method", request.Method).SetTag("url.path", request.Path.Value).SetTag("aiportal.request.id", call.RequestId.ToString());
    }

    public static void Begin(GatewayCall call, CallAttempt attempt)
    {
        if (!Source.HasListeners()) return;
        var (account, scan) = (attempt.Plan.Account, call.Scan!);
        var operation = GenAiNames.Operation(attempt.Intent.RequestType);
        attempt.Span = Source.StartActivity($"{operation} {attempt.Plan.UpstreamModel}", ActivityKind.Client, call.Span?.Context ?? default);
        if (attempt.Span is not { } span) return;
        span.SetTag("gen_ai.operation.name", operation)
            .SetTag("gen_ai.provider.name", GenAiNames.Provider(account.Kind.Kind))
            .SetTag("gen_ai.request.model", attempt.Plan.UpstreamModel)
            .SetTag("gen_ai.request.stream", scan.Stream)
            .SetTag("aiportal.attempt.id", attempt.Intent.EntryId.ToString())
            .SetTag("aiportal.attempt.number", attempt.Intent.Attempt)
            .SetTag("aiportal.provider.account", account.Name);
        if (scan.MaxOutput is { } most) span.SetTag("gen_ai.request.max_tokens", most);
        if (scan.Choices > 1) span.SetTag("gen_ai.request.choice.count", scan.Choices);
        if (account.Root?.Uri is { } address) span.SetTag("server.address", address.Host).SetTag("server.port", address.Port);
    }

    /// <summary>W3C trace context for the provider, where an administrator lets it go there.</summary>
    public void Propagate(GatewayCall call, CallAttempt attempt, HttpRequestMessage request)
    {
        if (!options.ToProviders) return;
        var parent = attempt.Span?.Id ?? call.Context.Request.Headers.TraceParent.ToString();
        if (!ActivityContext.TryParse(parent, null, out _)) return;
        request.Headers.TryAddWithoutValidation("traceparent", parent);
        if (attempt.Span?.TraceStateString is { Length: > 0 } state) request.Headers.TryAddWithoutValidation("tracestate", state);
    }

    /// <summary>After it was recorded.</summary>
    public static void End(CallAttempt attempt, AttemptOutcome outcome)
    {
        if (attempt.Span is not { } span) return;
        var usage = outcome.Usage;
        if (usage.Total > 0)
        {
            span.SetTag("gen_ai.usage.input_tokens", usage.TotalInput).SetTag("gen_ai.usage.output_tokens", usage.TotalOutput);
            if (usage.CachedInput > 0) span.SetTag("gen_ai.usage.cache_read.input_tokens", usage.CachedInput);
            if (usage.CacheWrite + usage.CacheWrite1h > 0) span.SetTag("gen_ai.usage.cache_creation.input_tokens", usage.CacheWrite + usage.CacheWrite1h);
            if (usage.Reasoning > 0) span.SetTag("gen_ai.usage.reasoning.output_tokens", usage.Reasoning);
        }

        if (outcome.AnswerId is { } id) span.SetTag("gen_ai.response.id", id);
        if (outcome.AnswerModel is { } model) span.SetTag("gen_ai.response.model", model);
        if (outcome.FinishReason is { } reason) span.SetTag("gen_ai.response.finish_reasons", new[] { reason });
        if (attempt.TtftMs is { } first) span.SetTag("gen_ai.response.time_to_first_chunk", first / MsPerSecond);
        if (outcome.UpstreamStatus is { } status) span.SetTag("http.response.status_code", status);
        span.SetTag("aiportal.cost.usd", attempt.Cost.Total.ToString("0.############", CultureInfo.InvariantCulture)).SetTag("aiportal.usage.estimated", attempt.Settlement?.Estimated);
        if (outcome.Status != EntryStatus.Ok) span.SetStatus(ActivityStatusCode.Error).SetTag("error.type", outcome.ErrorCode ?? "unknown");
        span.Dispose();
    }

    public static void End(GatewayCall call)
    {
        if (call.Span is not { } span) return;
        var status = call.Context.Response.StatusCode;
        span.SetTag("http.response.status_code", status);
        if (call.Key is { } key) span.SetTag("aiportal.organization.id", key.Organization.Id.ToString()).SetTag("aiportal.key.id", key.Id.ToString());
        if (call.Refusal is { } refusal)
        {
            span.SetTag("error.type", refusal.Code);
            if (status >= StatusCodes.Status500InternalServerError) span.SetStatus(ActivityStatusCode.Error);
        }

        span.Dispose();
    }

    private static ActivityContext CallerContext(IHeaderDictionary headers) =>
        ActivityContext.TryParse(headers.TraceParent.ToString(), headers.TraceState.ToString(), isRemote: true, out var context) ? context : default;
}
