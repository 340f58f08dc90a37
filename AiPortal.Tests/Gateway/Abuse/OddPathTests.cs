using AiPortal.Tests.Fixtures;
using AiPortal.Tests.Gateway.Http;

namespace AiPortal.Tests.Gateway.Abuse;

/// <summary>However a path is written, the route that was authorized is the route that runs, and a provider is asked under its own paths alone.</summary>
[Collection(GatewayCollection.Name)]
public sealed class OddPathTests(GatewayHost gateway)
{
    private static readonly string[] Prefixes = ["/v1", "/v1beta", "/anthropic/v1", "/V1", "//v1", "/v1/", "/v1/.", "/v1/x/..", "/v1/%2e", "/v1%2f", "/%76%31", "/./v1", "/v1;x=y", "/v1\\"];

    private static readonly string[] Tails =
    [
        "/chat/completions", "//chat/completions", "/chat%2fcompletions", "/chat%252fcompletions", "/chat/completions/", "/chat/completions;a=b", "/chat/completions%00", "/chat/completions%0d%0aX: y", "/chat/../completions",
        "/chat/%2e%2e/files", "/../api/v1/keys", "/%2e%2e/api/v1/keys", "/..%2f..%2fapi%2fv1%2fkeys", "/%252e%252e/%252e%252e/api/v1/keys", "/....//....//api/v1/keys", "/files", "/batches", "/organization/costs",
        "/models/../../api/v1/keys", "/models/%2e%2e%2f%2e%2e%2fapi", "/models/test-model:generateContent", "/models/..%2f..%2ffiles:generateContent", "/messages/../files", "/chat/completions?model=other", "/chat/completions#x",
    ];

    // What an OpenAI-compatible provider is asked for here, a caller of /v1/chat/../completions included: that names a route, too.
    private static readonly string[] ProvidersPaths = ["/v1/chat/completions", "/v1/completions"];

    [Fact]
    public async Task Path_Odd_RunsTheRouteItNamesOrNone()
    {
        var model = await gateway.AddModelAsync(FakeUpstreamReply.Plain("Hi", FakeUpstreamReply.Usage(1, 1)));
        var (_, secret) = await gateway.IssueSecretAsync();
        var body = await GatewayHost.Chat(model).ReadAsStringAsync();
        var before = gateway.Upstream.Requests.Count;
        var paths = Prefixes.SelectMany(prefix => Tails.Select(tail => prefix + tail)).ToList();
        await Parallel.ForEachAsync(paths, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (path, _) =>
        {
            foreach (var credential in new[] { $"Authorization: Bearer {secret}\r\n", "" })
            {
                var answer = await RawHttp.SendAsync(gateway.Portal.BaseUrl, $"POST {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{credential}Content-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}");
                var status = RawHttp.StatusOf(answer);
                Assert.True(status is 200 or 400 or 401 or 403 or 404 or 405 or 0, $"{path}: {answer}");
                Assert.True(status != 200 || credential.Length > 0, $"{path} without a key: {answer}");
                // The management API takes sessions, not keys of the gateway.
                Assert.DoesNotContain("\"data\"", answer, StringComparison.Ordinal);
            }
        });
        Assert.All(gateway.Upstream.Requests.Skip(before), request => Assert.Contains(request.Path, ProvidersPaths));
    }

    [Theory]
    [InlineData("http://elsewhere.example/v1/chat/completions", "x")]
    [InlineData("http://elsewhere.example@x/v1/chat/completions", "x")]
    [InlineData("/v1/chat/completions", "elsewhere.example/v1/files?")]
    [InlineData("/v1/chat/completions", "elsewhere.example:99999")]
    [InlineData("/v1/chat/completions", "elsewhere.example#/api/v1/keys")]
    [InlineData("/v1/chat/completions", "")]
    [InlineData("*", "x")]
    [InlineData("elsewhere.example:443", "x")]
    public async Task Target_AbsoluteOrHostOdd_ChangesNothing(string target, string host)
    {
        var model = await gateway.AddModelAsync(FakeUpstreamReply.Plain("Hi", FakeUpstreamReply.Usage(1, 1)));
        var (_, secret) = await gateway.IssueSecretAsync();
        var body = await GatewayHost.Chat(model).ReadAsStringAsync();
        var before = gateway.Upstream.Requests.Count;

        var with = await RawHttp.SendAsync(gateway.Portal.BaseUrl, Request($"Authorization: Bearer {secret}\r\nX-Original-URL: /api/v1/keys\r\nX-Rewrite-URL: /api/v1/keys\r\nX-HTTP-Method-Override: GET\r\n"));
        var without = await RawHttp.SendAsync(gateway.Portal.BaseUrl, Request(""));

        Assert.True(RawHttp.StatusOf(with) is 200 or 400 or 404 or 405, with);
        Assert.True(RawHttp.StatusOf(without) is 400 or 401 or 404 or 405, without);
        Assert.All(gateway.Upstream.Requests.Skip(before), request => Assert.Contains(request.Path, ProvidersPaths));

        string Request(string headers) => $"POST {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{headers}Content-Length: {body.Length}\r\n\r\n{body}";
    }
}
