using System.Buffers;
using System.Text.Json;
using AiPortal.Core.Data;
using AiPortal.Core.Gateway;
using AiPortal.Core.Gateway.Anthropic;
using AiPortal.Core.Gateway.Translation;
using AiPortal.Core.Routing;

namespace AiPortal.Gateway;

/// <summary>
/// <c>count_tokens</c>: by the provider that would serve the call where it counts for nothing, else our own estimate, marked so. Limits
/// hold, budgets and ledger have nothing to do with it.
/// </summary>
internal sealed class TokenCounting(KeyAuthentication authentication, BodyReading reading, KeyLimits limits, UpstreamClients clients, CallAnswers answers, GatewayOptions options, TimeProvider clock)
{
    private const int MaxAnswerBytes = 64 * 1024;

    public async Task RunAsync(HttpContext context)
    {
        var call = new GatewayCall(context, CountTokensOperation.Instance, default, Ids.New(clock), clock.GetUtcNow(), clock.GetTimestamp());
        try
        {
            var refusal = authentication.Authenticate(call) ?? await reading.ReadAsync(call) ?? CallRouting.Route(call) ?? Enter(call) ?? await CountAsync(call);
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

    private async Task<GatewayRefusal?> CountAsync(GatewayCall call)
    {
        var plan = call.Plan[0];
        CallAnswers.Identify(call, plan);
        if (CountTokensOperation.IsCountedBy(plan.Account.Kind)) return await AskAsync(call, plan);
        call.Context.Response.Headers["x-portal-estimated"] = "true";
        await AnswerAsync(call, TokenEstimate.Input(call.Scan!));
        return null;
    }

    private async Task<GatewayRefusal?> AskAsync(GatewayCall call, PlannedAttempt plan)
    {
        using var patience = new Patience(call, streamed: true, options);
        using var request = Request(call, plan);
        using var body = new PooledBody();
        try
        {
            patience.Allow(options.Headers);
            using var response = await clients.For(plan.Account).SendAsync(request, patience.Token);
            patience.Allow(options.Idle);
            var isWhole = await body.FillAsync(await response.Content.ReadAsStreamAsync(patience.Token), MaxAnswerBytes, patience.Token);
            if (!response.IsSuccessStatusCode)
                return UpstreamRefusals.Of((int)response.StatusCode, body.Sequence, MessagesPassage.Counting, UpstreamRequests.RetryAfterOf(response), plan.Account.Name);
            if (!isWhole || Read(body.Sequence) is not { } tokens) return GatewayFailures.Refuse(GatewayFailure.UpstreamGarbled, plan.Account.Name);
            await AnswerAsync(call, tokens);
            return null;
        }
        catch (Exception fault) when (UpstreamFault.Of(fault, patience) is { } failure)
        {
            return GatewayFailures.Refuse(failure, plan.Account.Name);
        }
    }

    private static HttpRequestMessage Request(GatewayCall call, PlannedAttempt plan)
    {
        var context = new AnswerContext(call.RequestId, call.StartedAt, plan.UpstreamModel, 0, call.Scan!);
        var body = new PooledBody();
        MessagesPassage.Counting.WriteRequest(new ExchangeRequest(call.Scan!, call.Bytes, plan.Account.Kind, plan.UpstreamModel, null, null, context), body, out var target);
        return UpstreamRequests.Make(call, plan.Account, MessagesPassage.Counting, target, body);
    }

    private static long? Read(ReadOnlySequence<byte> body)
    {
        try
        {
            using var answer = JsonDocument.Parse(body);
            return answer.RootElement.ValueKind == JsonValueKind.Object && answer.RootElement.TryGetProperty("input_tokens", out var count)
                && count.ValueKind == JsonValueKind.Number && count.TryGetInt64(out var tokens) ? tokens : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static async Task AnswerAsync(GatewayCall call, long tokens)
    {
        var body = System.Text.Encoding.ASCII.GetBytes(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{{\"input_tokens\":{tokens}}}"));
        call.Context.Response.ContentType = "application/json";
        call.Context.Response.ContentLength = body.Length;
        await call.Context.Response.BodyWriter.WriteAsync(body, call.Context.RequestAborted);
    }
}
