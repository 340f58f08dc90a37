using System.Net;
using AiPortal.Core.Keys;
using AiPortal.Core.Ledger;
using AiPortal.Core.Money;
using AiPortal.Tests.Fixtures;

namespace AiPortal.Tests.Gateway.Http;

/// <summary>A second account takes over until the first byte has gone to the caller, and never after.</summary>
[Collection(GatewayCollection.Name)]
public sealed class FailoverTests(GatewayHost gateway) : IAsyncLifetime
{
    private FakeUpstream _second = null!;
    private string _model = "";

    public async Task InitializeAsync()
    {
        _second = await FakeUpstream.StartAsync();
        _model = await gateway.AddModelAsync(null);
        await gateway.AddProviderAsync("second of " + _model, _second.BaseUrl, [_model], priority: 1);
        _second.Otherwise(FakeUpstreamReply.Plain("second", FakeUpstreamReply.Usage(10, 10)));
    }

    public async Task DisposeAsync() => await _second.DisposeAsync();

    [Theory]
    [InlineData(500, EntryStatus.Failed)]
    [InlineData(401, EntryStatus.Failed)]
    [InlineData(429, EntryStatus.Failed)]
    [InlineData(0, EntryStatus.Unknown)]
    public async Task First_Fails_SecondAnswersAndBothAreBooked(int status, EntryStatus booked)
    {
        var (id, http) = await gateway.IssueKeyAsync(new KeyDraft { Name = "two", Budget = new KeyBudgetTerms(1, PeriodType.Total, "strict", "block") });
        gateway.Upstream.Next(status == 0 ? FakeUpstreamReply.HangUp() : FakeUpstreamReply.Error(status, "no", "x", "y"));

        using var answer = await http.PostAsync("/v1/chat/completions", GatewayHost.Chat(_model));

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("second%20of%20" + _model, answer.Headers.GetValues("x-portal-provider").Single());
        var entries = await gateway.EntriesAsync(id, 2);
        Assert.Equal([(1, false, booked), (2, true, EntryStatus.Ok)], entries.Select(entry => (entry.Attempt, entry.Final, entry.Status)));
        Assert.Single(entries.Select(entry => entry.RequestId).Distinct());
        Assert.Equal(entries[1].Id.ToString(), Assert.Single(_second.Requests).AttemptId);
        var call = Assert.Single(await gateway.CallsAsync(id, 1));
        Assert.Equal((CallStatus.Ok, 2, 0.0001m, "second of " + _model), (call.Status, call.Attempts, call.TotalCost, call.ProviderName));
        var budget = gateway.BudgetOf(id);
        Assert.Equal((0m, 0.0001m, entries[0].UnresolvedCost), (budget.Held, budget.Spent, budget.Unknown));
    }

    [Fact]
    public async Task First_RefusesTheRequestItself_SecondIsNotAsked()
    {
        var (id, http) = await gateway.IssueKeyAsync();
        gateway.Upstream.Next(FakeUpstreamReply.Error(400, "Not so", "invalid_request_error", "bad"));
        using var answer = await http.PostAsync("/v1/chat/completions", GatewayHost.Chat(_model));
        await GatewayHost.AssertErrorAsync(answer, 400, "invalid_request_error", "bad");
        Assert.Single(await gateway.EntriesAsync(id, 1));
        Assert.Empty(_second.Requests);
    }

    [Fact]
    public async Task Both_Fail_TheLastOnesWordsAreGiven()
    {
        var (id, http) = await gateway.IssueKeyAsync();
        gateway.Upstream.Next(FakeUpstreamReply.ServerError());
        _second.Otherwise(FakeUpstreamReply.RateLimited(9));
        using var answer = await http.PostAsync("/v1/chat/completions", GatewayHost.Chat(_model));
        await GatewayHost.AssertErrorAsync(answer, 429, "requests", "rate_limit_exceeded");
        Assert.Equal(TimeSpan.FromSeconds(9), answer.Headers.RetryAfter?.Delta);
        Assert.Equal([false, true], (await gateway.EntriesAsync(id, 2)).Select(entry => entry.Final));
    }

    [Fact]
    public async Task Stream_ErrorFirst_SecondStreams()
    {
        var (id, http) = await gateway.IssueKeyAsync();
        gateway.Upstream.Next(FakeUpstreamReply.Stream("first").ErrorBefore(0, "It broke"));
        _second.Otherwise(FakeUpstreamReply.Stream("second"));
        using var answer = await http.PostAsync("/v1/chat/completions", GatewayHost.Chat(_model, stream: true));
        var text = await answer.Content.ReadAsStringAsync();
        Assert.Contains("second", text, StringComparison.Ordinal);
        Assert.DoesNotContain("It broke", text, StringComparison.Ordinal);
        Assert.Equal([EntryStatus.Failed, EntryStatus.Ok], (await gateway.EntriesAsync(id, 2)).Select(entry => entry.Status));
    }

    [Fact]
    public async Task Stream_BreaksAfterTheFirstByte_SecondIsNotAsked()
    {
        var (id, http) = await gateway.IssueKeyAsync();
        var gate = new FakeUpstreamGate();
        gateway.Upstream.Next(FakeUpstreamReply.Stream("first", "more").PauseBefore(2, gate).CutAfter(2));
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions") { Content = GatewayHost.Chat(_model, stream: true) };
        using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        gate.Release();
        var text = await answer.Content.ReadAsStringAsync();
        Assert.Contains("\"error\":", text, StringComparison.Ordinal);
        Assert.Equal(EntryStatus.Partial, Assert.Single(await gateway.EntriesAsync(id, 1)).Status);
        Assert.Empty(_second.Requests);
    }

    [Fact]
    public async Task Budget_WithoutRoomForAnotherAttempt_EndsIt()
    {
        // One hold of $0.008 and some fits, the first one's outcome stays unknown, a second does not fit.
        var (id, http) = await gateway.IssueKeyAsync(new KeyDraft { Name = "once", Budget = new KeyBudgetTerms(0.012m, PeriodType.Total, "strict", "block") });
        gateway.Upstream.Next(FakeUpstreamReply.HangUp());
        using var answer = await http.PostAsync("/v1/chat/completions", GatewayHost.Chat(_model));
        await GatewayHost.AssertErrorAsync(answer, 429, "insufficient_quota", "budget_exceeded");
        var entry = Assert.Single(await gateway.EntriesAsync(id, 1));
        Assert.Equal((EntryStatus.Unknown, true), (entry.Status, entry.Final));
        Assert.Empty(_second.Requests);
        Assert.Equal((0m, entry.UnresolvedCost), (gateway.BudgetOf(id).Held, gateway.BudgetOf(id).Unknown));
    }
}
