using AiPortal.Core.Gateway;
using AiPortal.Core.Providers;
using AiPortal.Core.Routing;

namespace AiPortal.Gateway;

/// <summary>A provider's request around its body: address, credential, and the few headers that go there.</summary>
internal static class UpstreamRequests
{
    private const int MaxLength = 128;
    private const int MaxPassedLength = 1024;

    // OpenAI and its kind, Anthropic; Gemini names its own in the body.
    private static readonly string[] IdHeaders = ["x-request-id", "request-id", "apim-request-id"];

    public static HttpRequestMessage Make(GatewayCall call, AccountSnapshot account, IUpstreamExchange exchange, UpstreamTarget target, PooledBody body)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(account.BaseUri ?? SandboxHandler.Address, target.Path)) { Content = new PooledContent(body, target.ContentType) };
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

    /// <summary>What the provider calls its answer in its headers; null when it says nothing, or too much.</summary>
    public static string? IdOf(HttpResponseMessage response)
    {
        foreach (var name in IdHeaders)
        {
            if (response.Headers.TryGetValues(name, out var values) && values.FirstOrDefault() is { Length: > 0 and <= MaxLength } id) return id;
        }

        return null;
    }

    /// <summary>How long the provider asks to be left alone.</summary>
    public static TimeSpan? RetryAfterOf(HttpResponseMessage response) => response.Headers.RetryAfter switch
    {
        // Azure and OpenAI tell it finer.
        _ when response.Headers.TryGetValues("retry-after-ms", out var texts) && long.TryParse(texts.FirstOrDefault(), out var wait) && wait is > 0 and < 86_400_000 => TimeSpan.FromMilliseconds(wait),
        { Delta: { } delta } => delta,
        { Date: { } date } when date - TimeProvider.System.GetUtcNow() is { Ticks: > 0 } wait => wait,
        _ => null,
    };

    /// <summary>The account's credential, where its kind wants it.</summary>
    public static void Authorize(HttpRequestMessage request, AccountSnapshot account)
    {
        if (account.Kind.Dialect == ProviderDialect.Anthropic && !request.Headers.Contains("anthropic-version"))
            request.Headers.TryAddWithoutValidation("anthropic-version", ProviderKind.AnthropicVersion);
        if (account.ApiKey is not { } key) return;
        request.Headers.TryAddWithoutValidation(account.Kind.KeyHeaderName, account.Kind.KeyHeader == KeyHeader.Bearer ? "Bearer " + key : key);
    }
}
