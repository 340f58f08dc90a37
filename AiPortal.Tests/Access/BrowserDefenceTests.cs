using System.Net;
using System.Net.WebSockets;
using System.Text;
using AiPortal.Tests.Federation;
using AiPortal.Tests.Fixtures;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace AiPortal.Tests.Access;

/// <summary>What a browser is told of every kind of answer, and what another site gets out of a signed-in browser: nothing. By the routing table.</summary>
public sealed class BrowserDefenceTests(PortalHost host) : IClassFixture<PortalHost>
{
    private static readonly string[] Gateway = ["/v1/", "/v1beta/", "/anthropic/"];

    [Fact]
    public async Task EveryEndpoint_ByEveryMethodItTakes_AnswersWithSecurityHeaders()
    {
        var endpoints = Endpoints().ToList();
        Assert.True(endpoints.Count > 200, $"only {endpoints.Count} endpoints");
        using var nobody = Client();
        using var owner = Client(host.Admin.DefaultRequestHeaders.Authorization?.Parameter);
        var faults = new List<string>();
        foreach (var (method, path) in endpoints)
        {
            await LookAsync(nobody, method, path);
            // Not what would end the session that asks.
            if (method == "GET") await LookAsync(owner, method, path);
        }

        Assert.Equal([], faults);

        async Task LookAsync(HttpClient client, string method, string path)
        {
            using var answer = await SendAsync(client, method, path);
            faults.AddRange(Lacks(answer, path).Select(what => $"{method} {path} ({(int)answer.StatusCode}): {what}"));
        }
    }

    [Theory]
    [InlineData("GET", "/sign-in", 200)]
    [InlineData("GET", "/budgets", 302)]
    [InlineData("GET", "/nothing-here", 404)]
    [InlineData("GET", "/css/portal.css", 200)]
    [InlineData("GET", "/_framework/blazor.web.js", 200)]
    [InlineData("POST", "/auth/sign-out", 415)]
    [InlineData("POST", "/_blazor/negotiate?negotiateVersion=1", 200)]
    [InlineData("GET", "/api/v1/nothing", 404)]
    [InlineData("DELETE", "/api/v1/me", 405)]
    [InlineData("POST", "/api/v1/auth/login", 400)]
    [InlineData("GET", "/api/v1/members", 401)]
    [InlineData("GET", "/health/live", 200)]
    [InlineData("GET", "/openapi/v1.json", 401)]
    [InlineData("GET", "/v1/models", 401)]
    [InlineData("POST", "/v1/messages", 401)]
    public async Task AnswerOfEachKind_HasSecurityHeaders(string method, string path, int status)
    {
        using var nobody = Client();
        using var answer = await SendAsync(nobody, method, path);
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal([], Lacks(answer, path));
    }

