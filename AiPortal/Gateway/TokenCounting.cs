using System.Buffers;
using AiPortal.Core.Data;
using AiPortal.Core.Gateway;
using AiPortal.Core.Gateway.Translation;
using AiPortal.Core.Routing;

namespace AiPortal.Gateway;

/// <summary>
/// How many tokens a request would be: by the provider that would serve it where it counts for nothing, else our own estimate, marked so.
/// Limits hold, budgets and ledger have nothing to do with it.
/// </summary>
internal sealed class TokenCounting(KeyAuthentication authentication, BodyReading reading, KeyLimits limits, UpstreamClients clients, CallAnswers answers, GatewayOptions options, TimeProvider clock)
{
    private const int MaxAnswerBytes = 64 * 1024;

    public async Task RunAsync(HttpContext context, CountingOperation operation, CallTarget target)
    {
        var call = new GatewayCall(context, operation, target, Ids.New(clock), clock.GetUtcNow(), clock.GetTimestamp());
        try
        {
            var refusal = authentication.Authenticate(call) ?? await reading.ReadAsync(call) ?? CallRouting.Route(call) ?? Enter(call) ?? await CountAsync(call, operation);
            if (refusal is not null) await answers.RefuseAsync(call, refusal);
        }
        catch (Exception fault) when (!call.CallerLeft)
        {
            await answers.FailAsync(call, fault);
        }
        finally
        {
            call.Lease?.Leave(0);
            call.Body?.Dispose();
        }
    }

    private GatewayRefusal? Enter(GatewayCall call)
    {
        call.Lease = limits.Enter(call.Key!, 0, out var exceeded);
        return exceeded;
    }

    private async Task<GatewayRefusal?> CountAsync(GatewayCall call, CountingOperation operation)
    {
        var plan = call.Plan[0];
        if (operation.Counter(plan.Account.Kind) is { } counter) return await AskAsync(call, operation, plan, counter);
        var estimate = new ArrayBufferWriter<byte>();
        operation.WriteCount(estimate, TokenEstimate.Input(call.Scan!));
        call.Context.Response.Headers["x-portal-estimated"] = "true";
        await AnswerAsync(call, plan, new ReadOnlySequence<byte>(estimate.WrittenMemory));
        return null;
    }

    private async Task<GatewayRefusal?> AskAsync(GatewayCall call, CountingOperation operation, PlannedAttempt plan, IUpstreamExchange counter)
    {
        using var patience = new Patience(call, streamed: true, options);
        var sent = new PooledBody();
        if (counter.WriteRequest(Details(call, plan), sent, out var target) is { } inexpressible)
        {
            sent.Dispose();
            return inexpressible;
        }

        using var request = UpstreamRequests.Make(call, plan, counter, target, sent);
        using var body = new PooledBody();
        try
        {
            patience.Allow(options.Headers);
            using var response = await clients.For(plan.Account).SendAsync(request, patience.Token);
            patience.Allow(options.Idle);
            var isWhole = await body.FillAsync(await UpstreamAnswers.OpenAsync(response, patience.Token), MaxAnswerBytes, patience.Token);
            if (!response.IsSuccessStatusCode)
                return UpstreamRefusals.Of((int)response.StatusCode, body.Sequence, counter, UpstreamAnswers.RetryAfterOf(response), plan.Account.Name);
            if (!isWhole || !operation.IsCount(body.Sequence)) return GatewayFailures.Refuse(GatewayFailure.UpstreamGarbled, plan.Account.Name);
        }
        catch (Exception fault) when (UpstreamFault.Of(fault, patience) is { } failure)
        {
            return GatewayFailures.Refuse(failure, plan.Account.Name);
        }

        await AnswerAsync(call, plan, body.Sequence);
        return null;
    }

    private static ExchangeRequest Details(GatewayCall call, PlannedAttempt plan) => new(
        call.Scan!, call.Bytes, plan.Account.Kind, plan.UpstreamModel, null, null, new AnswerContext(call.RequestId, call.StartedAt, plan.UpstreamModel, 0, call.Scan!));

    private static async Task AnswerAsync(GatewayCall call, PlannedAttempt plan, ReadOnlySequence<byte> body)
    {
        CallAnswers.Identify(call, plan);
        call.Context.Response.ContentType = "application/json";
        call.Context.Response.ContentLength = body.Length;
        foreach (var piece in body) await call.Context.Response.BodyWriter.WriteAsync(piece, call.Context.RequestAborted);
    }
}
