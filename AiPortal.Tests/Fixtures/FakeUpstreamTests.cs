using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Xunit;

namespace AiPortal.Tests.Fixtures;

/// <summary>A fake that lied would make every other test lie.</summary>
public sealed class FakeUpstreamTests : IAsyncLifetime, IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly HttpClient _client = new(new SocketsHttpHandler { AutomaticDecompression = DecompressionMethods.GZip });
    private FakeUpstream _upstream = null!;

    public async Task InitializeAsync() => _upstream = await FakeUpstream.StartAsync();

    public async Task DisposeAsync() => await _upstream.DisposeAsync();

    public void Dispose() => _client.Dispose();

    [Fact]
    public async Task Request_Any_IsLoggedAsItCame()
    {
        _upstream.Otherwise(FakeUpstreamReply.Plain("Hi", FakeUpstreamReply.Usage(7, 3)));
        using var response = await SendAsync("{ \"model\" : \"m\" }");
        using var json = JsonDocument.Parse(await response.Content.ReadAsStringAsync());

        var seen = Assert.Single(_upstream.Requests);
        Assert.Equal(("POST", "/v1/chat/completions", "m", "attempt-1", "Bearer sk-up"), (seen.Method, seen.Path, seen.Model, seen.AttemptId, seen.Authorization));
        Assert.Equal("{ \"model\" : \"m\" }", Encoding.UTF8.GetString(seen.Body));
        Assert.Equal(10, json.RootElement.GetProperty("usage").GetProperty("total_tokens").GetInt32());
        Assert.Same(seen, await _upstream.NextRequestAsync());
    }

    [Fact]
    public async Task Reply_SeveralFit_QueueThenHeaderThenModelThenDefault()
    {
        _upstream.Next(FakeUpstreamReply.RateLimited(7)).ForHeader("Authorization", "Bearer sk-up", FakeUpstreamReply.Unauthorized())
            .ForModel("m", FakeUpstreamReply.ServerError());
        using var first = await SendAsync("{\"model\":\"m\"}");
        using var second = await SendAsync("{\"model\":\"m\"}");
        using var third = await SendAsync("{\"model\":\"m\"}", "sk-other");
        using var fourth = await SendAsync("{\"model\":\"x\"}", "sk-other");

        Assert.Equal([429, 401, 500, 404], new[] { first, second, third, fourth }.Select(response => (int)response.StatusCode));
        Assert.Equal(TimeSpan.FromSeconds(7), first.Headers.RetryAfter?.Delta);
    }

    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 3)]
    [InlineData(true, int.MaxValue)]
    public async Task Stream_Whole_SendsItsFrames(bool includeUsage, int pieces)
    {
        var reply = FakeUpstreamReply.Stream("漢", "字").InPiecesOf(pieces);
        _upstream.Otherwise(reply);
        using var response = await SendAsync("{\"model\":\"m\",\"stream\":true,\"stream_options\":{\"include_usage\":" + (includeUsage ? "true" : "false") + "}}");
        var text = await response.Content.ReadAsStringAsync();

        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal(string.Concat(reply.Frames("m", includeUsage)), text);
        Assert.Equal(includeUsage, text.Contains("\"total_tokens\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Stream_PauseThenCut_GivesTheFramesBeforeAndThenBreaks()
    {
        var gate = new FakeUpstreamGate();
        var reply = FakeUpstreamReply.Stream("a", "b").PauseBefore(2, gate).CutAfter(2);
        _upstream.Otherwise(reply);
        using var response = await SendAsync("{\"model\":\"m\",\"stream\":true}");
        await using var body = await response.Content.ReadAsStreamAsync();
        var expected = string.Concat(reply.Frames("m", false).Take(2));
        var buffer = new byte[Encoding.UTF8.GetByteCount(expected)];
        await body.ReadExactlyAsync(buffer);
        await gate.Reached.WaitAsync(Patience);

        Assert.Equal(expected, Encoding.UTF8.GetString(buffer));
        gate.Release();
        await Assert.ThrowsAsync<HttpIOException>(async () => await body.ReadExactlyAsync(buffer.AsMemory(0, 1)));
    }

    [Fact]
    public async Task Stream_CallerLeaves_IsNoticedWhilePaused()
    {
        var gate = new FakeUpstreamGate();
        _upstream.Otherwise(FakeUpstreamReply.Stream("a").PauseBefore(1, gate));
        var response = await SendAsync("{\"model\":\"m\",\"stream\":true}");
        var seen = await _upstream.NextRequestAsync();
        await gate.Reached.WaitAsync(Patience);
        Assert.False(seen.Aborted.IsCompleted);

        response.Dispose();

        await seen.Aborted.WaitAsync(Patience);
        await seen.Ended.WaitAsync(Patience);
    }

    [Fact]
    public async Task StallBeforeHeaders_UntilReleased_SendsNothing()
    {
        var gate = new FakeUpstreamGate();
        _upstream.Otherwise(FakeUpstreamReply.StallBeforeHeaders(gate, FakeUpstreamReply.Garbage()));
        var sending = SendAsync("{\"model\":\"m\"}");
        await gate.Reached.WaitAsync(Patience);
        Assert.False(sending.IsCompleted);

        gate.Release();
        using var response = await sending.WaitAsync(Patience);
        Assert.StartsWith("<html>", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cuts_Plain_BreakTheConnection()
    {
        _upstream.Next(FakeUpstreamReply.HangUp(), FakeUpstreamReply.PlainCutAfter(100));

        await Assert.ThrowsAnyAsync<HttpRequestException>(() => SendAsync("{\"model\":\"m\"}"));
        using var response = await SendAsync("{\"model\":\"m\"}");
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Gzipped_Plain_UnpacksToTheSame()
    {
        _upstream.Next(FakeUpstreamReply.Plain("Hi", null).Gzipped(), FakeUpstreamReply.Plain("Hi", null), FakeUpstreamReply.Huge(3_000_000, FakeUpstreamReply.Usage(1, 1)));
        using var packed = await SendAsync("{\"model\":\"m\"}");
        using var plain = await SendAsync("{\"model\":\"m\"}");
        using var huge = await SendAsync("{\"model\":\"m\"}");

        Assert.Contains("gzip", packed.Content.Headers.ContentEncoding.DefaultIfEmpty("gzip"));
        Assert.Equal(await plain.Content.ReadAsStringAsync(), await packed.Content.ReadAsStringAsync());
        Assert.InRange((await huge.Content.ReadAsByteArrayAsync()).Length, 3_000_000, 3_001_000);
    }

    private async Task<HttpResponseMessage> SendAsync(string body, string key = "sk-up")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, _upstream.BaseUrl + "/chat/completions");
        request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        request.Headers.Add("X-Attempt-Id", "attempt-1");
        return await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead).WaitAsync(Patience);
    }
}