    [Fact]
    public async Task Failures_HaveSecurityHeaders()
    {
        using var owner = Client(host.Admin.DefaultRequestHeaders.Authorization?.Parameter);
        await host.Database.CutAsync();
        try
        {
            foreach (var path in new[] { "/api/v1/members", "/sign-in/with/" + Guid.Empty })
            {
                using var answer = await SendAsync(owner, "GET", path);
                Assert.True((int)answer.StatusCode >= 500, $"{path}: {answer.StatusCode}");
                Assert.Equal([], Lacks(answer, path));
                Assert.DoesNotContain(" at AiPortal.", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
            }
        }
        finally
        {
            await host.Database.RestoreAsync();
        }
    }

    [Fact]
    public async Task UnusedMethods_DoNothing_AndAreNotEchoed()
    {
        using var owner = Client(host.Admin.DefaultRequestHeaders.Authorization?.Parameter);
        var taken = Endpoints().ToLookup(endpoint => endpoint.Path, endpoint => endpoint.Method);
        var faults = new List<string>();
        foreach (var path in taken.Select(group => group.Key).Where(path => !taken[path].Contains("ANY")))
        {
            foreach (var method in new[] { "TRACE", "TRACK", "CONNECTED", "PROPFIND", "PUT", "DELETE", "PATCH", "OPTIONS" }.Except(taken[path]))
            {
                using var answer = await SendAsync(owner, method, path, body: false);
                if ((int)answer.StatusCode is < 400 or >= 500) faults.Add($"{method} {path}: {(int)answer.StatusCode}");
                if (answer.Headers.Contains("Access-Control-Allow-Origin")) faults.Add($"{method} {path} lets other sites read");
            }
        }

        Assert.Equal([], faults);
    }

    [Fact]
    public async Task ASignedInBrowser_ChangesNothingForAnotherSite()
    {
        using var browser = new Walk(host.BaseUrl);
        await browser.SignInAsync(PortalHost.AdminEmail, PortalHost.AdminPassword, "/");
        var before = await host.Database.ScalarAsync<long>("SELECT count(*) FROM audit_events");
        var faults = new List<string>();
        foreach (var (method, path) in Endpoints().Where(endpoint => endpoint.Method is "POST" or "PUT" or "PATCH" or "DELETE" or "ANY"))
        {
            // A key or a token must be shown there; the circuit's own endpoint looks at the origin.
            var isCalledWithAKey = Gateway.Any(root => path.StartsWith(root, StringComparison.Ordinal));
            if (path.StartsWith("/_", StringComparison.Ordinal)) continue;
            var sent = method == "ANY" ? "POST" : method;
            using var request = new HttpRequestMessage(new HttpMethod(sent), path)
            {
                Content = path.StartsWith("/api/", StringComparison.Ordinal) || isCalledWithAKey
                    ? new StringContent("{}", Encoding.UTF8, "application/json")
                    : new FormUrlEncodedContent([new("_handler", "change-password"), new("culture", "zh-CN"), new("clock", "12"), new("Form.Email", "a@example.com"), new("Form.Password", "x")]),
            };
            request.Headers.Add("Origin", "https://evil.example");
            using var answer = await browser.SendAsync(request);
            var isOpen = path.StartsWith("/api/v1/auth/", StringComparison.Ordinal);
            if ((int)answer.StatusCode is 400 or 401 or 404 or 405 || (isOpen && (int)answer.StatusCode is >= 400 and < 500)) continue;
            faults.Add($"{sent} {path}: {(int)answer.StatusCode}");
        }

        Assert.Equal([], faults);
        Assert.Equal(before, await host.Database.ScalarAsync<long>("SELECT count(*) FROM audit_events"));
        Assert.True(browser.HasSession);
        Assert.Equal("/budgets", await browser.FollowAsync("/budgets"));
    }

    [Theory]
    [InlineData("https://evil.example", null)]
    [InlineData("null", null)]
    [InlineData("http://127.0.0.1:1", null)]
    [InlineData("http://localhost", null)]
    [InlineData("", null)]
    [InlineData(null, "cross-site")]
    [InlineData(null, "same-site")]
    public async Task TheCircuit_IsOpenedByOurPagesAlone(string? origin, string? site)
    {
        using var client = Client();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/_blazor/negotiate?negotiateVersion=1");
        if (origin is not null) request.Headers.TryAddWithoutValidation("Origin", origin);
        if (site is not null) request.Headers.Add("Sec-Fetch-Site", site);
        using var answer = await client.SendAsync(request);
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);

        using var socket = new ClientWebSocket();
        if (origin is not null) socket.Options.SetRequestHeader("Origin", origin);
        if (site is not null) socket.Options.SetRequestHeader("Sec-Fetch-Site", site);
        await Assert.ThrowsAsync<WebSocketException>(() => socket.ConnectAsync(new Uri($"ws://{host.BaseUrl.Authority}/_blazor"), CancellationToken.None));
        Assert.NotEqual(WebSocketState.Open, socket.State);
    }

    [Fact]
    public async Task TheCircuit_IsOpenedByOurPages()
    {
        using var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Origin", $"https://{host.BaseUrl.Authority}");
        socket.Options.SetRequestHeader("Sec-Fetch-Site", "same-origin");
        await socket.ConnectAsync(new Uri($"ws://{host.BaseUrl.Authority}/_blazor"), CancellationToken.None);
        Assert.Equal(WebSocketState.Open, socket.State);
    }

