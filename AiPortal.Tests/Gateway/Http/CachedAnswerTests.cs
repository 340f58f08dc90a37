using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using AiPortal.Core.Analytics;
using AiPortal.Core.Keys;
using AiPortal.Core.Ledger;
using AiPortal.Core.Money;
using AiPortal.Core.Tenancy;
using AiPortal.Gateway.Caching;
using AiPortal.Tests.Api;
using AiPortal.Tests.Fixtures;
using Microsoft.Extensions.DependencyInjection;

namespace AiPortal.Tests.Gateway.Http;

/// <summary>For keys that want it, an equal request is given the same answer; the provider is asked once.</summary>
[Collection(GatewayCollection.Name)]
public sealed class CachedAnswerTests(GatewayHost gateway)
{
    private static readonly CacheTerms On = new(true, 600);
    private static readonly string Usage = FakeUpstreamReply.Usage(1000, 100);
    private static readonly decimal Price = (1000 * 2m + 100 * 8m) / 1_000_000;

    [Fact]
    public async Task Plain_AskedTwice_IsTheSameAnswerForNothing()
    {
        var (id, http, model) = await KeyAsync(On, FakeUpstreamReply.Plain("Hi", Usage));
        using var first = await PostAsync(http, Body(model));
        // White space is no difference.
        using var second = await PostAsync(http, Body(model).Replace(",", " ,\n", StringComparison.Ordinal));

        Assert.Equal(("miss", "hit"), (Cache(first), Cache(second)));
        Assert.Equal(await first.Content.ReadAsStringAsync(), await second.Content.ReadAsStringAsync());
        Assert.Equal(first.Content.Headers.ContentType, second.Content.Headers.ContentType);
        Assert.Equal((Text(Price), "0"), (Cost(first), Cost(second)));
        Assert.NotEqual(first.Headers.GetValues("x-request-id").Single(), second.Headers.GetValues("x-request-id").Single());
        Assert.Equal(1, Asked(model));
        var entries = await gateway.EntriesAsync(id, 2);
        Assert.Equal([Price, 0m], entries.Select(entry => entry.TotalCost).Order().Reverse());
        var hit = entries.Single(entry => entry.CostDetail?.Notes?.Cached == true);
        Assert.Equal((EntryStatus.Ok, false, 1000L, 100L, model), (hit.Status, hit.Estimated, hit.InputUnits, hit.OutputUnits, hit.ModelName));
        var records = (await gateway.Portal.Admin.GetApiAsync($"/cost/records?key_id={id}")).Data.Select(record => record.GetProperty("cached").GetBoolean());
        Assert.Equal([false, true], records.Order());
        Assert.Equal([], await gateway.VerifyAsync());
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task Stream_AskedTwice_IsTheSameStream(bool withUsage, bool wantsCost)
    {
        var (id, http, model) = await KeyAsync(On, FakeUpstreamReply.Stream("漢", "字", "!").WithUsage(Usage).InPiecesOf(7));
        var body = Body(model, ",\"stream\":true" + (withUsage ? ",\"stream_options\":{\"include_usage\":true}" : ""));
        using var first = await PostAsync(http, body);
        var one = await first.Content.ReadAsStringAsync();
        using var second = await PostAsync(http, body, wantsCost ? ("x-portal-cost", "true") : null);
        var two = await second.Content.ReadAsStringAsync();

        Assert.Equal(("miss", "hit"), (Cache(first), Cache(second)));
        Assert.Equal("text/event-stream", second.Content.Headers.ContentType!.MediaType);
        Assert.Equal(one, two.Replace(": portal-cost-usd=0\n\n", "", StringComparison.Ordinal));
        Assert.Equal(wantsCost, two.EndsWith(": portal-cost-usd=0\n\ndata: [DONE]\n\n", StringComparison.Ordinal));
        Assert.Equal(withUsage, two.Contains("total_tokens", StringComparison.Ordinal));
        Assert.EndsWith("data: [DONE]\n\n", one, StringComparison.Ordinal);
        Assert.Equal(1, Asked(model));
        Assert.Equal(2, (await gateway.EntriesAsync(id, 2)).Count);
        // As a plain request it is another one.
        using var plain = await PostAsync(http, Body(model));
        Assert.Equal("miss", Cache(plain));
    }

    [Theory]
    [InlineData("0.25")]
    [InlineData("1")]
    [InlineData("0.3333")]
    public async Task Hit_IsPricedByTheShare_AndTheBooksAgree(string text)
    {
        var share = decimal.Parse(text, CultureInfo.InvariantCulture);
        var (id, http, model) = await KeyAsync(On with { PriceShare = share }, FakeUpstreamReply.Plain("Hi", Usage), new KeyBudgetTerms(10, PeriodType.Total, "strict", "block"));
        using var first = await PostAsync(http, Body(model));
        using var second = await PostAsync(http, Body(model));

        Assert.Equal(("hit", Text(Price * share)), (Cache(second), Cost(second)));
        var entries = await gateway.EntriesAsync(id, 2);
        Assert.Equal(Price * (1 + share), entries.Sum(entry => entry.TotalCost));
        await GatewayHost.UntilAsync(() => Task.FromResult(gateway.BudgetOf(id) is { Held: 0 } view && view.Spent == Price * (1 + share)), () => $"{gateway.BudgetOf(id)}");
        Assert.Equal([], await gateway.VerifyAsync());
    }

    [Fact]
    public async Task Hit_OfAPricedAnswer_PassesTheBudget_AndAFreeOneNeedsNone()
    {
        var budget = new KeyBudgetTerms(0.02m, PeriodType.Total, "strict", "block");
        var (paying, http, model) = await KeyAsync(On with { PriceShare = 1 }, FakeUpstreamReply.Plain("Hi", FakeUpstreamReply.Usage(1000, 1000)), budget);
        Assert.Equal("miss", Cache(await PostAsync(http, Body(model))));
        Assert.Equal("hit", Cache(await PostAsync(http, Body(model))));
        using var refused = await PostAsync(http, Body(model));
        await GatewayHost.AssertErrorAsync(refused, 429, "insufficient_quota", "budget_exceeded");

        await gateway.ChangeAsync<ApiKey>(key => key.Id == paying, key => key.Cache = On);
        Assert.Equal("hit", Cache(await PostAsync(http, Body(model))));
        Assert.Equal(1, Asked(model));
    }

    [Fact]
    public async Task Keys_OfAnOrganization_ShareAnswersUnlessTheySayNot()
    {
        var (_, one, model) = await KeyAsync(On, FakeUpstreamReply.Plain("Hi", Usage));
        var (_, two) = await gateway.IssueKeyAsync(new KeyDraft { Name = "two", Cache = On });
        var (_, alone) = await gateway.IssueKeyAsync(new KeyDraft { Name = "alone", Cache = On with { PerKey = true } });
        var (_, without) = await gateway.IssueKeyAsync(new KeyDraft { Name = "without" });
        var (_, barred) = await gateway.IssueKeyAsync(new KeyDraft { Name = "barred", Cache = On, Models = ["other"] });
        var (_, limited) = await gateway.IssueKeyAsync(new KeyDraft { Name = "limited", Cache = On, Rpm = 1 });

        Assert.Equal("miss", Cache(await PostAsync(one, Body(model))));
        Assert.Equal("hit", Cache(await PostAsync(two, Body(model))));
        Assert.Equal("miss", Cache(await PostAsync(alone, Body(model))));
        Assert.Equal("hit", Cache(await PostAsync(alone, Body(model))));
        Assert.Null(Cache(await PostAsync(without, Body(model))));
        Assert.Equal(HttpStatusCode.Forbidden, (await PostAsync(barred, Body(model))).StatusCode);
        Assert.Equal("hit", Cache(await PostAsync(limited, Body(model))));
        Assert.Equal(HttpStatusCode.TooManyRequests, (await PostAsync(limited, Body(model))).StatusCode);
        Assert.Null(Cache(await PostAsync(one, Body(model), ("x-portal-cache", "off"))));
    }

    [Fact]
    public async Task Request_ThatDiffersAtAll_IsAnother()
    {
        var (_, http, model) = await KeyAsync(On, FakeUpstreamReply.Plain("Hi", Usage));
        string[] bodies =
        [
            Body(model), Body(model, text: "hello"), Body(model, ",\"temperature\":0"), Body(model, ",\"temperature\":1"), Body(model, ",\"temperature\":1.0"), Body(model, ",\"user\":\"a\""), Body(model, ",\"user\":\"b\""),
            Body(model, ",\"metadata\":{\"a\":\"b\"}"), Body(model, ",\"n\":2"), Body(model, ",\"max_tokens\":5"), Body(model, ",\"tools\":[]"), Body(model, ",\"seed\":1"), Body(model, ",\"x\":[\"a\",\"b\"]"), Body(model, ",\"x\":[\"ab\"]"),
            Body(model, ",\"x\":{\"a\":\"b\"}"), Body(model, ",\"x\":null"), Body(model, ",\"x\":\"null\""), Body(model, ",\"x\":\"\""), Body(model, text: "Hello "),
        ];
        foreach (var body in bodies) Assert.Equal("miss", Cache(await PostAsync(http, body)));
        foreach (var body in bodies) Assert.Equal("hit", Cache(await PostAsync(http, body)));
        Assert.Equal(bodies.Length, Asked(model));
    }

    [Theory]
    [InlineData("error")]
    [InlineData("cut")]
    [InlineData("stream cut")]
    [InlineData("no usage")]
    [InlineData("huge")]
    public async Task Answer_ThatIsNoneOrNotWhole_IsNotKept(string kind)
    {
        FakeUpstreamReply reply = kind switch
        {
            // With status 200, which is not asked again by itself.
            "error" => FakeUpstreamReply.Json(200, """{"error":{"message":"It broke","type":"server_error","code":null}}"""),
            "cut" => FakeUpstreamReply.PlainCutAfter(50),
            "stream cut" => FakeUpstreamReply.Stream("a", "b").WithUsage(Usage).CutAfter(2),
            "no usage" => FakeUpstreamReply.Plain("Hi", null),
            _ => FakeUpstreamReply.Huge(3_000_000, Usage),
        };
        var (_, http, model) = await KeyAsync(On, reply);
        var stream = kind == "stream cut" ? ",\"stream\":true" : "";
        for (var i = 0; i < 2; i++)
        {
            using var answer = await PostAsync(http, Body(model, stream));
            Assert.NotEqual("hit", Cache(answer));
        }

        Assert.Equal(2, Asked(model));
    }

    [Fact]
    public async Task Answer_PastItsTime_IsAskedForAnew()
    {
        var (id, http, model) = await KeyAsync(new CacheTerms(true, 1), FakeUpstreamReply.Plain("Hi", Usage));
        Assert.Equal("miss", Cache(await PostAsync(http, Body(model))));
        await GatewayHost.UntilAsync(async () => Cache(await PostAsync(http, Body(model))) == "miss", () => "the answer does not grow old");
        Assert.Equal(2, Asked(model));
        await gateway.ChangeAsync<ApiKey>(key => key.Id == id, key => key.Cache = new CacheTerms(false));
        Assert.Null(Cache(await PostAsync(http, Body(model))));
    }

    [Fact]
    public async Task Organization_Default_CountsForKeysThatSayNothing()
    {
        var path = $"/organizations/{gateway.Portal.OrganizationId}";
        var (_, silent, model) = await KeyAsync(null, FakeUpstreamReply.Plain("Hi", Usage));
        var (_, not) = await gateway.IssueKeyAsync(new KeyDraft { Name = "not", Cache = new CacheTerms(false) });
        var changed = await gateway.Portal.Admin.PatchApiAsync(path, new { cache = new { enabled = true, price_share = 0.5m } });
        try
        {
            Assert.Equal("{\"enabled\":true,\"ttl_seconds\":null,\"price_share\":0.5,\"per_key\":null}", changed.Json.GetProperty("cache").ToString());
            Assert.Equal("miss", Cache(await PostAsync(silent, Body(model))));
            using var hit = await PostAsync(silent, Body(model));
            Assert.Equal(("hit", Text(Price / 2)), (Cache(hit), Cost(hit)));
            Assert.Null(Cache(await PostAsync(not, Body(model))));
            var wrong = await gateway.Portal.Admin.PatchApiAsync(path, new { cache = new { ttl_seconds = 0, price_share = 1.5m } });
            Assert.Equal(HttpStatusCode.BadRequest, wrong.Status);
        }
        finally
        {
            await gateway.Portal.Admin.PatchApiAsync(path, "{\"cache\":null}");
        }
    }

    [Fact]
    public async Task Route_TurnsItOn_ForKeysThatSayNothing()
    {
        var (id, silent, model) = await KeyAsync(null, FakeUpstreamReply.Plain("Hi", Usage));
        var (_, not) = await gateway.IssueKeyAsync(new KeyDraft { Name = "not", Cache = new CacheTerms(false) });
        Assert.Null(Cache(await PostAsync(silent, Body(model))));
        var route = await gateway.Portal.Admin.PostApiAsync("/routes", new { name = "Cached " + model, model, cache = new { enabled = true, price_share = 0.25m } });
        Assert.Equal("{\"enabled\":true,\"ttl_seconds\":null,\"price_share\":0.25,\"per_key\":null}", route.Json.GetProperty("cache").ToString());

        Assert.Equal("miss", Cache(await PostAsync(silent, Body(model))));
        using var hit = await PostAsync(silent, Body(model));
        Assert.Equal(("hit", Text(Price / 4)), (Cache(hit), Cost(hit)));
        Assert.Null(Cache(await PostAsync(not, Body(model))));
        await gateway.EntriesAsync(id, 3);
        var calls = await gateway.Portal.Services.GetRequiredService<CallTable>().ReadAsync(gateway.Portal.OrganizationId, new RecordFilter { KeyId = id }, 0, 10);
        Assert.Equal([true, false, false], calls.Select(call => call.Repeated));

        var renamed = await gateway.Portal.Admin.PatchApiAsync($"/routes/{route.Id}", new { name = "Still cached " + model });
        Assert.Equal(0.25m, renamed.Json.GetProperty("cache").GetProperty("price_share").GetDecimal());
        await gateway.Portal.Admin.PatchApiAsync($"/routes/{route.Id}", "{\"cache\":null}");
        Assert.Null(Cache(await PostAsync(silent, Body(model))));
        Assert.Equal(HttpStatusCode.BadRequest, (await gateway.Portal.Admin.PatchApiAsync($"/routes/{route.Id}", new { cache = new { ttl_seconds = 0 } })).Status);
    }

    [Fact]
    public async Task Key_ByTheApi_KeepsItsTermsWhenTheyAreNotNamed()
    {
        var made = await gateway.Portal.Admin.PostApiAsync("/keys", new { name = "cached", cache = new { enabled = true, ttl_seconds = 60, per_key = true } });
        var renamed = await gateway.Portal.Admin.PatchApiAsync($"/keys/{made.Id}", new { name = "renamed" });
        var lengthened = await gateway.Portal.Admin.PatchApiAsync($"/keys/{made.Id}", new { cache = new { ttl_seconds = 120 } });
        var dropped = await gateway.Portal.Admin.PatchApiAsync($"/keys/{made.Id}", "{\"cache\":null}");
        Assert.Equal("{\"enabled\":true,\"ttl_seconds\":60,\"price_share\":null,\"per_key\":true}", renamed.Json.GetProperty("cache").ToString());
        Assert.Equal("{\"enabled\":true,\"ttl_seconds\":120,\"price_share\":null,\"per_key\":true}", lengthened.Json.GetProperty("cache").ToString());
        Assert.Equal(JsonValueKind.Null, dropped.Json.GetProperty("cache").ValueKind);
    }

    [Fact]
    public async Task Metrics_CountHitsAndMisses()
    {
        var (_, http, model) = await KeyAsync(On, FakeUpstreamReply.Plain("Hi", Usage));
        using var anonymous = gateway.Portal.Anonymous();
        await anonymous.GetStringAsync("/metrics");
        await PostAsync(http, Body(model));
        await PostAsync(http, Body(model));
        var text = await anonymous.GetStringAsync("/metrics");
        Assert.Contains("aiportal_cache_looks_total{outcome=\"hit\"}", text, StringComparison.Ordinal);
        Assert.Contains("aiportal_cache_looks_total{outcome=\"miss\"}", text, StringComparison.Ordinal);
        Assert.True(gateway.Portal.Services.GetRequiredService<AnswerStore>().Bytes > 0);
    }

    private async Task<(Guid Id, HttpClient Http, string Model)> KeyAsync(CacheTerms? cache, FakeUpstreamReply reply, KeyBudgetTerms? budget = null)
    {
        var model = await gateway.AddModelAsync(reply);
        var (id, http) = await gateway.IssueKeyAsync(new KeyDraft { Name = "cached", Cache = cache, Budget = budget });
        return (id, http, model);
    }

    private int Asked(string model) => gateway.Upstream.Requests.Count(request => request.Model == model);

    private static string Body(string model, string members = "", string text = "Hello") =>
        $$"""{"model":"{{model}}","messages":[{"role":"user","content":"{{text}}"}]{{members}}}""";

    private static async Task<HttpResponseMessage> PostAsync(HttpClient http, string body, (string Name, string Value)? header = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions") { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        if (header is { } pair) request.Headers.Add(pair.Name, pair.Value);
        return await http.SendAsync(request);
    }

    private static string? Cache(HttpResponseMessage answer) => answer.Headers.TryGetValues("x-portal-cache", out var values) ? values.Single() : null;

    private static string? Cost(HttpResponseMessage answer) => answer.Headers.GetValues("x-portal-cost-usd").Single();

    private static string Text(decimal amount) => amount.ToString("0.############", CultureInfo.InvariantCulture);
}
