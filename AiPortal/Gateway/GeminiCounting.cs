using System.Globalization;
using System.Text;
using AiPortal.Core.Data;
using AiPortal.Core.Gateway;
using AiPortal.Core.Gateway.Gemini;
using AiPortal.Core.Gateway.Translation;
using AiPortal.Core.Routing;

namespace AiPortal.Gateway;

/// <summary>
/// <c>countTokens</c>: by the provider that would serve the call where it counts for nothing, else our own estimate, marked so. Limits
/// hold, budgets and ledger have nothing to do with it.
/// </summary>
internal sealed class GeminiCounting(KeyAuthentication authentication, BodyReading reading, KeyLimits limits, UpstreamClients clients, CallAnswers answers, GatewayOptions options, TimeProvider clock)
{
    private const int MaxAnswerBytes = 64 * 1024;

    public async Task RunAsync(HttpContext context, CallTarget target)
    {
        var call = new GatewayCall(context, GeminiCountOperation.Instance, target, Ids.New(clock), clock.GetUtcNow(), clock.GetTimestamp());
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
        if (GeminiCountOperation.IsCountedBy(plan.Account.Kind)) return await AskAsync(call, plan);
        var answer = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{{\"totalTokens\":{TokenEstimate.Input(call.Scan!)}}}"));
        Identify(call, plan);
        call.Context.Response.Headers["x-portal-estimated"] = "true";
        await call.Context.Response.BodyWriter.WriteAsync(answer, call.Context.RequestAborted);
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
            if (!response.IsSuccessStatusCode) return UpstreamRefusals.Of((int)response.StatusCode, body.Sequence, GenerateContentPassage.Instance, null, plan.Account.Name);
            if (!isWhole || response.Content.Headers.ContentType?.MediaType != "application/json")
                return GatewayFailures.Refuse(GatewayFailure.UpstreamGarbled, plan.Account.Name);
        }
        catch (Exception fault) when (UpstreamFault.Of(fault, patience) is { } failure)
        {
            return GatewayFailures.Refuse(failure, plan.Account.Name);
        }

        Identify(call, plan);
        foreach (var piece in body.Sequence) await call.Context.Response.BodyWriter.WriteAsync(piece, call.Context.RequestAborted);
        return null;
    }

    private static HttpRequestMessage Request(GatewayCall call, PlannedAttempt plan)
    {
        var context = new AnswerContext(call.RequestId, call.StartedAt, plan.UpstreamModel, 0, call.Scan!);
        var body = new PooledBody();
        var path = GeminiCountOperation.WriteRequest(new ExchangeRequest(call.Scan!, call.Bytes, plan.Account.Kind, plan.UpstreamModel, null, null, context), body);
        return UpstreamRequests.Make(call, plan.Account, GenerateContentPassage.Instance, new UpstreamTarget(path), body);
    }

    private static void Identify(GatewayCall call, PlannedAttempt plan)
    {
        var answer = call.Context.Response;
        answer.ContentType = "application/json";
        answer.Headers["x-request-id"] = call.RequestId.ToString();
        answer.Headers["x-portal-provider"] = Uri.EscapeDataString(plan.Account.Name);
        answer.Headers["x-portal-model"] = Uri.EscapeDataString(plan.UpstreamModel);
        call.Lease?.WriteHeaders(answer.Headers);
    }
}