    [Fact]
    public async Task ThePolicyOfScripts_AllowsOurFilesAlone_AndNoPageHasAnInlineScript()
    {
        using var client = Client();
        client.DefaultRequestHeaders.Accept.ParseAdd("text/html");
        foreach (var path in new[] { "/sign-in", "/invitation?token=x", "/nothing-here", "/error" })
        {
            using var answer = await client.GetAsync(path);
            var policy = answer.Headers.GetValues("Content-Security-Policy").Single().Split(';', StringSplitOptions.TrimEntries).ToDictionary(part => part.Split(' ')[0], part => part.Split(' ')[1..]);
            Assert.Equal(["'self'"], policy["script-src"]);
            Assert.Equal(["'none'"], policy["frame-ancestors"]);
            Assert.Equal(["'none'"], policy["object-src"]);
            Assert.Equal(["'self'"], policy["base-uri"]);
            Assert.Equal(["'self'"], policy["form-action"]);
            var html = await answer.Content.ReadAsStringAsync();
            Assert.DoesNotMatch(@"<script(?![^>]*\bsrc=)[^>]*>(?!\s*</script>)(?<!type=""importmap"">)", html);
            Assert.DoesNotMatch(@"\son[a-z]+\s*=\s*[""']", html);
            Assert.DoesNotContain("javascript:", html, StringComparison.OrdinalIgnoreCase);
        }
    }

    private static IEnumerable<string> Lacks(HttpResponseMessage answer, string path)
    {
        if (!Has("X-Content-Type-Options", "nosniff")) yield return "nosniff";
        // What applications call with a key is no page and knows no cookie.
        if (Gateway.Any(root => path.StartsWith(root, StringComparison.Ordinal))) yield break;
        if (!Has("X-Frame-Options", "DENY")) yield return "framing";
        if (!Has("Cross-Origin-Resource-Policy", "same-origin")) yield return "resource policy";
        if (!answer.Headers.Contains("Referrer-Policy")) yield return "referrer";
        var policy = answer.Headers.TryGetValues("Content-Security-Policy", out var policies) ? string.Join(' ', policies) : "";
        if (!policy.Contains("frame-ancestors 'none'", StringComparison.Ordinal)) yield return "content policy";
        if (policy.Replace("style-src 'self' 'unsafe-inline'", "", StringComparison.Ordinal).Contains("unsafe", StringComparison.Ordinal)) yield return "unsafe policy";
        var isApi = path.StartsWith("/api/", StringComparison.Ordinal);
        if (isApi && answer.Headers.CacheControl?.NoStore != true) yield return "no-store";
        if (isApi && !policy.Contains("default-src 'none'", StringComparison.Ordinal)) yield return "nothing to run";
        if (answer.Headers.Contains("Server") || answer.Headers.Contains("X-Powered-By")) yield return "says what it runs";

        bool Has(string name, string value) => answer.Headers.TryGetValues(name, out var values) && values.SequenceEqual([value]);
    }

    private IEnumerable<(string Method, string Path)> Endpoints() =>
        (from endpoint in host.Services.GetServices<EndpointDataSource>().SelectMany(source => source.Endpoints).OfType<RouteEndpoint>()
         let path = PathOf(endpoint.RoutePattern)
         from method in endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? ["ANY"]
         select (method, path)).Distinct();

    /// <summary>A path that the pattern takes.</summary>
    private static string PathOf(Microsoft.AspNetCore.Routing.Patterns.RoutePattern pattern) => "/" + string.Join('/', pattern.PathSegments.Select(segment => string.Concat(segment.Parts.Select(part => part switch
    {
        Microsoft.AspNetCore.Routing.Patterns.RoutePatternLiteralPart literal => literal.Content,
        Microsoft.AspNetCore.Routing.Patterns.RoutePatternSeparatorPart separator => separator.Content,
        Microsoft.AspNetCore.Routing.Patterns.RoutePatternParameterPart { ParameterPolicies: [{ Content: "int" }, ..] } => "99",
        Microsoft.AspNetCore.Routing.Patterns.RoutePatternParameterPart { Name: "documentName" } => "v1",
        _ => Guid.Empty.ToString(),
    }))));

    private HttpClient Client(string? token = null)
    {
        var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = host.BaseUrl };
        if (token is not null) client.DefaultRequestHeaders.Authorization = new("Bearer", token);
        return client;
    }

    private static Task<HttpResponseMessage> SendAsync(HttpClient client, string method, string path, bool body = true)
    {
        var request = new HttpRequestMessage(new HttpMethod(method == "ANY" ? "GET" : method), path);
        if (body && method is "POST" or "PUT" or "PATCH") request.Content = new StringContent("{}", Encoding.UTF8, "application/json");
        return client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }
}
