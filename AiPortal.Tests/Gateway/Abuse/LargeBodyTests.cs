using System.Net.Sockets;
using System.Text;
using AiPortal.Tests.Fixtures;
using AiPortal.Tests.Gateway.Http;

namespace AiPortal.Tests.Gateway.Abuse;

/// <summary>Bodies that never end, or are all structure: an answer at once, and memory as if they had ended at the limit.</summary>
[Collection(GatewayCollection.Name)]
public sealed class LargeBodyTests(GatewayHost gateway)
{
    private static readonly TimeSpan AtOnce = TimeSpan.FromSeconds(2);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Body_OfAGigabyteInChunks_IsCutAtTheLimit(bool withKey)
    {
        var (_, secret) = await gateway.IssueSecretAsync();
        var allocated = GC.GetTotalMemory(forceFullCollection: true);
        var began = TimeProvider.System.GetTimestamp();
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(gateway.Portal.BaseUrl.Host, gateway.Portal.BaseUrl.Port);
        await using var stream = new NetworkStream(socket);
        var credential = withKey ? $"Authorization: Bearer {secret}\r\n" : "";
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\n{credential}Transfer-Encoding: chunked\r\n\r\n"));
        var sending = SendAsync(stream, 1L << 30);
        var answer = new byte[4096];
        var count = await stream.ReadAsync(answer).AsTask().WaitAsync(TimeSpan.FromSeconds(20));
        var elapsed = TimeProvider.System.GetElapsedTime(began);

        Assert.Equal(withKey ? 413 : 401, RawHttp.StatusOf(Encoding.ASCII.GetString(answer, 0, count)));
        Assert.InRange(elapsed, TimeSpan.Zero, AtOnce);
        socket.Close();
        Assert.True(await sending < 1L << 28, "all of it was read");
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - allocated, long.MinValue, 64L << 20);
    }

    [Theory]
    [InlineData("[", "", "]", 63, 200)]
    [InlineData("[", "", "]", 64, 400)]
    [InlineData("[", "", "]", 10_000, 400)]
    [InlineData("{\"a\":", "1", "}", 10_000, 400)]
    [InlineData("[", "", "", 30_000, 400)]
    public async Task Nesting_DeeperThanTheBound_IsRefused(string open, string inside, string close, int depth, int status)
    {
        var (_, http) = await gateway.IssueKeyAsync();
        if (status == 200) gateway.Upstream.Next(FakeUpstreamReply.Plain("Hi", FakeUpstreamReply.Usage(1, 1)));
        var nested = string.Concat(Enumerable.Repeat(open, depth)) + inside + string.Concat(Enumerable.Repeat(close, depth));
        var began = TimeProvider.System.GetTimestamp();
        using var answer = await http.PostAsync("/v1/chat/completions", GatewayHost.Raw("{\"model\":\"test-model\",\"x\":" + nested + ",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}"));
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.InRange(TimeProvider.System.GetElapsedTime(began), TimeSpan.Zero, AtOnce);
    }

    [Theory]
    [InlineData("\"messages\":[],\"messages\":[]")]
    [InlineData("\"model\":\"test-model\",\"messages\":[]")]
    [InlineData("\"messages\":[{\"role\":\"user\",\"content\":\"a\u0000b\"}]")]
    [InlineData("\"max_tokens\":1e400,\"messages\":[]")]
    [InlineData("\"max_tokens\":99999999999999999999,\"messages\":[]")]
    [InlineData("\"temperature\":NaN,\"messages\":[]")]
    [InlineData("\"messages\":[{\"role\":\"user\",\"content\":\"\\ud800\"}],\"model\":\"\\udfff\"")]
    [InlineData("\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}],/* c */\"n\":1")]
    [InlineData("\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}],")]
    public async Task Json_Odd_IsRefusedWithoutAFault(string members)
    {
        var (_, http) = await gateway.IssueKeyAsync();
        using var answer = await http.PostAsync("/v1/chat/completions", GatewayHost.Raw("{\"model\":\"test-model\"," + members + "}"));
        Assert.Equal(400, (int)answer.StatusCode);
    }

    [Fact]
    public async Task Messages_AsManyAsFit_AreReadAtOnce()
    {
        var (_, http) = await gateway.IssueKeyAsync();
        gateway.Upstream.Next(FakeUpstreamReply.Plain("Hi", FakeUpstreamReply.Usage(1, 1)));
        var messages = string.Join(',', Enumerable.Repeat("{\"role\":\"user\",\"content\":\"\"}", (GatewayHost.MaxBodyBytes - 100) / 29));
        var began = TimeProvider.System.GetTimestamp();
        using var answer = await http.PostAsync("/v1/chat/completions", GatewayHost.Raw("{\"model\":\"test-model\",\"max_tokens\":5,\"messages\":[" + messages + "]}"));
        Assert.True((int)answer.StatusCode is 200 or 400, $"{answer.StatusCode}");
        Assert.InRange(TimeProvider.System.GetElapsedTime(began), TimeSpan.Zero, AtOnce);
    }

    /// <summary>How many bytes went away before the other end closed.</summary>
    private static async Task<long> SendAsync(NetworkStream stream, long bytes)
    {
        var chunk = new byte[(64 * 1024) + 9];
        Encoding.ASCII.GetBytes("10000\r\n").CopyTo(chunk, 0);
        chunk.AsSpan(7, 65_536).Fill((byte)' ');
        (chunk[^2], chunk[^1]) = ((byte)'\r', (byte)'\n');
        var sent = 0L;
        try
        {
            for (; sent < bytes; sent += 65_536) await stream.WriteAsync(chunk);
        }
        catch (Exception fault) when (fault is IOException or ObjectDisposedException)
        {
            // Cut off.
        }

        return sent;
    }
}
