using System.Net.Sockets;
using System.Text;
using AiPortal.Core.Keys;
using AiPortal.Core.Ledger;
using AiPortal.Core.Money;
using AiPortal.Tests.Fixtures;

namespace AiPortal.Tests.Gateway.Http;

/// <summary>A caller who closes the connection gets no answer; what he caused is booked all the same.</summary>
[Collection(GatewayCollection.Name)]
public sealed class CallerLeavesTests(GatewayHost gateway)
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(15);
    private static readonly KeyDraft Draft = new() { Name = "leaver", Budget = new KeyBudgetTerms(1, PeriodType.Total, "strict", "block") };

    [Fact]
    public async Task Plain_LeavesBeforeTheAnswer_ReadOnForItsExactCost()
    {
        var (id, secret) = await gateway.IssueSecretAsync(Draft);
        var gate = new FakeUpstreamGate();
        gateway.Upstream.Next(FakeUpstreamReply.StallBeforeHeaders(gate, FakeUpstreamReply.Plain("Hi", FakeUpstreamReply.Usage(100, 50))));
        using var caller = await ConnectAsync(secret, GatewayHost.Chat());
        await gate.Reached.WaitAsync(Long);
        caller.Dispose();
        await LeftAsync();
        gate.Release();

        var entry = Assert.Single(await gateway.EntriesAsync(id, 1));
        // 100 × 2 + 50 × 8
        Assert.Equal((EntryStatus.Ok, false, 0.0006m), (entry.Status, entry.Estimated, entry.TotalCost));
        var call = Assert.Single(await gateway.CallsAsync(id, 1));
        Assert.Equal((499, 0.0006m), (call.HttpStatus, call.TotalCost));
        Assert.Equal((0m, 0.0006m), (gateway.BudgetOf(id).Held, gateway.BudgetOf(id).Spent));
    }

    [Fact]
    public async Task Stream_LeavesBeforeTheFirstByte_PromptIsCharged()
    {
        var (id, secret) = await gateway.IssueSecretAsync(Draft);
        var gate = new FakeUpstreamGate();
        gateway.Upstream.Next(FakeUpstreamReply.StallBeforeHeaders(gate, FakeUpstreamReply.Stream("a")));
        using var caller = await ConnectAsync(secret, GatewayHost.Chat(stream: true));
        await gate.Reached.WaitAsync(Long);
        caller.Dispose();

        var entry = Assert.Single(await gateway.EntriesAsync(id, 1));
        Assert.True(entry is { Status: EntryStatus.Partial, Estimated: true, InputUnits: > 0, OutputUnits: 0, TotalCost: > 0, UnresolvedCost: 0 });
        await gateway.Upstream.Requests.Single(request => request.AttemptId == entry.Id.ToString()).Aborted.WaitAsync(Long);
        Assert.Equal((0m, entry.TotalCost), (gateway.BudgetOf(id).Held, gateway.BudgetOf(id).Spent));
    }

    [Fact]
    public async Task Stream_LeavesAfterOnePiece_ProviderIsStoppedAndWhatCameIsCharged()
    {
        var (id, secret) = await gateway.IssueSecretAsync(Draft);
        var gate = new FakeUpstreamGate();
        gateway.Upstream.Next(FakeUpstreamReply.Stream("Some words that were said", "and more").PauseBefore(2, gate));
        using var caller = await ConnectAsync(secret, GatewayHost.Chat(stream: true));
        await gate.Reached.WaitAsync(Long);
        await ReadUntilAsync(caller, "were said");
        var left = TimeProvider.System.GetTimestamp();
        caller.Dispose();

        var entry = Assert.Single(await gateway.EntriesAsync(id, 1));
        await gateway.Upstream.Requests.Single(request => request.AttemptId == entry.Id.ToString()).Aborted.WaitAsync(Long);
        // The provider would have been given up after two seconds of silence.
        Assert.InRange(TimeProvider.System.GetElapsedTime(left), TimeSpan.Zero, TimeSpan.FromSeconds(1.9));
        Assert.True(entry is { Status: EntryStatus.Partial, Estimated: true, InputUnits: > 0, OutputUnits: >= 5, TotalCost: > 0 });
        var call = Assert.Single(await gateway.CallsAsync(id, 1));
        Assert.Equal((CallStatus.Partial, "caller_left"), (call.Status, call.ErrorCode));
        Assert.Equal((0m, entry.TotalCost), (gateway.BudgetOf(id).Held, gateway.BudgetOf(id).Spent));
    }

    [Fact]
    public async Task Stream_CallerReadsNothing_ProviderIsHeldBack()
    {
        var (id, secret) = await gateway.IssueSecretAsync();
        // 40 MB, more than the sockets between them take. The caller's takes a few segments of the loopback: with less than one
        // the kernel itself waits, for longer and longer.
        gateway.Upstream.Next(FakeUpstreamReply.Stream([.. Enumerable.Repeat(new string('a', 60_000), 700)]));
        using var caller = await ConnectAsync(secret, GatewayHost.Chat(stream: true), receiveBuffer: 256 * 1024);
        await ReadUntilAsync(caller, "aaaa");
        await LeftAsync();

        var seen = gateway.Upstream.Requests[^1];
        Assert.False(seen.Ended.IsCompleted);
        caller.Dispose();
        await seen.Ended.WaitAsync(Long);
        var entry = Assert.Single(await gateway.EntriesAsync(id, 1));
        Assert.Equal((seen.AttemptId, EntryStatus.Partial), (entry.Id.ToString(), entry.Status));
    }

    /// <summary>A bare socket, so that closing it is all that happens.</summary>
    private async Task<Socket> ConnectAsync(string secret, HttpContent content, int? receiveBuffer = null)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        if (receiveBuffer is { } size) socket.ReceiveBufferSize = size;
        await socket.ConnectAsync(gateway.Portal.BaseUrl.Host, gateway.Portal.BaseUrl.Port);
        var body = await content.ReadAsStringAsync();
        await socket.SendAsync(Encoding.UTF8.GetBytes(
            $"POST /v1/chat/completions HTTP/1.1\r\nHost: portal\r\nAuthorization: Bearer {secret}\r\nContent-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}"));
        return socket;
    }

    private static async Task ReadUntilAsync(Socket socket, string text)
    {
        var read = "";
        var buffer = new byte[4096];
        while (!read.Contains(text, StringComparison.Ordinal))
        {
            var count = await socket.ReceiveAsync(buffer).WaitAsync(Long);
            Assert.NotEqual(0, count);
            read += Encoding.UTF8.GetString(buffer, 0, count);
        }
    }

    /// <summary>The portal has noticed: nothing shows it but a little time, in which a provider could not have answered yet.</summary>
    private static async Task LeftAsync()
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(300));
        await timer.WaitForNextTickAsync();
    }
}
