using System.Net.Http.Headers;
using AiPortal.Core.Gateway;
using AiPortal.Core.Gateway.Chat;
using AiPortal.Core.Ledger;
using AiPortal.Core.Ledger.Journals;
using AiPortal.Core.Routing;

namespace AiPortal.Gateway;

/// <summary>
/// Step 5: the attempts in order until one answers, only while nothing has reached the caller. Before each further attempt the last
/// is closed and the next is held anew; a refused hold ends it.
/// </summary>
internal sealed class Forwarding(UpstreamClients clients, PlainRelay plain, StreamRelay stream, Admission admission, Settling settling, GatewayOptions options, ILogger<Forwarding> logger)
{
    private const int MaxAttempts = 4;
    private const int MaxErrorBytes = 64 * 1024;

    public async Task<GatewayRefusal?> ForwardAsync(GatewayCall call)
    {
        for (var index = 0; ; index++)
        {
            var plan = call.Plan[index];
            CallAttempt attempt;
            try
            {
                attempt = settling.Open(call, plan);
            }
            catch (JournalUnavailableException fault)
            {
                logger.LogError("The journal takes no call: {Fault}", fault.Message);
                return GatewayFailures.Refuse(GatewayFailure.Overloaded);
            }

            var refusal = await AttemptAsync(call, attempt);
            var next = refusal is not null && MayTryNext(call, refusal) && index + 1 < Math.Min(call.Plan.Count, MaxAttempts);
            if (next && await admission.HoldAsync(call, call.Plan[index + 1]) is { } noHold) (next, refusal) = (false, noHold);
            settling.Record(attempt, final: !next);
            if (!next) return refusal;
            logger.LogInformation("Call {Call}: attempt {Attempt} at {Provider} failed with {Failure}; the next is made", call.RequestId, index + 1, plan.Account.Name, refusal!.Failure);
        }
    }

    /// <summary>Null when the caller has his answer; the attempt is closed in any case.</summary>
    private async Task<GatewayRefusal?> AttemptAsync(GatewayCall call, CallAttempt attempt)
    {
        using var request = Request(call, attempt);
        using var patience = new Patience(call, attempt.Intent.Streamed, options);
        HttpResponseMessage response;
        try
        {
            patience.Allow(options.Headers);
            response = await clients.For(attempt.Plan.Account).SendAsync(request, patience.Token);
        }
        catch (Exception fault) when (UpstreamFault.Of(fault, patience) is { } failure)
        {
            settling.Close(attempt, Unanswered(call, attempt, failure, ((PooledContent)request.Content!).SendingBegan) with { ErrorCode = GatewayFailures.Of(failure).Code });
            return GatewayFailures.Refuse(failure, attempt.Plan.Account.Name);
        }

        using (response)
        {
            if (!response.IsSuccessStatusCode) return await RefusedAsync(attempt, response, patience);
            return response.Content.Headers.ContentType?.MediaType == "text/event-stream"
                ? await stream.RelayAsync(call, attempt, response, patience)
                : await plain.RelayAsync(call, attempt, response, patience);
        }
    }

    /// <summary>
    /// What was never sent costs nothing. A stream that its caller left was ended by us before it gave anything: its prompt is charged.
    /// Whatever else may have been accepted counts at its hold until somebody knows.
    /// </summary>
    private static AttemptOutcome Unanswered(GatewayCall call, CallAttempt attempt, GatewayFailure failure, bool sent) =>
        !sent || failure == GatewayFailure.UpstreamUnreachable ? new AttemptOutcome(EntryStatus.Failed)
        : failure == GatewayFailure.CallerLeft && attempt.Intent.Streamed ? AttemptOutcome.Of(EntryStatus.Partial, call.Scan!, new ChatObservation())
        : new AttemptOutcome(EntryStatus.Unknown);

    private async Task<GatewayRefusal> RefusedAsync(CallAttempt attempt, HttpResponseMessage response, Patience patience)
    {
        using var body = new PooledBody();
        try
        {
            patience.Allow(options.Idle);
            await body.FillAsync(await response.Content.ReadAsStreamAsync(patience.Token), MaxErrorBytes, patience.Token);
        }
        catch (Exception fault) when (UpstreamFault.Of(fault, patience) is not null)
        {
            logger.LogInformation("The body of a provider's refusal broke off: {Fault}", fault.GetType().Name);
        }

        var refusal = UpstreamRefusals.Of((int)response.StatusCode, body.Sequence, RetryAfter(response.Headers.RetryAfter), attempt.Plan.Account.Name);
        settling.Close(attempt, new AttemptOutcome(EntryStatus.Failed)
        {
            UpstreamStatus = (int)response.StatusCode,
            ErrorCode = refusal.Code,
            UpstreamRequestId = UpstreamHeaders.RequestId(response),
        });
        return refusal;
    }

    private static HttpRequestMessage Request(GatewayCall call, CallAttempt attempt)
    {
        var account = attempt.Plan.Account;
        var body = new PooledBody();
        new ChatRequestRewrite(attempt.Plan.UpstreamModel, account.Kind.CapMember, attempt.Held.Cap, account.Kind.StreamUsage).Write(body, call.Bytes, call.Scan!);
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(account.BaseUri ?? SandboxHandler.Address, "chat/completions")) { Content = new PooledContent(body) };
        // An allow list: nothing of the caller's headers goes upstream.
        request.Headers.TryAddWithoutValidation("X-Attempt-Id", attempt.Intent.EntryId.ToString());
        request.Headers.TryAddWithoutValidation("Accept", call.Scan!.Stream ? "text/event-stream, application/json" : "application/json");
        request.Headers.TryAddWithoutValidation("Accept-Encoding", "identity");
        if (account.ApiKey is { } key) request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + key);
        return request;
    }

    private static bool MayTryNext(GatewayCall call, GatewayRefusal refusal) =>
        !call.CallerLeft && !call.Context.Response.HasStarted
        && (refusal.Failure != GatewayFailure.UpstreamRefused || refusal.UpstreamStatus is 404 or 429);

    private static TimeSpan? RetryAfter(RetryConditionHeaderValue? value) => value switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } when date - TimeProvider.System.GetUtcNow() is { Ticks: > 0 } wait => wait,
        _ => null,
    };
}
