using AiPortal.Core.Keys;
using AiPortal.Tests.Fixtures;
using AiPortal.Tests.Gateway.Http;

namespace AiPortal.Tests.Gateway.Abuse;

/// <summary>Of what a caller writes into headers nothing goes to a provider but what the dialect names.</summary>
[Collection(GatewayCollection.Name)]
public sealed class HeaderAllowListTests(GatewayHost gateway)
{
    private static readonly string[] Allowed = ["Host", "Accept", "Accept-Encoding", "Authorization", "api-key", "x-api-key", "x-goog-api-key", "anthropic-version", "Content-Type", "Content-Length", "X-Attempt-Id"];

    private static readonly (string Name, string Value)[] Sent =
    [
        ("Cookie", "session=caller-secret"), ("Proxy-Authorization", "Basic caller-secret"), ("X-Forwarded-For", "6.6.6.6"), ("X-Forwarded-Host", "caller-secret"), ("X-Forwarded-Proto", "gopher"),
        ("Forwarded", "for=6.6.6.6"), ("X-Real-IP", "6.6.6.6"), ("Via", "caller-secret"), ("TE", "trailers"), ("Trailer", "X-Secret"), ("Upgrade", "caller-secret"), ("Keep-Alive", "caller-secret"),
        ("X-Original-URL", "/v1/files"), ("X-Rewrite-URL", "/v1/files"), ("X-HTTP-Method-Override", "DELETE"), ("Origin", "https://caller-secret"), ("Referer", "https://caller-secret"),
        ("User-Agent", "caller-secret"), ("X-Api-Base", "http://caller-secret"), ("X-Portal-Tags", "a=caller-secret"), ("X-Portal-Session", "caller-secret"), ("X-Attempt-Id", "caller-secret"),
        ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"), ("baggage", "user=caller-secret"), ("OpenAI-Organization", "caller-secret"), ("OpenAI-Project", "caller-secret"),
        ("X-Client-Request-Id", "caller-secret"), ("X-Stainless-Lang", "caller-secret"), ("anthropic-version", "caller-secret"), ("x-goog-user-project", "caller-secret"), ("Expect", "x"), ("Range", "bytes=0-1"),
        ("If-None-Match", "caller-secret"), ("Accept-Language", "caller-secret"), ("X-Amz-Security-Token", "caller-secret"), ("Authorization-Extra", "caller-secret"), ("CF-Connecting-IP", "6.6.6.6"),
    ];

    private static readonly Dictionary<string, string> Answers = new()
    {
        ["gemini"] = """{"candidates":[{"index":0,"content":{"role":"model","parts":[{"text":"Hi"}]},"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":1,"candidatesTokenCount":1,"totalTokenCount":2}}""",
    };

    [Theory]
    [InlineData("openai-compatible", false)]
    [InlineData("openai-compatible", true)]
    [InlineData("azure-openai", false)]
    [InlineData("gemini", false)]
    public async Task Provider_SeesAllowListedHeadersOnly(string kind, bool stream)
    {
        var model = $"headers-{kind}-{stream}";
        await gateway.AddProviderAsync("account of " + model, gateway.Upstream.BaseUrl, [model], priority: 0, kind: kind);
        await gateway.AddPriceAsync(new Core.Catalog.PriceDraft { Name = model, Provider = kind, InputPrice = 1, OutputPrice = 1, UnitSize = 1_000_000, MaxOutput = 100, ContextWindow = 10_000 });
        if (Answers.TryGetValue(kind, out var json)) gateway.Upstream.Next(FakeUpstreamReply.Json(200, json));
        else gateway.Upstream.ForModel(model, stream ? FakeUpstreamReply.Stream("Hi").WithUsage(FakeUpstreamReply.Usage(1, 1)) : FakeUpstreamReply.Plain("Hi", FakeUpstreamReply.Usage(1, 1)));
        var (id, secret) = await gateway.IssueSecretAsync(new KeyDraft { Name = "headers", Tags = new Dictionary<string, string> { ["team"] = "caller-secret" } });
        var body = await GatewayHost.Chat(model, stream).ReadAsStringAsync();
        var headers = string.Concat(Sent.Where(header => header.Name is not ("Expect" or "Upgrade")).Select(header => $"{header.Name}: {header.Value}\r\n"));

        var answer = await RawHttp.SendAsync(gateway.Portal.BaseUrl,
            $"POST /v1/chat/completions HTTP/1.1\r\nHost: caller-secret.example\r\nAuthorization: Bearer {secret}\r\nConnection: close, X-Portal-Session\r\nContent-Type: application/json; charset=utf-8; caller-secret=1\r\n{headers}Content-Length: {body.Length}\r\n\r\n{body}");

        Assert.True(RawHttp.StatusOf(answer) == 200, answer);
        var entry = Assert.Single(await gateway.EntriesAsync(id, 1));
        var seen = gateway.Upstream.Requests.Single(request => request.AttemptId == entry.Id.ToString());
        Assert.Empty(seen.Headers.Keys.Except(Allowed, StringComparer.OrdinalIgnoreCase));
        Assert.DoesNotContain(seen.Headers.Values, value => value.Contains("caller-secret", StringComparison.Ordinal) || value.Contains(secret, StringComparison.Ordinal));
        Assert.Equal(gateway.Upstream.BaseUrl.Authority, seen.Header("Host"));
    }

