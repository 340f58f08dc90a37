namespace AiPortal.Tests.Gateway.Conformance;

/// <summary>Looks at the headers of answers on their way to a client library.</summary>
internal sealed class WireWatch() : DelegatingHandler(new SocketsHttpHandler())
{
    private HttpResponseMessage? _last;

    /// <summary>A header of the last answer; null where it has none.</summary>
    public string? Header(string name) => _last is not null && _last.Headers.TryGetValues(name, out var values) ? values.Single() : null;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        _last = await base.SendAsync(request, cancellationToken);
}
