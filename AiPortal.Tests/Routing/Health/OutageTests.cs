using System.Net;
using AiPortal.Core.Routing;
using AiPortal.Core.Routing.Health;
using AiPortal.Tests.Api;
using AiPortal.Tests.Fixtures;
using AiPortal.Tests.Gateway.Http;
using Microsoft.Extensions.DependencyInjection;

namespace AiPortal.Tests.Routing.Health;

/// <summary>Three providers over real HTTP: all of them down, one of them down or slow and then well again, one of them full.</summary>
public sealed class OutageTests(GatewayHost gateway) : IClassFixture<GatewayHost>, IAsyncLifetime
{
    private const string Usage = """{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2}""";
    private readonly List<FakeUpstream> _upstreams = [];
    private readonly List<Guid> _accounts = [];
    private string _model = "";
    private HttpClient _client = null!;

    private static FakeUpstreamReply Good => FakeUpstreamReply.Plain("ok", Usage);

    private HealthBook Health => gateway.Portal.Services.GetRequiredService<HealthBook>();

    public async Task InitializeAsync()
    {
        _model = "m-" + Guid.CreateVersion7(TimeProvider.System.GetUtcNow()).ToString("N");
        await gateway.AddPriceAsync(_model);
        for (var i = 0; i < 3; i++)
        {
            _upstreams.Add((await FakeUpstream.StartAsync()).Otherwise(Good));
            _accounts.Add(await gateway.AddProviderAsync($"{i} of {_model}", _upstreams[i].BaseUrl, [_model], priority: 0));
        }

        gateway.FillRetryBudget();
        _client = (await gateway.IssueKeyAsync()).Client;
    }

    public async Task DisposeAsync()
    {
        _client.Dispose();
        foreach (var upstream in _upstreams) await upstream.DisposeAsync();
    }

    private Task<ApiAnswer> RouteAsync(string strategy, int maxAttempts = 4) =>
        gateway.Portal.Admin.PostApiAsync("/routes", new { name = "Route " + _model, model = _model, strategy, max_attempts = maxAttempts });

    private async Task<HttpStatusCode> CallAsync()
    {
        using var answer = await _client.PostAsync("/v1/chat/completions", GatewayHost.Chat(_model));
        return answer.StatusCode;
    }

    /// <summary>So many calls at a time, until the condition holds or the time is over; gives all statuses.</summary>
    private async Task<List<HttpStatusCode>> LoadAsync(int parallel, TimeSpan most, Func<bool> until)
    {
        var began = TimeProvider.System.GetTimestamp();
        var all = await Task.WhenAll(Enumerable.Range(0, parallel).Select(async _ =>
        {
            var mine = new List<HttpStatusCode>();
            while (!until() && TimeProvider.System.GetElapsedTime(began) < most) mine.Add(await CallAsync());
            return mine;
        }));
        return [.. all.SelectMany(one => one)];
    }

    private int Asked => _upstreams.Sum(upstream => upstream.Requests.Count);

