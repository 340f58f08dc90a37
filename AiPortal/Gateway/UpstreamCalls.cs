using AiPortal.Core.Gateway;
using AiPortal.Core.Gateway.Translation;
using AiPortal.Core.Ledger;
using AiPortal.Core.Routing;
using AiPortal.Gateway.Telemetry;

namespace AiPortal.Gateway;

/// <summary>A request as its provider will get it.</summary>
internal sealed class PreparedCall(IUpstreamExchange exchange, ExchangeRequest details, HttpRequestMessage message) : IDisposable
{
    public IUpstreamExchange Exchange { get; } = exchange;

    public ExchangeRequest Details { get; } = details;

    public HttpRequestMessage Message { get; } = message;

    public void Dispose() => Message.Dispose();
}

/// <summary>One attempt at a provider: sends it, and relays or reads what comes.</summary>
internal sealed class UpstreamCalls(
    UpstreamClients clients, PlainRelay plain, StreamRelay stream, ByteRelay bytes, Settling settling, CallTracing tracing, GatewayOptions options, ILogger<UpstreamCalls> logger)
{
    private const int MaxErrorBytes = 64 * 1024;

    /// <summary>Writes the request. A refusal says what this provider's dialect cannot express; nothing was sent then.</summary>
    public static GatewayRefusal? Prepare(GatewayCall call, PlannedAttempt plan, out PreparedCall? prepared)
    {
        var held = call.Held!;
        var context = new AnswerContext(call.RequestId, call.StartedAt, plan.UpstreamModel, TokenEstimate.Input(call.Scan!), call.Scan!);
        var exchange = call.Operation.At(plan.Account.Kind)!;
        var details = new ExchangeRequest(call.Scan!, call.Bytes, plan.Account.Kind, plan.UpstreamModel, held.Cap, plan.Price.MaxOutput, context);
        var body = new PooledBody();
        prepared = null;
        if (exchange.WriteRequest(details, body, out var target) is { } refusal)
        {
            body.Dispose();
            return refusal;
        }

        prepared = new PreparedCall(exchange, details, UpstreamRequests.Make(call, plan, exchange, target, body));
        return null;
    }

    /// <summary>Null when the caller has his answer; the attempt is closed in any case.</summary>
    public async Task<GatewayRefusal?> MakeAsync(GatewayCall call, CallAttempt attempt, PreparedCall prepared)
    {
        using var patience = new Patience(call, attempt.Intent.Streamed, options);
        var request = prepared.Message;
        request.Headers.TryAddWithoutValidation("X-Attempt-Id", attempt.Intent.EntryId.ToString());
        tracing.Propagate(call, attempt, request);
        HttpResponseMessage response;
        try
        {
            patience.Allow(attempt.Wait ?? options.Headers);
            if (attempt is { MayHurry: true, Use: { } use }) use.Hurry = patience.Hurry;
            response = await clients.For(attempt.Plan.Account).SendAsync(request, patience.Token);
            attempt.Use?.Hurry = null;
        }
        catch (Exception fault) when (UpstreamFault.Of(fault, patience) is { } failure)
        {
            settling.Close(attempt, Unanswered(call, attempt, failure, ((PooledContent)request.Content!).SendingBegan) with { ErrorCode = GatewayFailures.Of(failure).Code });
            return GatewayFailures.Refuse(failure, attempt.Plan.Account.Name);
        }

        using (response)
        {
            if (!response.IsSuccessStatusCode) return await RefusedAsync(attempt, prepared.Exchange, response, patience);
            var isEvents = UpstreamAnswers.MediaTypeOf(response).Equals("text/event-stream", StringComparison.OrdinalIgnoreCase);
            if (isEvents) return await stream.RelayAsync(call, attempt, prepared, response, patience);
            // Where bytes were to come, JSON can only tell of a failure.
            var isJson = UpstreamAnswers.MediaTypeOf(response).EndsWith("json", StringComparison.OrdinalIgnoreCase);
            if (!isJson && prepared.Exchange.Bytes(prepared.Details) is { } tap)
            {
                using (tap) return await bytes.RelayAsync(call, attempt, tap, response, patience);
            }

            return await plain.RelayAsync(call, attempt, prepared, response, patience);
        }
    }

    /// <summary>
    /// What was never sent costs nothing. A stream that its caller left was ended by us before it gave anything: its prompt is charged.
    /// Whatever else may have been accepted counts at its hold until somebody knows.
    /// </summary>
    private static AttemptOutcome Unanswered(GatewayCall call, CallAttempt attempt, GatewayFailure failure, bool sent) =>
        !sent || failure == GatewayFailure.UpstreamUnreachable ? new AttemptOutcome(EntryStatus.Failed)
        : failure == GatewayFailure.CallerLeft && attempt.Intent.Streamed ? AttemptOutcome.Of(EntryStatus.Partial, call.Scan!, new AnswerObservation(), attempt.Plan.Price)
        : new AttemptOutcome(EntryStatus.Unknown);

    private async Task<GatewayRefusal> RefusedAsync(CallAttempt attempt, IUpstreamExchange exchange, HttpResponseMessage response, Patience patience)
    {
        using var body = new PooledBody();
        try
        {
            patience.Allow(options.Idle);
            await body.FillAsync(await UpstreamAnswers.OpenAsync(response, patience.Token), MaxErrorBytes, patience.Token);
        }
        catch (Exception fault) when (UpstreamFault.Of(fault, patience) is not null)
        {
            logger.LogInformation("The body of a provider's refusal broke off: {Fault}", fault.GetType().Name);
        }

        var refusal = UpstreamRefusals.Of((int)response.StatusCode, body.Sequence, exchange, UpstreamAnswers.RetryAfterOf(response), attempt.Plan.Account.Name);
        settling.Close(attempt, new AttemptOutcome(EntryStatus.Failed)
        {
            UpstreamStatus = (int)response.StatusCode,
            ErrorCode = refusal.Code,
            UpstreamRequestId = UpstreamAnswers.IdOf(response),
        });
        return refusal;
    }
}
