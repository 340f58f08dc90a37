using System.Net;

namespace AiPortal.Tests.Federation;

/// <summary>A browser's way by redirects, with its cookies and without scripts.</summary>
internal sealed class Walk : IDisposable
{
    private readonly Uri _site;
    private readonly CookieContainer _cookies = new();
    private readonly HttpClient _client;

    public Walk(Uri site)
    {
        _site = site;
        _client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = _cookies }) { BaseAddress = site };
    }

    public bool HasSession => _cookies.GetCookies(_site).Any(cookie => cookie.Name == "aiportal.session" && cookie.Value.Length > 0);

    public Task<string> GetTextAsync(string path) => _client.GetStringAsync(path);

    /// <summary>Where it ends, relative to the site: the first answer that is our own page's address and not a step of signing in.</summary>
    public async Task<string> FollowAsync(string path)
    {
        var next = new Uri(_site, path);
        for (var step = 0; step < 10; step++)
        {
            using var answer = await _client.GetAsync(next);
            if (answer.Headers.Location is not { } location) return next.PathAndQuery;
            next = new Uri(next, location);
            if (next.Authority == _site.Authority && !next.AbsolutePath.StartsWith("/sign-in/with/", StringComparison.Ordinal)) return next.PathAndQuery;
        }

        throw new InvalidOperationException("The redirects do not end.");
    }

    /// <summary>Up to the provider's answer, which is not gone to yet.</summary>
    public async Task<string> ToTheDoorAsync(string path)
    {
        using var away = await _client.GetAsync(path);
        using var back = await _client.GetAsync(away.Headers.Location);
        return back.Headers.Location!.PathAndQuery;
    }

    public void Dispose() => _client.Dispose();
}
