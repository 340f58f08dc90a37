using System.Net;
using System.Net.Http.Headers;
using AiPortal.Core.Catalog;
using AiPortal.Core.Keys;
using AiPortal.Core.Ledger;
using AiPortal.Core.Money;
using AiPortal.Tests.Fixtures;

namespace AiPortal.Tests.Gateway.Http;

/// <summary>Two hundred callers at once against one strict dollar: never over, and nobody refused who could have been served.</summary>
[Collection(GatewayCollection.Name)]
public sealed class StrictBudgetTests(GatewayHost gateway)
{
    private const int Callers = 200;
    private const int Rounds = 4;
    private static readonly KeyDraft OneDollar = new() { Name = "dollar", Budget = new KeyBudgetTerms(1, PeriodType.Total, "strict", "block") };

    [Fact]
    public async Task Parallel_CostEqualsHold_ExactlyFiftyAreServed()
    {
        var model = await gateway.AddModelAsync(
            FakeUpstreamReply.Plain("Hi", FakeUpstreamReply.Usage(10, 5)),
            price => price with { BillingUnit = BillingUnits.Request, InputPrice = 0.02m, OutputPrice = 0, UnitSize = 1, MaxOutput = null, ContextWindow = null });
        for (var round = 0; round < Rounds; round++)
        {
            var (id, secret) = await gateway.IssueSecretAsync(OneDollar);
            using var http = Client();

            var answers = await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => SendAsync(http, secret, model, null)));