    [Theory]
    [InlineData("priority")]
    [InlineData("weighted")]
    public async Task AllDown_AttemptsStayWithinAFifthOfTheCalls(string strategy)
    {
        await RouteAsync(strategy);
        foreach (var upstream in _upstreams) upstream.Otherwise(FakeUpstreamReply.Error(503, "down", "server_error", null));
        var calls = 0;
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            while (Interlocked.Increment(ref calls) <= 200) Assert.Equal(HttpStatusCode.BadGateway, await CallAsync());
        }));
        Assert.InRange(Asked, 200, 240);
    }

    [Fact]
    public async Task AllDown_OneCallNeverMakesMoreThanItsRouteAllows()
    {
        await RouteAsync("priority", maxAttempts: 2);
        foreach (var upstream in _upstreams) upstream.Otherwise(FakeUpstreamReply.Error(503, "down", "server_error", null));
        await CallAsync();
        Assert.Equal(2, Asked);
    }

    [Theory]
    [InlineData("error", "random")]
    [InlineData("error", "priority")]
    [InlineData("slow", "random")]
    [InlineData("slow", "priority")]
    public async Task OneOfThree_FailsThenHeals_OutAndBackInTime(string how, string strategy)
    {
        await RouteAsync(strategy);
        var sick = Health.Of(_accounts[0])!;
        var answers = await LoadAsync(8, TimeSpan.FromSeconds(10), () => _upstreams[0].Requests.Count > 40);
        var gate = new FakeUpstreamGate();
        _upstreams[0].Otherwise(how == "error" ? FakeUpstreamReply.Error(503, "down", "server_error", null) : FakeUpstreamReply.StallBeforeHeaders(gate, Good));

        var fell = TimeProvider.System.GetTimestamp();
        answers.AddRange(await LoadAsync(8, TimeSpan.FromSeconds(20), () => sick.Read().State != CircuitState.Closed));
        Assert.InRange(TimeProvider.System.GetElapsedTime(fell).TotalSeconds, 0, 10);
        var before = _upstreams[0].Requests.Count;
        for (var i = 0; i < 50; i++) answers.Add(await CallAsync());
        Assert.InRange(_upstreams[0].Requests.Count - before, 0, 2);

        _upstreams[0].Otherwise(Good);
        gate.Release();
        var healed = TimeProvider.System.GetTimestamp();
        answers.AddRange(await LoadAsync(2, TimeSpan.FromSeconds(60), () => sick.Read().State == CircuitState.Closed));
        Assert.InRange(TimeProvider.System.GetElapsedTime(healed).TotalSeconds, 0, 60);
        Assert.True(answers.Count > 100);
        Assert.All(answers, status => Assert.Equal(HttpStatusCode.OK, status));
    }

    [Fact]
    public async Task OnlyAccount_IsNeverGivenUp()
    {
        foreach (var id in _accounts.Skip(1)) await gateway.Portal.Admin.PatchApiAsync($"/providers/{id}", new { enabled = false });
        _upstreams[0].Otherwise(FakeUpstreamReply.Error(503, "down", "server_error", null));
        for (var i = 0; i < 12; i++) await CallAsync();
        Assert.NotEqual(CircuitState.Closed, Health.Of(_accounts[0])!.Read().State);
        _upstreams[0].Otherwise(Good);
        Assert.Equal(HttpStatusCode.OK, await CallAsync());
        Assert.Equal(HttpStatusCode.OK, await CallAsync());
        Assert.Equal(CircuitState.Closed, Health.Of(_accounts[0])!.Read().State);
    }

    [Fact]
    public async Task TwoFailuresThenAnAnswer_FromTheOnlyAccount_IsOneCall()
    {
        foreach (var id in _accounts.Skip(1)) await gateway.Portal.Admin.PatchApiAsync($"/providers/{id}", new { enabled = false });
        _upstreams[0].Next(FakeUpstreamReply.Error(503, "a", "server_error", null), FakeUpstreamReply.Error(503, "b", "server_error", null, ("Retry-After", "1")));
        var began = TimeProvider.System.GetTimestamp();
        Assert.Equal(HttpStatusCode.OK, await CallAsync());
        Assert.Equal(3, _upstreams[0].Requests.Count);
        Assert.InRange(TimeProvider.System.GetElapsedTime(began).TotalSeconds, 1, 6);
    }

    [Fact]
    public async Task Paused_LeftAloneAsLongAsItAsked()
    {
        _upstreams[0].Otherwise(FakeUpstreamReply.RateLimited(30));
        for (var i = 0; i < 10; i++) Assert.Equal(HttpStatusCode.OK, await CallAsync());
        Assert.Single(_upstreams[0].Requests);
        Assert.NotNull(Health.Of(_accounts[0])!.Read().PausedUntil);
    }

    [Fact]
    public async Task CallersOwnMistakes_EjectNobody()
    {
        _upstreams[0].Otherwise(FakeUpstreamReply.Error(422, "not so", "invalid_request_error", "bad"));
        for (var i = 0; i < 10; i++) Assert.Equal(HttpStatusCode.UnprocessableEntity, await CallAsync());
        Assert.Equal((CircuitState.Closed, 0), (Health.Of(_accounts[0])!.Read().State, Health.Of(_accounts[0])!.Read().Failures));
    }

    [Fact]
    public async Task AccountLimits_NextAccountThenRefusal()
    {
        foreach (var (i, id) in _accounts.Index()) await gateway.Portal.Admin.PatchApiAsync($"/providers/{id}", new { rpm = 2, priority = i });
        for (var i = 0; i < 6; i++) Assert.Equal(HttpStatusCode.OK, await CallAsync());
        Assert.All(_upstreams, upstream => Assert.Equal(2, upstream.Requests.Count));
        using var refused = await _client.PostAsync("/v1/chat/completions", GatewayHost.Chat(_model));
        await GatewayHost.AssertErrorAsync(refused, 429, "rate_limit_error", "rate_limit_exceeded");
        Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 60);
        Assert.Equal(6, Asked);
        Assert.Equal([], await gateway.VerifyAsync());
    }

    [Fact]
    public async Task Fallback_ToAnotherModel_IsPricedAndNamedAsThat()
    {
        await gateway.AddPriceAsync("cheap-" + _model);
        await gateway.ChangeAsync<Core.Providers.ProviderAccount>(row => row.Id == _accounts[1], row => row.Models = ["cheap-" + _model]);
        _upstreams[0].Otherwise(FakeUpstreamReply.Error(500, "down", "server_error", null));
        await gateway.Portal.Admin.PostApiAsync("/routes", new
        {
            name = "Fallback " + _model,
            model = _model,
            targets = new object[] { new { provider_id = _accounts[0] }, new { provider_id = _accounts[1], model = "cheap-" + _model, priority = 1 } },
        });
        using var answer = await _client.PostAsync("/v1/chat/completions", GatewayHost.Chat(_model));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("cheap-" + _model, answer.Headers.GetValues("x-portal-model").Single());
        Assert.Equal("cheap-" + _model, Assert.Single(_upstreams[1].Requests).Model);
    }
}
