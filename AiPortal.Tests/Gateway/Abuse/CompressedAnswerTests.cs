using System.IO.Compression;
using System.Net;
using AiPortal.Gateway;
using AiPortal.Tests.Fixtures;
using AiPortal.Tests.Gateway.Http;
using Microsoft.Extensions.DependencyInjection;

namespace AiPortal.Tests.Gateway.Abuse;

/// <summary>A provider's small answer that unpacks to a huge one costs the portal no more memory than it allows, also fifty at a time.</summary>
public sealed class CompressedAnswerTests(NarrowGateway narrow) : IClassFixture<NarrowGateway>
{
    private const int Unpacked = 200 << 20;
    private static readonly byte[] Nothing = new byte[1 << 20];

    [Theory]
    [InlineData("gzip", "application/json")]
    [InlineData("br", "application/json")]
    [InlineData("deflate", "application/json")]
    [InlineData("gzip, gzip", "application/json")]
    [InlineData("gzip members", "application/json")]
    [InlineData("gzip", "text/event-stream")]
    [InlineData("br", "text/event-stream")]
    [InlineData("zstd", "application/json")]
    public async Task Bomb_IsCutAtTheBoundOfAnAnswer(string encoding, string contentType)
    {
        var gateway = narrow.Gateway;
        var model = await gateway.AddModelAsync(FakeUpstreamReply.Bytes(Bomb(encoding), contentType, ("Content-Encoding", encoding.Replace(" members", "", StringComparison.Ordinal))));
        var (id, http) = await gateway.IssueKeyAsync();

        using var answer = await http.PostAsync("/v1/chat/completions", GatewayHost.Chat(model, stream: contentType != "application/json"));

        Assert.Equal(HttpStatusCode.BadGateway, answer.StatusCode);
        Assert.Single(await gateway.EntriesAsync(id, 1));
        await narrow.AssertGivenBackAsync();
    }

    [Fact]
    public async Task Bombs_FiftyAtATime_StayWithinTheMemoryForBodies()
    {
        var gateway = narrow.Gateway;
        var model = await gateway.AddModelAsync(FakeUpstreamReply.Bytes(Bomb("gzip"), "application/json", ("Content-Encoding", "gzip")));
        var fine = await gateway.AddModelAsync(FakeUpstreamReply.Plain("Hi", FakeUpstreamReply.Usage(1, 1)));
        var (_, http) = await gateway.IssueKeyAsync();
        var memory = gateway.Portal.Services.GetRequiredService<BufferMemory>();
        var most = 0L;
        var calls = Task.WhenAll(Enumerable.Range(0, 50).Select(_ => http.PostAsync("/v1/chat/completions", GatewayHost.Chat(model))));
        using var often = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (!calls.IsCompleted && await often.WaitForNextTickAsync()) most = Math.Max(most, memory.Taken);

        Assert.All(await calls, answer => Assert.True(answer.StatusCode is HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable, $"{answer.StatusCode}"));
        Assert.InRange(most, 1, (NarrowGateway.Megabytes << 20) + (50 * 65_536));
        await narrow.AssertGivenBackAsync();
        using var after = await http.PostAsync("/v1/chat/completions", GatewayHost.Chat(fine));
        Assert.Equal(HttpStatusCode.OK, after.StatusCode);
    }

    private static byte[] Bomb(string encoding) => encoding switch
    {
        "gzip" => Packed(stream => new GZipStream(stream, CompressionLevel.Fastest, leaveOpen: true), Unpacked),
        "br" => Packed(stream => new BrotliStream(stream, CompressionLevel.Fastest, leaveOpen: true), Unpacked),
        "deflate" => Packed(stream => new ZLibStream(stream, CompressionLevel.Fastest, leaveOpen: true), Unpacked),
        "gzip, gzip" => Again(Bomb("gzip")),
        "gzip members" => [.. Enumerable.Repeat(Packed(stream => new GZipStream(stream, CompressionLevel.Fastest, leaveOpen: true), Unpacked / 10), 10).SelectMany(member => member)],
        _ => Bomb("gzip"),
    };

    private static byte[] Packed(Func<Stream, Stream> pack, int length)
    {
        var packed = new MemoryStream();
        using (var stream = pack(packed))
        {
            for (var left = length; left > 0; left -= Nothing.Length) stream.Write(Nothing.AsSpan(0, Math.Min(left, Nothing.Length)));
        }

        return packed.ToArray();
    }

    private static byte[] Again(byte[] bytes)
    {
        var packed = new MemoryStream();
        using (var stream = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true)) stream.Write(bytes);
        return packed.ToArray();
    }
}

/// <summary>A portal with little memory for bodies.</summary>
public sealed class NarrowGateway : IAsyncLifetime
{
    public const int Megabytes = 256;

    public NarrowGateway() => Gateway.Portal.With("Portal:Gateway:BufferMegabytes", $"{Megabytes}").With("Portal:Gateway:IdleSeconds", "30").With("Portal:Gateway:HeadersSeconds", "30");

    public GatewayHost Gateway { get; } = new();

    public Task InitializeAsync() => Gateway.InitializeAsync();

    public Task DisposeAsync() => Gateway.DisposeAsync();

    internal Task AssertGivenBackAsync()
    {
        var memory = Gateway.Portal.Services.GetRequiredService<BufferMemory>();
        return GatewayHost.UntilAsync(() => Task.FromResult(memory.Taken == 0), () => $"{memory.Taken} bytes are still held");
    }
}
