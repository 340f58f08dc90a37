using AiPortal.Core.Gateway;
using AiPortal.Core.Providers;
using AiPortal.Core.Routing;

namespace AiPortal.Gateway;

/// <summary>A provider's request around its body: address, credential, and the few headers that go there.</summary>
internal static class UpstreamRequests
{
    private const int MaxPassedLength = 1024;

    public static HttpRequestMessage Make(GatewayCall call, PlannedAttempt plan, IUpstreamExchange exchange, UpstreamTarget target, PooledBody body)
    {
        var account = plan.Account;
        var request = new HttpRequestMessage(HttpMethod.Post, account.Address(SandboxHandler.Address, target.Path, plan.UpstreamModel)) { Content = new PooledContent(body, target.ContentType) };
        // An allow list: nothing else of the caller's headers goes upstream.
        foreach (var name in exchange.PassedHeaders)
        {
            if (call.Context.Request.Headers[name].ToString() is { Length: > 0 and <= MaxPassedLength } value) request.Headers.TryAddWithoutValidation(name, value);
        }

        request.Headers.TryAddWithoutValidation("Accept", target.Accept ?? (call.Scan!.Stream ? "text/event-stream, application/json" : "application/json"));
        request.Headers.TryAddWithoutValidation("Accept-Encoding", "identity");
        Authorize(request, account);
        return request;
    }

    /// <summary>The account's credential, where its kind wants it.</summary>
    public static void Authorize(HttpRequestMessage request, AccountSnapshot account)
    {
        if (account.Kind.Dialect == ProviderDialect.Anthropic && !request.Headers.Contains("anthropic-version"))
            request.Headers.TryAddWithoutValidation("anthropic-version", ProviderKind.AnthropicVersion);
        if (account.ApiKey is not { } key) return;
        request.Headers.TryAddWithoutValidation(account.Kind.KeyHeaderName, account.Kind.KeyHeader == KeyHeader.Bearer ? "Bearer " + key : key);
    }
}
