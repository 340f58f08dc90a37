using System.Net;
using System.Net.Http.Headers;
using AiPortal.Core.Ledger;
using AiPortal.Tests.Fixtures;

namespace AiPortal.Tests.Gateway.Http;

/// <summary>One call at the provider for an idempotency key and body, however often and from wherever the caller asks.</summary>
[Collection(GatewayCollection.Name)]
public sealed class IdempotencyKeyTests(GatewayHost gateway)
{
    private static readonly FakeUpstreamReply Answer = FakeUpstreamReply.Plain("Hi", FakeUpstreamReply.Usage(10, 5));

    [Fact]
    public async Task FiftyInParallelUnderOneKey_MakeOneUpstreamCallAndOneCost()
    {
        var gate = new FakeUpstreamGate();
        var model = await gateway.AddModelAsync(FakeUpstreamReply.StallBeforeHeaders(gate, Answer));
        var (id, client) = await gateway.IssueKeyAsync();
        using var _ = client;
        var sending = Enumerable.Range(0, 50).Select(_ => SendAsync(client, model, "one")).ToList();
        await GatewayHost.UntilAsync(() => Task.FromResult(UpstreamCalls(model) == 1), () => "nothing arrived");
        gate.Release();

        var answers = await Task.WhenAll(sending);

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer.Status));
        Assert.Single(answers.Select(answer => answer.Body).Distinct());
        Assert.Equal(49, answers.Count(answer => answer.Replayed));
        Assert.Equal(1, UpstreamCalls(model));
        Assert.Single(answers.Select(answer => answer.Original ?? answer.RequestId).Distinct());
        var calls = await gateway.CallsAsync(id, 50);
        Assert.Equal(49, calls.Count(call => call is { TotalCost: 0, Attempts: 0, Status: CallStatus.Ok } && call.ReplayOf is not null));
        Assert.Single(await gateway.EntriesAsync(id, 1));
        Assert.All(answers.Where(answer => answer.Replayed), answer => Assert.Equal("0", answer.Cost));
    }

    [Fact]
    public async Task SameKey_OtherBodyIsRefused_OtherVirtualKeyIsAnotherCall()
    {
        var model = await gateway.AddModelAsync(Answer);
        var (_, first) = await gateway.IssueKeyAsync();
        var (_, second) = await gateway.IssueKeyAsync();
        using var __ = first;
        using var ___ = second;
        Assert.False((await SendAsync(first, model, "k", "a")).Replayed);

        using var other = await RawAsync(first, model, "k", "b");
        await GatewayHost.AssertErrorAsync(other, 409, "invalid_request_error", "idempotency_mismatch");
        Assert.False((await SendAsync(second, model, "k", "b")).Replayed);
        Assert.True((await SendAsync(first, model, "k", "a")).Replayed);
        Assert.Equal(2, UpstreamCalls(model));
    }

    [Fact]
    public async Task ExecutedError_IsReplayed_AndWhatNeverReachedAProviderFreesTheKey()
    {
        var failing = await gateway.AddModelAsync(FakeUpstreamReply.ServerError());
        var limited = await gateway.AddModelAsync(null);
        gateway.Upstream.ForModel(limited, FakeUpstreamReply.RateLimited(30));
        var (id, client) = await gateway.IssueKeyAsync();
        using var _ = client;

        var first = await SendAsync(client, failing, "e");
        var attempts = UpstreamCalls(failing);
        var answers = new[] { first, await SendAsync(client, failing, "e") };
        Assert.Equal([(HttpStatusCode.BadGateway, false), (HttpStatusCode.BadGateway, true)], answers.Select(answer => (answer.Status, answer.Replayed)));
        Assert.Equal(attempts, UpstreamCalls(failing));

        Assert.Equal(HttpStatusCode.TooManyRequests, (await SendAsync(client, limited, "r")).Status);
        gateway.Upstream.ForModel(limited, Answer);
        Assert.Equal((HttpStatusCode.OK, false), await PairAsync(limited, "r"));
        Assert.Equal((HttpStatusCode.NotFound, false), await PairAsync("no-such-model", "n"));
        Assert.Equal((HttpStatusCode.NotFound, false), await PairAsync("no-such-model", "n"));
        Assert.Equal(2, (await gateway.EntriesAsync(id, attempts + 2)).Count(entry => entry.ModelName == limited));

        async Task<(HttpStatusCode, bool)> PairAsync(string model, string key)
        {
            var answer = await SendAsync(client, model, key);
            return (answer.Status, answer.Replayed);
        }
    }

    [Fact]
    public async Task TwoFailuresThenAnAnswer_AreOneCallOfThreeAttempts_AndAReplayMakesNone()
    {
        var model = await gateway.AddModelAsync(null);
        await using var second = await FakeUpstream.StartAsync();
        await using var third = await FakeUpstream.StartAsync();
        await gateway.AddProviderAsync("2 of " + model, second.BaseUrl, [model], priority: 1);
        await gateway.AddProviderAsync("3 of " + model, third.BaseUrl, [model], priority: 2);
        gateway.Upstream.ForModel(model, FakeUpstreamReply.Error(503, "busy", "server_error", null));
        second.Otherwise(FakeUpstreamReply.Error(503, "busy", "server_error", null));
        third.Otherwise(Answer);
        var (id, client) = await gateway.IssueKeyAsync();
        using var _ = client;

        var answers = new[] { await SendAsync(client, model, "retry"), await SendAsync(client, model, "retry") };

        Assert.Equal([(HttpStatusCode.OK, false), (HttpStatusCode.OK, true)], answers.Select(answer => (answer.Status, answer.Replayed)));
        Assert.Equal((1, 1, 1), (UpstreamCalls(model), second.Requests.Count, third.Requests.Count));
        var entries = await gateway.EntriesAsync(id, 3);
        Assert.Equal([(1, false, EntryStatus.Failed), (2, false, EntryStatus.Failed), (3, true, EntryStatus.Ok)], entries.Select(entry => (entry.Attempt, entry.Final, entry.Status)));
        Assert.Single(entries.Select(entry => entry.RequestId).Distinct());
        Assert.Equal([3, 0], (await gateway.CallsAsync(id, 2)).Select(call => call.Attempts));
    }

    [Fact]
    public async Task TimeoutAfterAcceptance_IsNotCalledAgain()
    {
        var gate = new FakeUpstreamGate();
        var model = await gateway.AddModelAsync(FakeUpstreamReply.StallBeforeHeaders(gate, Answer));
        var (id, client) = await gateway.IssueKeyAsync();
        using var _ = client;

        var answers = new[] { await SendAsync(client, model, "t"), await SendAsync(client, model, "t") };
        gate.Release();

        Assert.Equal([(HttpStatusCode.GatewayTimeout, false), (HttpStatusCode.GatewayTimeout, true)], answers.Select(answer => (answer.Status, answer.Replayed)));
        Assert.Equal(1, UpstreamCalls(model));
        Assert.Equal(EntryStatus.Unknown, Assert.Single(await gateway.EntriesAsync(id, 1)).Status);
    }

    [Fact]
    public async Task Stream_IsServedOnce_ThenRefused()
    {
        var model = await gateway.AddModelAsync(FakeUpstreamReply.Stream("Hel", "lo").WithUsage(FakeUpstreamReply.Usage(10, 5)));
        var (_, client) = await gateway.IssueKeyAsync();
        using var __ = client;
        using var first = await RawAsync(client, model, "s", stream: true);
        Assert.Equal((HttpStatusCode.OK, "text/event-stream"), (first.StatusCode, first.Content.Headers.ContentType?.MediaType));
        Assert.Contains("[DONE]", await first.Content.ReadAsStringAsync(), StringComparison.Ordinal);

        using var second = await RawAsync(client, model, "s", stream: true);

        Assert.Equal(HttpStatusCode.Conflict, second.StatusCode);
        Assert.Contains("idempotency_", await second.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(1, UpstreamCalls(model));
    }

    [Fact]
    public async Task CallerWhoLeft_FindsHisAnswerWhenHeAsksAgain()
    {
        var gate = new FakeUpstreamGate();
        var model = await gateway.AddModelAsync(FakeUpstreamReply.StallBeforeHeaders(gate, Answer));
        var (_, client) = await gateway.IssueKeyAsync();
        using var __ = client;
        using (var leaving = new CancellationTokenSource())
        {
            var sending = RawAsync(client, model, "left", token: leaving.Token);
            await GatewayHost.UntilAsync(() => Task.FromResult(UpstreamCalls(model) == 1), () => "nothing arrived");
            await leaving.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
        }

        gate.Release();
        var answer = await SendAsync(client, model, "left");

        Assert.Equal((HttpStatusCode.OK, true, 1), (answer.Status, answer.Replayed, UpstreamCalls(model)));
    }

    [Fact]
    public async Task Answer_SurvivesARestart_AndIsStoredSealed()
    {
        var model = await gateway.AddModelAsync(FakeUpstreamReply.Plain("a very telling secret", FakeUpstreamReply.Usage(10, 5)));
        var (_, secret) = await gateway.IssueSecretAsync();
        string body;
        using (var client = gateway.Portal.WithBearer(secret)) body = (await SendAsync(client, model, "restart", "a very telling question")).Body;
        await gateway.Portal.StopAsync();
        await gateway.Portal.StartAsync();

        using var again = gateway.Portal.WithBearer(secret);
        var answer = await SendAsync(again, model, "restart", "a very telling question");

        Assert.Equal((true, body, 1), (answer.Replayed, answer.Body, UpstreamCalls(model)));
        await using var command = gateway.Portal.Database.Portal.System.CreateCommand("SELECT count(*) FROM call_replays r WHERE r::text ILIKE '%telling%' OR position('telling' in encode(coalesce(answer, ''), 'escape')) > 0");
        Assert.Equal(0L, await command.ExecuteScalarAsync());
    }

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("a, b")]
    public async Task Key_ThatIsNone_IsRefused(string key)
    {
        var (_, client) = await gateway.IssueKeyAsync();
        using var __ = client;
        using var answer = await RawAsync(client, GatewayHost.Model, key);
        await GatewayHost.AssertErrorAsync(answer, 400, "invalid_request_error", "invalid_idempotency_key");
    }

    private int UpstreamCalls(string model) => gateway.Upstream.Requests.Count(request => request.Model == model);

    private static async Task<HttpResponseMessage> RawAsync(HttpClient client, string model, string key, string text = "Hello", bool stream = false, CancellationToken token = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions") { Content = GatewayHost.Chat(model, stream, text: text) };
        request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        return await client.SendAsync(request, token);
    }

    private static async Task<Sent> SendAsync(HttpClient client, string model, string key, string text = "Hello")
    {
        using var answer = await RawAsync(client, model, key, text);
        return new Sent(answer.StatusCode, await answer.Content.ReadAsStringAsync(), Header(answer.Headers, "idempotency-replayed") == "true",
            Header(answer.Headers, "x-request-id"), Header(answer.Headers, "x-portal-original-request-id"), Header(answer.Headers, "x-portal-cost-usd"));
    }

    private static string? Header(HttpResponseHeaders headers, string name) => headers.TryGetValues(name, out var values) ? values.Single() : null;

    private sealed record Sent(HttpStatusCode Status, string Body, bool Replayed, string? RequestId, string? Original, string? Cost);
}
