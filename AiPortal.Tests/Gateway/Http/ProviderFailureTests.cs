using System.Net;
using AiPortal.Core.Keys;
using AiPortal.Core.Ledger;
using AiPortal.Core.Money;
using AiPortal.Tests.Fixtures;

namespace AiPortal.Tests.Gateway.Http;

/// <summary>What a provider does wrong, and what the caller, the ledger and the budget see of it. The provider has two seconds.</summary>
[Collection(GatewayCollection.Name)]
public sealed class ProviderFailureTests(GatewayHost gateway)
{
    private static readonly TimeSpan InTime = TimeSpan.FromSeconds(6);

    public static TheoryData<string, int, string, string, EntryStatus> Plain() => new()
    {
        { "400", 400, "invalid_request_error", "bad_value", EntryStatus.Failed },
        { "401", 502, "server_error", "upstream_auth_failed", EntryStatus.Failed },
        { "402", 502, "server_error", "upstream_auth_failed", EntryStatus.Failed },
        { "403", 502, "server_error", "upstream_auth_failed", EntryStatus.Failed },
        { "404", 404, "invalid_request_error", "model_not_found", EntryStatus.Failed },
        { "422", 422, "invalid_request_error", "bad_value", EntryStatus.Failed },
        { "429", 429, "requests", "rate_limit_exceeded", EntryStatus.Failed },
        { "500", 502, "server_error", "upstream_error", EntryStatus.Failed },
        { "503", 502, "server_error", "upstream_error", EntryStatus.Failed },
        { "302", 502, "server_error", "upstream_error", EntryStatus.Failed },
        { "garbage", 502, "server_error", "upstream_error", EntryStatus.Failed },
        { "error in 200", 502, "server_error", "upstream_error", EntryStatus.Failed },
        { "cut", 502, "server_error", "upstream_error", EntryStatus.Partial },
        { "hang up", 502, "server_error", "upstream_error", EntryStatus.Unknown },
        { "stall", 504, "server_error", "upstream_timeout", EntryStatus.Unknown },
        { "stream: error first", 502, "server_error", "upstream_error", EntryStatus.Failed },
        { "stream: stall first", 504, "server_error", "upstream_timeout", EntryStatus.Unknown },
        { "stream: cut first", 502, "server_error", "upstream_error", EntryStatus.Partial },
        { "stream: 500", 502, "server_error", "upstream_error", EntryStatus.Failed },
    };

    [Theory]
    [MemberData(nameof(Plain))]
    public async Task Provider_FailsBeforeAnythingWentOut_ToldInTheContractsWords(string how, int status, string type, string code, EntryStatus booked)
    {
        var (id, http) = await gateway.IssueKeyAsync(new KeyDraft { Name = how, Budget = new KeyBudgetTerms(1, PeriodType.Total, "strict", "block") });
        // A provider's own failure is asked again after a pause, as long as there is no other account and the retry budget lasts.
        var again = how is "500" or "503" or "stream: 500";
        for (var i = 0; i < (again ? 4 : 1); i++) gateway.Upstream.Next(Reply(how));
        gateway.FillRetryBudget();
        var began = TimeProvider.System.GetTimestamp();

        using var answer = await http.PostAsync("/v1/chat/completions", GatewayHost.Chat(stream: how.StartsWith("stream", StringComparison.Ordinal)));

        Assert.InRange(TimeProvider.System.GetElapsedTime(began), TimeSpan.Zero, InTime);
        await GatewayHost.AssertErrorAsync(answer, status, type, code);
        Assert.Equal(how == "429" ? TimeSpan.FromSeconds(7) : null, answer.Headers.RetryAfter?.Delta);
        var entries = await gateway.EntriesAsync(id, again ? 4 : 1);
        Assert.Equal(again ? 4 : 1, entries.Count);
        Assert.All(entries, each => Assert.Equal((booked, each == entries[^1]), (each.Status, each.Final)));
        var entry = entries[^1];
        var call = Assert.Single(await gateway.CallsAsync(id, 1));
        Assert.Equal((status, code, entries.Count, entry.TotalCost), (call.HttpStatus, call.ErrorCode, call.Attempts, call.TotalCost));
        var budget = gateway.BudgetOf(id);
        Assert.Equal((0m, entry.TotalCost, entry.UnresolvedCost), (budget.Held, budget.Spent, budget.Unknown));
        Assert.Equal(booked == EntryStatus.Unknown, entry.UnresolvedCost > 0);
        Assert.Equal([], await gateway.VerifyAsync());
    }

    [Fact]
    public async Task Provider_Unreachable_NothingBookedButTheFailure()
    {
        var model = await gateway.AddModelAsync(null, priced: false);
        await gateway.AddPriceAsync(model);
        await gateway.ChangeAsync<Core.Providers.ProviderAccount>(row => row.Name == "account of " + model, row => row.BaseUrl = "http://127.0.0.1:1/v1");
        var (id, http) = await gateway.IssueKeyAsync();

        using var answer = await http.PostAsync("/v1/chat/completions", GatewayHost.Chat(model));

        await GatewayHost.AssertErrorAsync(answer, 502, "server_error", "upstream_error");
        Assert.All(await gateway.EntriesAsync(id, 1), entry => Assert.Equal((EntryStatus.Failed, 0m, 0m), (entry.Status, entry.TotalCost, entry.UnresolvedCost)));
    }

