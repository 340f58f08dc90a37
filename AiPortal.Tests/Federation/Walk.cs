using System.Net;
using System.Text.RegularExpressions;

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

    public bool HasSession => Session.Length > 0;

    /// <summary>Where the last form sent the browser, letter by letter; null where it stayed.</summary>
    public string? Sent { get; private set; }

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

    /// <summary>Signs in by the form, with a code where one is asked for; where it leads, relative to the site, or where it stays.</summary>
    public async Task<string> SignInAsync(string email, string password, string returnUrl = "/", string? code = null)
    {
        var path = "/sign-in?returnUrl=" + Uri.EscapeDataString(returnUrl);
        var (to, page) = await SendFormAsync(path, await GetTextAsync(path), ("_handler", "sign-in"), ("Form.Email", email), ("Form.Password", password));
        if (to is not null || code is null || Value(page, "Second.Ticket") is not { } ticket) return to ?? path;
        return (await SendFormAsync(path, page, ("_handler", "sign-in-code"), ("Second.Ticket", ticket), ("Second.Code", code))).To ?? path;
    }

    /// <summary>Sends a form of ours with the antiforgery token that stands on its page.</summary>
    public async Task<(string? To, string Page)> SendFormAsync(string path, string page, params (string Name, string Value)[] fields)
    {
        var token = Value(page, "__RequestVerificationToken") ?? throw new InvalidOperationException("The page has no form.");
        using var form = new FormUrlEncodedContent(fields.Append(("__RequestVerificationToken", token)).Select(field => KeyValuePair.Create(field.Item1, field.Item2)));
        using var answer = await _client.PostAsync(path, form);
        Sent = answer.Headers.TryGetValues("Location", out var sent) ? sent.First() : null;
        var to = answer.Headers.Location is { } location ? Relative(new Uri(new Uri(_site, path), location)) : null;
        return (to, await answer.Content.ReadAsStringAsync());
    }

    /// <summary>What a hidden field of a page holds.</summary>
    public static string? Value(string page, string name) =>
        Regex.Match(page, $"name=\"{Regex.Escape(name)}\"[^>]*value=\"([^\"]*)\"") is { Success: true } found ? WebUtility.HtmlDecode(found.Groups[1].Value) : null;

    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request) => _client.SendAsync(request);

    /// <summary>The cookie that stands for the session; empty where there is none.</summary>
    public string Session
    {
        get => _cookies.GetCookies(_site).FirstOrDefault(cookie => cookie.Name == "aiportal.session")?.Value ?? "";
        set => _cookies.Add(_site, new Cookie("aiportal.session", value, "/"));
    }

    private string Relative(Uri address) => address.Authority == _site.Authority ? address.PathAndQuery : address.ToString();

    public void Dispose() => _client.Dispose();
}
