using AiPortal.Core.Data;
using AiPortal.Core.Gateway;
using AiPortal.Core.Gateway.Responses;
using Microsoft.AspNetCore.WebUtilities;

namespace AiPortal.Gateway;

/// <summary>What a caller may do with a response that was made before: look, delete, cancel. Goes to the account that keeps it; costs nothing.</summary>
internal sealed class StoredResponses(KeyAuthentication authentication, ResponsePins pins, UpstreamClients clients, GatewayOptions options, TimeProvider clock)
{
    private const int MaxErrorBytes = 64 * 1024;
    private static readonly string[] Passed = ["include", "include[]", "limit", "after", "before", "order"];

    /// <param name="context">GET, DELETE or POST.</param>
    /// <param name="id">The response's.</param>
    /// <param name="part">Behind the id: nothing, <c>/cancel</c> or <c>/input_items</c>.</param>
    public async Task RunAsync(HttpContext context, string id, string part)
    {
        var call = new GatewayCall(context, ResponsesOperation.Instance, default, Ids.New(clock), clock.GetUtcNow(), clock.GetTimestamp());
        var refusal = authentication.Authenticate(call) ?? await ForwardAsync(call, id, part);
        if (refusal is not null && !call.CallerLeft) await CallAnswers.WriteAsync(context, ResponsesErrors.Shape, call.RequestId, refusal);
    }

    private async Task<GatewayRefusal?> ForwardAsync(GatewayCall call, string id, string part)
    {
        var account = pins.AccountOf(call.Key!.Id, id) is { } keeper ? call.Key.Organization.Accounts.FirstOrDefault(a => a.Id == keeper && a.IsFor(call.Key.Attribution.EnvironmentId)) : null;
        if (account is null) return GatewayFailures.Refuse(GatewayFailure.ResponseUnknown, id);
        var (request, response) = (call.Context.Request, call.Context.Response);
        var query = request.Query.Where(pair => Passed.Contains(pair.Key)).SelectMany(pair => pair.Value.Select(value => KeyValuePair.Create(pair.Key, value)));
        var path = QueryHelpers.AddQueryString($"responses/{Uri.EscapeDataString(id)}{part}", query);
        using var message = new HttpRequestMessage(new HttpMethod(request.Method), account.Root?.At(path) ?? new Uri(SandboxHandler.Address, path));
        message.Headers.TryAddWithoutValidation("Accept", "application/json");
        UpstreamRequests.Authorize(message, account);
        using var patience = new Patience(call, streamed: true, options);
        using var body = new PooledBody();
        try
        {
            patience.Allow(options.Headers);
            using var answer = await clients.For(account).SendAsync(message, patience.Token);
            await using var stream = await UpstreamAnswers.OpenAsync(answer, patience.Token);
            if (!await body.FillAsync(stream, answer.IsSuccessStatusCode ? options.MaxAnswerBytes : MaxErrorBytes, patience.Token))
                return GatewayFailures.Refuse(GatewayFailure.UpstreamGarbled, account.Name);
            if (!answer.IsSuccessStatusCode)
                return UpstreamRefusals.Of((int)answer.StatusCode, body.Sequence, ResponsesOperation.Instance.At(account.Kind)!, null, account.Name);
            response.ContentType = UpstreamAnswers.ContentTypeOf(answer) ?? "application/json";
        }
        catch (Exception fault) when (UpstreamFault.Of(fault, patience) is { } failure)
        {
            return GatewayFailures.Refuse(failure, account.Name);
        }

        response.Headers["x-request-id"] = call.RequestId.ToString();
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers["x-portal-provider"] = Uri.EscapeDataString(account.Name);
        response.Headers["x-portal-cost-usd"] = "0";
        response.ContentLength = body.Length;
        foreach (var piece in body.Sequence) await response.BodyWriter.WriteAsync(piece, call.Context.RequestAborted);
        return null;
    }
}
