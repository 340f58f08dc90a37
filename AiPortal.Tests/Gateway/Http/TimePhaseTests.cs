using System.Net;
using System.Net.Sockets;
using AiPortal.Core.Keys;
using AiPortal.Core.Ledger;
using AiPortal.Core.Money;
using AiPortal.Core.Providers;
using AiPortal.Tests.Api;
using AiPortal.Tests.Fixtures;
using Microsoft.Extensions.DependencyInjection;

namespace AiPortal.Tests.Gateway.Http;

/// <summary>
/// O05: each phase of a provider's time, and what caller and ledger see when it is over. A second is given to connect, two to send headers
/// and two between two pieces; the whole of a call has what its route says.
/// </summary>
public sealed class TimePhaseTests(PhasedGateway phased) : IClassFixture<PhasedGateway>
{
    private readonly GatewayHost _gateway = phased.Host;

    private static readonly TimeSpan Least = TimeSpan.FromSeconds(0.8);
    private static readonly TimeSpan Most = TimeSpan.FromSeconds(15);

    public static TheoryData<string, bool, int, string, EntryStatus> Phases() => new()
    {
        // Nothing was sent: it costs nothing.
        { "connect", false, 502, "upstream_error", EntryStatus.Failed },
        { "connect", true, 502, "upstream_error", EntryStatus.Failed },
        // It was sent and may have been served: it counts at its hold until somebody knows.
        { "headers", false, 504, "upstream_timeout", EntryStatus.Unknown },
        { "headers", true, 504, "upstream_timeout", EntryStatus.Unknown },
        // It was accepted: the prompt is charged, by estimate, and what has come of the answer.
        { "first byte", false, 504, "upstream_timeout", EntryStatus.Partial },
        { "first byte", true, 504, "upstream_timeout", EntryStatus.Partial },
        { "idle", true, 200, "upstream_timeout", EntryStatus.Partial },
        // The route's time for all attempts together is over before the first has answered.
        { "total", false, 504, "upstream_timeout", EntryStatus.Unknown },
        { "total", true, 504, "upstream_timeout", EntryStatus.Unknown },
    };

    [Theory]
    [MemberData(nameof(Phases))]
    public async Task Phase_IsOver_RightErrorAndSettlement(string phase, bool stream, int status, string code, EntryStatus booked)
    {
        var gate = new FakeUpstreamGate();
        var model = await _gateway.AddModelAsync(Reply(phase, stream, gate));
        using var deaf = new DeafListener();
        if (phase == "connect") await MoveAsync(model, $"http://127.0.0.1:{deaf.Port}/v1");
        if (phase == "total")
        {
            var answer = await _gateway.Portal.Admin.PostApiAsync("/routes", new { name = "Short " + model, model, max_attempts = 4, timeout_seconds = 1 });
            Assert.Equal(201, (int)answer.Status);
        }

        var (id, http) = await _gateway.IssueKeyAsync(new KeyDraft { Name = phase, Budget = new KeyBudgetTerms(1, PeriodType.Total, "strict", "block") });
        // No second attempt, for the times of one are looked at here.
        EmptyRetryBudget();
        var began = TimeProvider.System.GetTimestamp();
        using var got = await http.PostAsync("/v1/chat/completions", GatewayHost.Chat(model, stream, maxTokens: 100));
        var text = await got.Content.ReadAsStringAsync();
        var took = TimeProvider.System.GetElapsedTime(began);

        Assert.Equal(status, (int)got.StatusCode);
        Assert.Contains($"\"code\":\"{code}\"", text, StringComparison.Ordinal);
        Assert.DoesNotContain("[DONE]", text, StringComparison.Ordinal);
        Assert.InRange(took, Least, Most);
        var entry = (await _gateway.EntriesAsync(id, 1))[^1];
        Assert.Equal(booked, entry.Status);
        Assert.Equal(booked == EntryStatus.Partial, entry.TotalCost > 0);
        Assert.Equal(booked == EntryStatus.Unknown, entry.UnresolvedCost > 0);
        var budget = _gateway.BudgetOf(id);
        Assert.Equal((0m, entry.TotalCost, entry.UnresolvedCost), (budget.Held, budget.Spent, budget.Unknown));
        Assert.Equal([], await _gateway.VerifyAsync());
        gate.Release();
    }

    private Task MoveAsync(string model, string address) =>
        _gateway.ChangeAsync<ProviderAccount>(row => row.Name == "account of " + model, row => row.BaseUrl = address);

    private void EmptyRetryBudget()
    {
        var retries = _gateway.Portal.Services.GetRequiredService<Core.Routing.Health.HealthBook>().Retries(_gateway.Portal.OrganizationId);
        while (retries.TryTake()) { }
    }

    private static FakeUpstreamReply? Reply(string phase, bool stream, FakeUpstreamGate gate) => (phase, stream) switch
    {
        ("connect", _) => null,
        ("headers" or "total", _) => FakeUpstreamReply.StallBeforeHeaders(gate, FakeUpstreamReply.Garbage()),
        ("first byte", _) => FakeUpstreamReply.Binary([], stream ? "text/event-stream" : "application/json", gate),
        _ => FakeUpstreamReply.Stream("Some words that were said", " and more").PauseBefore(2, gate),
    };

    /// <summary>Takes connections into a queue that is full: who dials it hears nothing.</summary>
    private sealed class DeafListener : IDisposable
    {
        private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        private readonly List<Socket> _queued = [];

        public DeafListener()
        {
            _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            _listener.Listen(1);
            for (var i = 0; i < 16; i++)
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
                _queued.Add(socket);
                try
                {
                    socket.Connect(_listener.LocalEndPoint!);
                }
                catch (SocketException fault) when (fault.SocketErrorCode is SocketError.WouldBlock or SocketError.InProgress)
                {
                    // Some are taken into the queue, the others wait for ever.
                }
            }
        }

        public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

        public void Dispose()
        {
            _queued.ForEach(socket => socket.Dispose());
            _listener.Dispose();
        }
    }
}

/// <summary>A gateway whose connections must be made sooner than an answer must begin.</summary>
public sealed class PhasedGateway : IAsyncLifetime
{
    public GatewayHost Host { get; } = new();

    public Task InitializeAsync()
    {
        Host.Portal.With("Portal:Gateway:ConnectSeconds", "1");
        return Host.InitializeAsync();
    }

    public Task DisposeAsync() => Host.DisposeAsync();
}
