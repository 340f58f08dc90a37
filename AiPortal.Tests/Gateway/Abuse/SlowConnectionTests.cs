using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using AiPortal.Hosting;
using AiPortal.Tests.Gateway.Http;
using AiPortal.Tests.Ledger.Durability;
using Xunit.Abstractions;

namespace AiPortal.Tests.Gateway.Abuse;

/// <summary>
/// Many connections that speak a byte a second are cut at the written limits and keep nobody waiting meanwhile. With AIPORTAL_LONG=1 ten
/// thousand of them, else eight hundred.
/// </summary>
public sealed class SlowConnectionTests(GatewayHost gateway, ITestOutputHelper output) : IClassFixture<GatewayHost>
{
    private static readonly int Sockets = Environment.GetEnvironmentVariable("AIPORTAL_LONG") == "1" ? 10_000 : 800;
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task Connections_ThatDribble_AreCutAndKeepNobodyWaiting()
    {
        // A process of its own: ten thousand sockets have two ends, and a process may have so many files open.
        await using var rig = await DurabilityRig.StartAsync();
        await using var portal = rig.Portal();
        Assert.True(await portal.ReadyAsync(), portal.Output);
        using var http = new HttpClient { BaseAddress = rig.Address };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", rig.Secret);
        await LatencyAsync(http, DurabilityRig.Model);
        var before = await LatencyAsync(http, DurabilityRig.Model);

        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(120));
        var began = TimeProvider.System.GetTimestamp();
        var header = Enumerable.Range(0, Sockets / 2).Select(_ => DribbleAsync(rig.Address, "POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nX-Slow: ", stop.Token));
        var body = Enumerable.Range(0, Sockets / 2).Select(_ =>
            DribbleAsync(rig.Address, $"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {rig.Secret}\r\nContent-Length: 5000\r\n\r\n{{", stop.Token));
        Task<TimeSpan>[] cut = [.. header, .. body];
        var during = await LatencyAsync(http, DurabilityRig.Model);
        var lives = await Task.WhenAll(cut);

        var line = $"{Sockets} sockets at a byte a second: p99 {before.TotalMilliseconds:0.0} ms before, {during.TotalMilliseconds:0.0} ms meanwhile; cut after at most "
            + $"{lives[..(Sockets / 2)].Max().TotalSeconds:0.0} s in the headers, {lives[(Sockets / 2)..].Max().TotalSeconds:0.0} s in the body";
        output.WriteLine(line);
        Console.WriteLine($"{nameof(SlowConnectionTests)}: {line}");
        Assert.All(lives[..(Sockets / 2)], life => Assert.InRange(life, TimeSpan.Zero, ConnectionLimits.Headers + Slack));
        Assert.All(lives[(Sockets / 2)..], life => Assert.InRange(life, TimeSpan.Zero, ConnectionLimits.BodyGrace + Slack));
        // The dribblers are on this machine, too, and take their share of it.
        Assert.True(during < (2 * before) + TimeSpan.FromMilliseconds(100), line);
        Assert.InRange(TimeProvider.System.GetElapsedTime(began), TimeSpan.Zero, TimeSpan.FromSeconds(110));
    }

    [Fact]
    public async Task Body_ThatStops_IsAnsweredInTheCallersShape()
    {
        var (id, secret) = await gateway.IssueSecretAsync();
        var answer = await RawHttp.SendAsync(gateway.Portal.BaseUrl,
            $"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {secret}\r\nContent-Length: 5000\r\n\r\n{{\"model\":");
        Assert.Equal(408, RawHttp.StatusOf(answer));
        Assert.Contains("\"code\":\"request_timeout\"", answer, StringComparison.Ordinal);
        Assert.Equal(408, Assert.Single(await gateway.CallsAsync(id, 1)).HttpStatus);
    }

    private static async Task<TimeSpan> LatencyAsync(HttpClient http, string model)
    {
        var times = new List<TimeSpan>();
        for (var i = 0; i < 200; i++)
        {
            var began = TimeProvider.System.GetTimestamp();
            using var answer = await http.PostAsync("/v1/chat/completions", GatewayHost.Chat(model));
            times.Add(TimeProvider.System.GetElapsedTime(began));
            answer.EnsureSuccessStatusCode();
        }

        return times.Order().ElementAt(197);
    }

    /// <summary>How long the connection lived.</summary>
    private static async Task<TimeSpan> DribbleAsync(Uri portal, string start, CancellationToken stop)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(portal.Host, portal.Port, stop);
        var began = TimeProvider.System.GetTimestamp();
        await socket.SendAsync(Encoding.ASCII.GetBytes(start), stop);
        var ending = ReadToEndAsync(socket, stop);
        using var second = new PeriodicTimer(TimeSpan.FromSeconds(1));
        try
        {
            while (!ending.IsCompleted && await Task.WhenAny(ending, second.WaitForNextTickAsync(stop).AsTask()) != ending) await socket.SendAsync("a"u8.ToArray(), stop);
        }
        catch (SocketException)
        {
            // Cut.
        }

        return TimeProvider.System.GetElapsedTime(began);
    }

    private static async Task ReadToEndAsync(Socket socket, CancellationToken stop)
    {
        var buffer = new byte[1024];
        try
        {
            while (await socket.ReceiveAsync(buffer, stop) > 0) { }
        }
        catch (SocketException)
        {
            // Reset counts as an end.
        }
    }
}
