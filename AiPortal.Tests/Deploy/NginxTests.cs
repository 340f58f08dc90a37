using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using AiPortal.Core.Catalog;
using AiPortal.Core.Keys;
using AiPortal.Core.Providers;
using AiPortal.Tests.Api;
using AiPortal.Tests.Fixtures;

namespace AiPortal.Tests.Deploy;

/// <summary>The portal behind the proxy of <c>deploy/nginx</c>, as it is written there.</summary>
public sealed class NginxTests : IAsyncLifetime
{
    private const string Model = "proxied";
    private const string Usage = """{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2}""";
    private readonly PortalHost _portal = new PortalHost().With("Portal:TrustedProxies", "127.0.0.1/32");
    private FakeUpstream _upstream = null!;
    private NginxProxy? _nginx;
    private string _secret = "";

    public async Task InitializeAsync()
    {
        if (NginxProxy.Program is null) return;
        await _portal.InitializeAsync();
        _upstream = await FakeUpstream.StartAsync();
        await _portal.Admin.PostApiAsync("/providers", new { name = "proxied", kind = "openai-compatible", base_url = _upstream.BaseUrl, api_key = "upstream", models = new[] { Model }, allow_private = true });
        await _portal.Admin.PostApiAsync("/cost/models", new { name = Model, provider = "proxied", input_price = 1, output_price = 1, unit_size = 1_000_000 });
        var key = await _portal.Admin.PostApiAsync("/keys", new { name = "proxied" });
        _secret = key.Text("key")!;
        _nginx = await NginxProxy.StartAsync(_portal.BaseUrl);
    }

    public async Task DisposeAsync()
    {
        if (_nginx is null) return;
        await _nginx.DisposeAsync();
        await _portal.DisposeAsync();
        await _upstream.DisposeAsync();
    }

    [NginxFact]
    public async Task Stream_ThroughTheProxy_ComesPieceByPiece()
    {
        foreach (var version in new[] { HttpVersion.Version11, HttpVersion.Version20 })
        {
            using var http = Client("127.0.0.1", version);
            var gate = new FakeUpstreamGate();
            _upstream.Next(FakeUpstreamReply.Stream("first ", "second").PauseBefore(2, gate));
            using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions") { Content = Chat(stream: true), Version = version };
            using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            await using var body = await answer.Content.ReadAsStreamAsync();
            var seen = new StringBuilder();
            var buffer = new byte[4096];
            // The provider waits until this has been read.
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
            while (!seen.ToString().Contains("first ", StringComparison.Ordinal)) seen.Append(Encoding.UTF8.GetString(buffer, 0, await body.ReadAsync(buffer, patience.Token)));
            Assert.DoesNotContain("second", seen.ToString(), StringComparison.Ordinal);
            gate.Release();
            for (int count; (count = await body.ReadAsync(buffer, patience.Token)) > 0;) seen.Append(Encoding.UTF8.GetString(buffer, 0, count));
            Assert.EndsWith("data: [DONE]\n\n", seen.ToString(), StringComparison.Ordinal);
        }
    }