            Assert.Equal((50, 150), (answers.Count(answer => answer.Status == HttpStatusCode.OK), answers.Count(answer => answer.Status == HttpStatusCode.TooManyRequests)));
            Assert.All(answers.Where(answer => answer.Status != HttpStatusCode.OK), answer => Assert.Contains("\"code\":\"budget_exceeded\"", answer.Body, StringComparison.Ordinal));
            await AssertBooksAsync(id, model, 50, 1.000000m);
        }
    }

    [Fact]
    public async Task Parallel_HoldThriceTheCost_RefusedRetryUntilNinetyEightAreServed()
    {
        // Three tokens of output are held at $0.01 each, one is used.
        var model = await gateway.AddModelAsync(
            FakeUpstreamReply.Plain("Hi", FakeUpstreamReply.Usage(10, 1)),
            price => price with { InputPrice = 0, OutputPrice = 0.01m, UnitSize = 1, MaxOutput = 1000 });
        for (var round = 0; round < Rounds; round++)
        {
            var (id, secret) = await gateway.IssueSecretAsync(OneDollar);
            using var http = Client();
            var waiting = Callers;
            var served = 0;
            while (waiting > 0)
            {
                var answers = await Task.WhenAll(Enumerable.Range(0, waiting).Select(_ => SendAsync(http, secret, model, 3)));
                Assert.All(answers, answer => Assert.True(answer.Status is HttpStatusCode.OK or HttpStatusCode.TooManyRequests, answer.Body));
                var now = answers.Count(answer => answer.Status == HttpStatusCode.OK);
                served += now;
                if (now == 0) break;
                waiting -= now;
            }

            Assert.Equal(98, served);
            await AssertBooksAsync(id, model, 98, 0.98m);
        }
    }

    [Fact]
    public async Task Refusal_ByBudget_NamesItAndWhatWouldHelp()
    {
        var (id, secret) = await gateway.IssueSecretAsync(new KeyDraft { Name = "tiny", Budget = new KeyBudgetTerms(0.001m, PeriodType.Monthly, "strict", "block") });
        using var http = gateway.Portal.WithBearer(secret);

        using var answer = await http.PostAsync("/v1/chat/completions", GatewayHost.Chat(maxTokens: 500, stream: true));

        var error = await GatewayHost.AssertErrorAsync(answer, 429, "insufficient_quota", "budget_exceeded");
        Assert.Equal("false", answer.Headers.GetValues("x-should-retry").Single());
        Assert.Null(answer.Headers.RetryAfter);
        Assert.True(error.GetProperty("budget_id").TryGetGuid(out _));
        Assert.True(error.GetProperty("resets_at").GetDateTimeOffset() > TimeProvider.System.GetUtcNow());
        Assert.Contains("Budget 'tiny'", error.GetProperty("message").GetString(), StringComparison.Ordinal);
        var call = Assert.Single(await gateway.CallsAsync(id, 1));
        Assert.Equal((CallStatus.Refused, 429, "budget_exceeded", 0), (call.Status, call.HttpStatus, call.ErrorCode, call.Attempts));
        Assert.Equal((0m, 0m), (gateway.BudgetOf(id).Held, gateway.BudgetOf(id).Spent));
    }

    [Fact]
    public async Task Hold_ManyChoices_IsThatManyTimesTheOutput()
    {
        // 100 × 10 × $8/M = $0.008 for the output alone; one choice would be $0.00008.
        var (_, secret) = await gateway.IssueSecretAsync(new KeyDraft { Name = "n", Budget = new KeyBudgetTerms(0.005m, PeriodType.Total, "strict", "block") });
        using var http = gateway.Portal.WithBearer(secret);
        const string Body = """{"model":"test-model","max_tokens":10,"n":COUNT,"messages":[{"role":"user","content":"Hi"}]}""";

        using var many = await http.PostAsync("/v1/chat/completions", GatewayHost.Raw(Body.Replace("COUNT", "100", StringComparison.Ordinal)));
        gateway.Upstream.Next(FakeUpstreamReply.Plain("Hi", FakeUpstreamReply.Usage(1, 1)));
        using var one = await http.PostAsync("/v1/chat/completions", GatewayHost.Raw(Body.Replace("COUNT", "1", StringComparison.Ordinal)));

        await GatewayHost.AssertErrorAsync(many, 429, "insufficient_quota", "budget_exceeded");
        Assert.Equal(HttpStatusCode.OK, one.StatusCode);
    }

    [Fact]
    public async Task Hold_NoBoundAnywhere_ThePortalSendsItsOwn()
    {
        var model = await gateway.AddModelAsync(FakeUpstreamReply.Plain("Hi", FakeUpstreamReply.Usage(1, 1)), price => price with { MaxOutput = null });
        var (id, secret) = await gateway.IssueSecretAsync(OneDollar);
        var (free, freeSecret) = await gateway.IssueSecretAsync();
        using var http = gateway.Portal.WithBearer(secret);
        using var freeHttp = gateway.Portal.WithBearer(freeSecret);

        (await http.PostAsync("/v1/chat/completions", GatewayHost.Chat(model))).EnsureSuccessStatusCode();
        (await freeHttp.PostAsync("/v1/chat/completions", GatewayHost.Chat(model))).EnsureSuccessStatusCode();

        Assert.Equal(4096, Sent(Assert.Single(await gateway.EntriesAsync(id, 1))).Member("max_tokens")?.GetInt32());
        Assert.Null(Sent(Assert.Single(await gateway.EntriesAsync(free, 1))).Member("max_tokens"));
    }

    [Fact]
    public async Task Learned_AfterThirtyShortAnswers_HoldsLess()
    {
        var model = await gateway.AddModelAsync(FakeUpstreamReply.Plain("Hi", FakeUpstreamReply.Usage(1, 5)), price => price with { MaxOutput = 100_000 });
        var (id, secret) = await gateway.IssueSecretAsync(new KeyDraft { Name = "learned", Budget = new KeyBudgetTerms(1, PeriodType.Total, "learned", "block") });
        using var http = gateway.Portal.WithBearer(secret);
        var before = await HeldAsync();
        for (var call = 0; call < 30; call++) (await http.PostAsync("/v1/chat/completions", GatewayHost.Chat(model))).EnsureSuccessStatusCode();
        var after = await HeldAsync();

        // 2,048 expected tokens of output at first, then 5.
        Assert.InRange(before, 0.016384m, 0.0165m);
        Assert.InRange(after, 0.00004m, 0.0001m);

        async Task<decimal> HeldAsync()
        {
            var gate = new FakeUpstreamGate();
            gateway.Upstream.Next(FakeUpstreamReply.StallBeforeHeaders(gate, FakeUpstreamReply.Plain("Hi", FakeUpstreamReply.Usage(1, 5))));
            var calling = http.PostAsync("/v1/chat/completions", GatewayHost.Chat(model));
            await gate.Reached;
            var held = gateway.BudgetOf(id).Held;
            gate.Release();
            (await calling).EnsureSuccessStatusCode();
            return held;
        }
    }

    private FakeUpstreamRequest Sent(LedgerEntry entry) => gateway.Upstream.Requests.Single(request => request.AttemptId == entry.Id.ToString());

    private async Task AssertBooksAsync(Guid key, string model, int served, decimal spent)
    {
        var entries = await gateway.EntriesAsync(key, served);
        await gateway.CallsAsync(key, Callers);
        Assert.Equal((served, spent), (entries.Count, entries.Sum(entry => entry.TotalCost)));
        Assert.All(entries, entry => Assert.Equal(EntryStatus.Ok, entry.Status));
        var sent = gateway.Upstream.Requests.Where(request => request.Model == model).Select(request => request.AttemptId).ToHashSet();
        Assert.All(entries, entry => Assert.Contains(entry.Id.ToString(), sent));
        var view = gateway.BudgetOf(key);
        Assert.Equal((0m, spent, 0m, 1 - spent), (view.Held, view.Spent, view.Unknown, view.Remaining));
        Assert.Equal(await gateway.CountEntriesAsync(model), sent.Count);
        Assert.Equal([], await gateway.VerifyAsync());
    }

    private HttpClient Client() => new(new SocketsHttpHandler { MaxConnectionsPerServer = Callers }) { BaseAddress = gateway.Portal.BaseUrl };

    private static async Task<(HttpStatusCode Status, string Body)> SendAsync(HttpClient http, string secret, string model, int? maxTokens)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions") { Content = GatewayHost.Chat(model, maxTokens: maxTokens) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", secret);
        using var answer = await http.SendAsync(request);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }
}
