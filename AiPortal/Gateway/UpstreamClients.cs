using System.Net;
using AiPortal.Core.Gateway.Sandbox;
using AiPortal.Core.Providers;
using AiPortal.Core.Routing;

namespace AiPortal.Gateway;

/// <summary>
/// Connections to providers: no redirects, cookies or proxies. Accounts that may use private addresses have a pool of their own, so that
/// none of their connections serves an account that may not.
/// </summary>
internal sealed class UpstreamClients : IDisposable
{
    private readonly HttpMessageInvoker _public;
    private readonly HttpMessageInvoker _private;
    private readonly HttpMessageInvoker _sandbox;

    public UpstreamClients(UpstreamAddressGuard guard, SandboxUpstream sandbox, GatewayOptions options)
    {
        _public = new HttpMessageInvoker(Handler(guard, allowPrivate: false, options));
        _private = new HttpMessageInvoker(Handler(guard, allowPrivate: true, options));
        _sandbox = new HttpMessageInvoker(new SandboxHandler(sandbox));
    }

    /// <summary>An invoker does not buffer: it answers when the headers are there.</summary>
    public HttpMessageInvoker For(AccountSnapshot account) =>
        account.Kind.Dialect == ProviderDialect.Sandbox ? _sandbox : account.AllowPrivate ? _private : _public;

    private static SocketsHttpHandler Handler(UpstreamAddressGuard guard, bool allowPrivate, GatewayOptions options) => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        // UpstreamAnswers unpacks: one step less on the way of all that are not packed.
        AutomaticDecompression = DecompressionMethods.None,
        ConnectTimeout = options.Connect,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        PooledConnectionIdleTimeout = TimeSpan.FromMinutes(1),
        MaxConnectionsPerServer = int.MaxValue,
        MaxResponseDrainSize = 64 * 1024,
        ActivityHeadersPropagator = null,
        ConnectCallback = (context, token) => guard.ConnectAsync(context.DnsEndPoint, allowPrivate, token),
    };

    public void Dispose()
    {
        _public.Dispose();
        _private.Dispose();
        _sandbox.Dispose();
    }
}
