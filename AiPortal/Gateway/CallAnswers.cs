using System.Buffers;
using System.Globalization;
using AiPortal.Core.Gateway;
using AiPortal.Core.Routing;

namespace AiPortal.Gateway;

/// <summary>What the portal itself says to a caller, in the caller's dialect.</summary>
internal sealed class CallAnswers(RefusalLog refusals, ILogger<CallAnswers> logger)
{
    /// <summary>Headers of every answer that came from a provider.</summary>
    public static void Identify(GatewayCall call, CallAttempt attempt) => Identify(call, attempt.Plan);

    /// <inheritdoc cref="Identify(GatewayCall, CallAttempt)"/>
    public static void Identify(GatewayCall call, PlannedAttempt plan)
    {
        var headers = call.Context.Response.Headers;
        WriteId(headers, call.Operation.Errors, call.RequestId);
        headers["x-portal-provider"] = Uri.EscapeDataString(plan.Account.Name);
        headers["x-portal-model"] = Uri.EscapeDataString(plan.UpstreamModel);
        if (call.DowngradedFrom is { } asked) headers["x-portal-downgraded-from"] = Uri.EscapeDataString(asked);
        if (call.Repeat is not null || call.Recording is not null) headers["x-portal-cache"] = call.Repeat is null ? "miss" : "hit";
        call.Lease?.WriteHeaders(headers);
    }

    /// <summary>A refusal, unless the answer has begun: then the relay has said what there was to say.</summary>
    public Task RefuseAsync(GatewayCall call, GatewayRefusal refusal)
    {
        call.Refusal = refusal;
        refusals.Write(call, refusal.Failure);
        return call.Context.Response.HasStarted || call.CallerLeft ? Task.CompletedTask : WriteAsync(call.Context, call.Operation.Errors, call.RequestId, refusal, call.Lease);
    }

    /// <summary>What an earlier call under the same idempotency key was answered; it costs nothing now.</summary>
    public static async Task ReplayAsync(GatewayCall call, ReplayedAnswer replay)
    {
        var (response, answer) = (call.Context.Response, replay.Answer);
        response.StatusCode = answer.HttpStatus;
        response.ContentType = answer.ContentType;
        foreach (var (name, value) in answer.Headers) response.Headers[name] = value;
        response.Headers["x-request-id"] = call.RequestId.ToString();
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers["x-portal-original-request-id"] = replay.RequestId.ToString();
        response.Headers["x-portal-cost-usd"] = "0";
        response.Headers["idempotency-replayed"] = "true";
        response.ContentLength = answer.Body.Length;
        await response.BodyWriter.WriteAsync(answer.Body, call.Context.RequestAborted);
    }

    /// <summary>A fault of ours: logged with the call's id, told to the caller without detail.</summary>
    public Task FailAsync(GatewayCall call, Exception fault)
    {
        logger.LogError(fault, "Call {Call} failed", call.RequestId);
        call.Refusal = GatewayFailures.Refuse(GatewayFailure.Internal, call.RequestId);
        return call.Context.Response.HasStarted ? Abort(call) : WriteAsync(call.Context, call.Operation.Errors, call.RequestId, call.Refusal);
    }

    public static async Task WriteAsync(HttpContext context, ErrorShape errors, Guid requestId, GatewayRefusal refusal, KeyLease? lease = null)
    {
        var answer = context.Response;
        answer.Clear();
        answer.StatusCode = errors.StatusOf(refusal);
        answer.ContentType = "application/json";
        WriteId(answer.Headers, errors, requestId);
        lease?.WriteHeaders(answer.Headers);
        if (refusal.RetryAfterSeconds is { } seconds) answer.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        // The next call of this connection would find it closed.
        if (refusal.Failure == GatewayFailure.ShuttingDown) answer.Headers.Connection = "close";
        if (GatewayFailures.Of(refusal.Failure).ShouldRetry is { } retry) answer.Headers["x-should-retry"] = retry ? "true" : "false";
        var body = new ArrayBufferWriter<byte>();
        errors.Write(body, refusal, requestId);
        answer.ContentLength = body.WrittenCount;
        await answer.BodyWriter.WriteAsync(body.WrittenMemory, context.RequestAborted);
    }

    private static void WriteId(IHeaderDictionary headers, ErrorShape shape, Guid requestId)
    {
        headers["x-request-id"] = requestId.ToString();
        headers.XContentTypeOptions = "nosniff";
        if (shape.RequestIdHeader is { } own) headers[own] = requestId.ToString();
    }

    /// <summary>A half answer must not look whole.</summary>
    private static Task Abort(GatewayCall call)
    {
        call.Context.Abort();
        return Task.CompletedTask;
    }
}