    [Theory]
    [InlineData("evil\\r\\nX-Evil: 1")]
    [InlineData("evil\\nSet-Cookie: a=b")]
    [InlineData("\\u0085\\u2028evil")]
    [InlineData("evil\\r\\n\\r\\nHTTP/1.1 200 OK\\r\\n\\r\\n")]
    public async Task LineBreaks_InModelUserAndTags_StayText(string text)
    {
        var (id, http) = await gateway.IssueKeyAsync();
        gateway.Upstream.Next(FakeUpstreamReply.Plain("Hi", FakeUpstreamReply.Usage(1, 1)));
        using var unknown = await http.PostAsync("/v1/chat/completions", GatewayHost.Raw("{\"model\":\"" + text + "\",\"messages\":[]}"));
        using var answer = await http.PostAsync("/v1/chat/completions",
            GatewayHost.Raw("{\"model\":\"test-model\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}],\"user\":\"" + text + "\",\"metadata\":{\"" + text + "\":\"" + text + "\"}}"));

        Assert.True((int)unknown.StatusCode is 404 or 400, $"{unknown.StatusCode}");
        Assert.Equal(200, (int)answer.StatusCode);
        foreach (var response in new[] { unknown, answer })
        {
            Assert.False(response.Headers.Contains("X-Evil"));
            Assert.False(response.Headers.Contains("Set-Cookie"));
        }

        var entry = Assert.Single(await gateway.EntriesAsync(id, 1));
        Assert.Null(gateway.Upstream.Requests.Single(request => request.AttemptId == entry.Id.ToString()).Header("X-Evil"));
    }

    /// <summary>Two lengths, or a length beside chunks, could be read as two requests.</summary>
    [Theory]
    [InlineData("Content-Length: 5\r\nContent-Length: 60\r\n")]
    [InlineData("Content-Length: 5, 60\r\n")]
    [InlineData("Content-Length: -1\r\n")]
    [InlineData("Content-Length: 0x10\r\n")]
    [InlineData("Transfer-Encoding: chunked, identity\r\n")]
    [InlineData("Transfer-Encoding: xchunked\r\n")]
    [InlineData("Transfer-Encoding : chunked\r\n")]
    [InlineData("Transfer-Encoding: chunked\r\n obs: fold\r\n")]
    [InlineData("X-Bad\r\n")]
    [InlineData("X-Nul: a\0b\r\n")]
    public async Task Framing_ThatIsAmbiguous_IsRefusedAndReachesNobody(string header)
    {
        var before = gateway.Upstream.Requests.Count;
        var (_, secret) = await gateway.IssueSecretAsync();
        var answer = await RawHttp.SendAsync(gateway.Portal.BaseUrl,
            $"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {secret}\r\n{header}\r\n0\r\n\r\nPOST /v1/chat/completions HTTP/1.1\r\nHost: x\r\n\r\n");
        Assert.True(RawHttp.StatusOf(answer) is 400 or 0 or 501, answer);
        Assert.Equal(before, gateway.Upstream.Requests.Count);
    }

    /// <summary>Chunks rule where both are given (RFC 9112 6.3), and the connection ends with the answer.</summary>
    [Fact]
    public async Task Framing_LengthBesideChunks_IsReadAsChunksOnce()
    {
        var model = await gateway.AddModelAsync(FakeUpstreamReply.Plain("Hi", FakeUpstreamReply.Usage(1, 1)));
        var (_, secret) = await gateway.IssueSecretAsync();
        var body = await GatewayHost.Chat(model).ReadAsStringAsync();
        var answer = await RawHttp.SendAsync(gateway.Portal.BaseUrl,
            $"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {secret}\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n{body.Length:x}\r\n{body}\r\n0\r\n\r\nGET /v1/models HTTP/1.1\r\nHost: x\r\n\r\n");
        Assert.True(RawHttp.StatusOf(answer) is 200 or 400, answer);
        Assert.Equal(answer.IndexOf("HTTP/1.1 ", StringComparison.Ordinal), answer.LastIndexOf("HTTP/1.1 ", StringComparison.Ordinal));
        Assert.InRange(gateway.Upstream.Requests.Count(request => request.Model == model), 0, 1);
    }
}