    [NginxFact]
    public async Task CallersAddress_IsPassedOn_AndWhatHeWritesHimselfIsNot()
    {
        _upstream.Next(FakeUpstreamReply.Plain("Hi", Usage), FakeUpstreamReply.Plain("Hi", Usage));
        using var one = Client("127.0.0.2", HttpVersion.Version11);
        using var honest = await one.PostAsync("/v1/chat/completions", Chat());
        using var other = Client("127.0.0.3", HttpVersion.Version11);
        other.DefaultRequestHeaders.Add("X-Forwarded-For", "203.0.113.9");
        using var forger = await other.PostAsync("/v1/chat/completions", Chat());

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (honest.StatusCode, forger.StatusCode));
        Assert.Equal("127.0.0.2", await AddressOfAsync(honest));
        Assert.Equal("127.0.0.3", await AddressOfAsync(forger));
    }

    [NginxFact]
    public async Task Body_AsLargeAsThePortalTakes_PassesTheProxyAndNoLarger()
    {
        const int limit = 33_554_432;
        _upstream.Next(FakeUpstreamReply.Plain("Hi", Usage));
        using var http = Client("127.0.0.1", HttpVersion.Version11);
        using var largest = await http.PostAsync("/v1/chat/completions", Padded(limit));
        Assert.True(largest.StatusCode == HttpStatusCode.OK, await largest.Content.ReadAsStringAsync());
        Assert.InRange(_upstream.Requests[^1].Body.Length, limit - 1000, limit + 1000);
        using var larger = await TooLargeAsync(http, limit + 1);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, larger.StatusCode);
        using var direct = _portal.WithBearer(_secret);
        using var refused = await TooLargeAsync(direct, limit + 1);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, refused.StatusCode);
    }

    [NginxFact]
    public async Task Circuit_OfAPage_IsAWebSocketThroughTheProxy()
    {
        using var http = _nginx!.Client("127.0.0.1", HttpVersion.Version11);
        using var negotiated = await http.PostAsync("/_blazor/negotiate?negotiateVersion=1", null);
        Assert.Equal(HttpStatusCode.OK, negotiated.StatusCode);
        var token = (await negotiated.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("connectionToken").GetString()!;
        using var socket = new ClientWebSocket();
        socket.Options.RemoteCertificateValidationCallback = (_, certificate, _, _) => _nginx.Trusts(certificate);
        socket.Options.SetRequestHeader("Origin", _nginx.Address.GetLeftPart(UriPartial.Authority));
        var address = new UriBuilder(_nginx.Address) { Scheme = "wss", Path = "/_blazor", Query = "id=" + Uri.EscapeDataString(token) }.Uri;
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        await socket.ConnectAsync(address, patience.Token);
        await socket.SendAsync(Encoding.UTF8.GetBytes("{\"protocol\":\"blazorpack\",\"version\":1}\u001e"), WebSocketMessageType.Text, endOfMessage: true, patience.Token);
        var buffer = new byte[1024];
        var said = await socket.ReceiveAsync(buffer, patience.Token);
        Assert.Equal("{}\u001e", Encoding.UTF8.GetString(buffer, 0, said.Count));
    }

    private HttpClient Client(string from, Version version)
    {
        var http = _nginx!.Client(from, version);
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", _secret);
        return http;
    }

    /// <summary>Who is refused for the length he announces need not send it.</summary>
    private static async Task<HttpResponseMessage> TooLargeAsync(HttpClient http, int bytes)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions") { Content = Padded(bytes) };
        request.Headers.ExpectContinue = true;
        return await http.SendAsync(request);
    }

    private async Task<string?> AddressOfAsync(HttpResponseMessage answer)
    {
        var id = answer.Headers.GetValues("x-request-id").Single();
        string? address = null;
        await Gateway.Http.GatewayHost.UntilAsync(
            async () => (address = (await _portal.Admin.GetApiAsync("/calls?limit=50")).Data.Where(call => call.GetProperty("id").GetString() == id)
                .Select(call => call.GetProperty("client_ip").GetString()).FirstOrDefault()) is not null,
            () => $"call {id} is not in the log");
        return address;
    }

    private static StringContent Chat(bool stream = false) =>
        new($$"""{"model":"{{Model}}","messages":[{"role":"user","content":"Hello"}]{{(stream ? ",\"stream\":true" : "")}}}""", Encoding.UTF8, "application/json");

    /// <summary>A request of exactly so many bytes.</summary>
    private static ByteArrayContent Padded(int bytes)
    {
        var begin = $$"""{"model":"{{Model}}","max_tokens":5,"messages":[{"role":"user","content":"Hello"}],"metadata":{"filler":""";
        var body = new byte[bytes];
        body.AsSpan().Fill((byte)' ');
        Encoding.UTF8.GetBytes(begin + "\"x\"").CopyTo(body, 0);
        "}}"u8.CopyTo(body.AsSpan(bytes - 2));
        return new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
    }
}