    [Fact]
    public async Task Provider_HugeAnswer_PassedOnAndPriced()
    {
        var (id, http) = await gateway.IssueKeyAsync();
        gateway.Upstream.Next(FakeUpstreamReply.Huge(20_000_000, FakeUpstreamReply.Usage(1, 1000)));
        using var answer = await http.PostAsync("/v1/chat/completions", GatewayHost.Chat());
        Assert.InRange((await answer.Content.ReadAsByteArrayAsync()).Length, 20_000_000, 20_001_000);
        Assert.Equal(0.008002m, Assert.Single(await gateway.EntriesAsync(id, 1)).TotalCost);
    }

    [Fact]
    public async Task Provider_AnswerBeyondAllBounds_RefusedAndNotKept()
    {
        var (id, http) = await gateway.IssueKeyAsync();
        gateway.Upstream.Next(FakeUpstreamReply.Huge(100_000_000, FakeUpstreamReply.Usage(1, 1000)));
        using var answer = await http.PostAsync("/v1/chat/completions", GatewayHost.Chat());
        await GatewayHost.AssertErrorAsync(answer, 502, "server_error", "upstream_error");
        Assert.True(Assert.Single(await gateway.EntriesAsync(id, 1)) is { Status: EntryStatus.Failed, Estimated: true });
    }

    [Fact]
    public async Task Provider_CompressesUnasked_ReadAllTheSame()
    {
        var (id, http) = await gateway.IssueKeyAsync();
        gateway.Upstream.Next(FakeUpstreamReply.Plain("Hi", FakeUpstreamReply.Usage(10, 10)).Gzipped());
        using var answer = await http.PostAsync("/v1/chat/completions", GatewayHost.Chat());
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Contains("\"content\":\"Hi\"", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(0.0001m, Assert.Single(await gateway.EntriesAsync(id, 1)).TotalCost);
    }

    [Theory]
    [InlineData("error", "upstream_error")]
    [InlineData("stall", "upstream_timeout")]
    [InlineData("cut", "upstream_error")]
    [InlineData("end", "upstream_error")]
    public async Task Stream_BreaksMidway_SaysSoAndIsBookedInPart(string how, string code)
    {
        var (id, http) = await gateway.IssueKeyAsync(new KeyDraft { Name = how, Budget = new KeyBudgetTerms(1, PeriodType.Total, "strict", "block") });
        var gate = new FakeUpstreamGate();
        var stream = FakeUpstreamReply.Stream("Some words that were said", " and more", " and more").PauseBefore(2, gate);
        gateway.Upstream.Next(how switch
        {
            "error" => stream.ErrorBefore(2, "It broke"),
            "stall" => stream,
            "cut" => stream.CutAfter(2),
            _ => FakeUpstreamReply.Stream("Some words that were said").PauseBefore(2, gate).FinishReason(null!).WithoutUsage().WithoutEndMarker(),
        });

        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions") { Content = GatewayHost.Chat(stream: true) };
        using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        if (how != "stall") gate.Release();
        var text = await answer.Content.ReadAsStringAsync();

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Contains("Some words", text, StringComparison.Ordinal);
        Assert.Equal(2, text.Split("\"error\":").Length);
        Assert.DoesNotContain("[DONE]", text, StringComparison.Ordinal);
        if (how != "error") Assert.Contains("\"code\":\"" + code + "\"", text, StringComparison.Ordinal);
        var entry = Assert.Single(await gateway.EntriesAsync(id, 1));
        Assert.True(entry is { Status: EntryStatus.Partial, Estimated: true, InputUnits: > 0, OutputUnits: > 0, TotalCost: > 0 });
        var call = Assert.Single(await gateway.CallsAsync(id, 1));
        Assert.Equal((CallStatus.Partial, 200, code), (call.Status, call.HttpStatus, call.ErrorCode));
        Assert.Equal((0m, entry.TotalCost), (gateway.BudgetOf(id).Held, gateway.BudgetOf(id).Spent));
    }

    private static FakeUpstreamReply Reply(string how) => how switch
    {
        "400" or "422" => FakeUpstreamReply.Error(int.Parse(how, System.Globalization.CultureInfo.InvariantCulture), "Not so", "invalid_request_error", "bad_value"),
        "401" => FakeUpstreamReply.Unauthorized(),
        "402" or "403" => FakeUpstreamReply.Error(int.Parse(how, System.Globalization.CultureInfo.InvariantCulture), "Pay", "x", "y"),
        "404" => FakeUpstreamReply.Error(404, "No such model", "invalid_request_error", "model_not_found"),
        "429" => FakeUpstreamReply.RateLimited(7),
        "503" => FakeUpstreamReply.Json(503, "<html>   at Some.Exception()</html>"),
        "302" => FakeUpstreamReply.Json(302, "", ("Location", "http://169.254.169.254/")),
        "garbage" => FakeUpstreamReply.Garbage(),
        "error in 200" => FakeUpstreamReply.Json(200, """{"error":{"message":"It broke","type":"server_error","code":null}}"""),
        "cut" => FakeUpstreamReply.PlainCutAfter(150),
        "hang up" => FakeUpstreamReply.HangUp(),
        "stall" => FakeUpstreamReply.StallBeforeHeaders(new FakeUpstreamGate(), FakeUpstreamReply.Garbage()),
        "stream: error first" => FakeUpstreamReply.Stream("a").ErrorBefore(0, "It broke"),
        "stream: stall first" => FakeUpstreamReply.Stream("a").PauseBefore(0, new FakeUpstreamGate()),
        "stream: cut first" => FakeUpstreamReply.Stream("a").Insert(0, "data: {").CutAfter(0),
        _ => FakeUpstreamReply.ServerError(),
    };
}
