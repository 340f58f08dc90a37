using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using AiPortal.Core.Catalog;
using AiPortal.Core.Ledger;
using AiPortal.Tests.Fixtures;
using AiPortal.Tests.Gateway.Http;
using Xunit;

namespace AiPortal.Tests.Gateway.Budgets;

/// <summary>Budgets over tokens and requests, and of one model or provider account, as callers meet them.</summary>
[Collection(GatewayCollection.Name)]
public sealed class CountedBudgetCallTests(GatewayHost gateway)
{
    private const int Callers = 200;

    [Fact]
    public async Task Requests_FiftyOfTwoHundredAtOnce_ExactlyFiftyAreServed()
    {
        var model = await gateway.AddModelAsync(FakeUpstreamReply.Plain("Hi", FakeUpstreamReply.Usage(10, 5)));
        var (key, secret) = await gateway.IssueSecretAsync();
        var quota = await QuotaAsync(key, new { unit = "requests", total_quota = 50, hold = "learned" });

        var answers = await SendAllAsync(secret, model, Callers);

        Assert.Equal((50, 150), (answers.Count(answer => answer.Status == HttpStatusCode.OK), answers.Count(answer => answer.Status == HttpStatusCode.TooManyRequests)));
        var refused = answers.First(answer => answer.Status != HttpStatusCode.OK).Body;
        Assert.Contains("of 50 requests; the call needs up to 1 request.", refused, StringComparison.Ordinal);
        Assert.Contains($"\"budget_id\":\"{quota}\"", refused, StringComparison.Ordinal);
        await gateway.EntriesAsync(key, 50);
        await AssertQuotaAsync(quota, used: 50);
        var alerts = (await gateway.Portal.Admin.GetFromJsonAsync<JsonElement>("/api/v1/cost/alerts?limit=500")).GetProperty("data").EnumerateArray()
            .Where(alert => alert.GetProperty("quota_id").GetString() == quota.ToString() && alert.GetProperty("threshold").GetDecimal() == 1).ToList();
        Assert.Equal("requests", Assert.Single(alerts).GetProperty("unit").GetString());
        Assert.Contains("has used 50 requests of 50 requests (100 %)", alerts[0].GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal([], await gateway.VerifyAsync());
    }

    [Fact]
    public async Task Tokens_StrictAndAllAtOnce_NeverOverAndNobodyRefusedWhoFits()
    {
        // Fifteen tokens a call, twenty of output held at most: as long as one fits, one of those who ask again is served.
        var model = await gateway.AddModelAsync(FakeUpstreamReply.Plain("Hi", FakeUpstreamReply.Usage(10, 5)), price => price with { ContextWindow = 100 });
        var (key, secret) = await gateway.IssueSecretAsync();
        var quota = await QuotaAsync(key, new { unit = "tokens", total_quota = 1_500, hold = "strict" });
        var (waiting, served) = (Callers, 0);
        while (waiting > 0)
        {
            var answers = await SendAllAsync(secret, model, waiting, maxTokens: 20);
            Assert.All(answers, answer => Assert.True(answer.Status is HttpStatusCode.OK or HttpStatusCode.TooManyRequests, answer.Body));
            var now = answers.Count(answer => answer.Status == HttpStatusCode.OK);
            (waiting, served) = (waiting - now, served + now);
            if (now == 0) break;
        }

        // The last one held at most 120: 92 are served while 120 are free, that is until 1,380 and some are used.
        Assert.Equal((int)Math.Floor((1_500m - 120) / 15) + 1, served);
        await gateway.EntriesAsync(key, served);
        await AssertQuotaAsync(quota, used: served * 15);
        var last = await SendAllAsync(secret, model, 1, maxTokens: 20);
        Assert.Contains("1,395 tokens spent and 0 tokens held of 1,500 tokens; the call needs up to 120 tokens.", last[0].Body, StringComparison.Ordinal);
        Assert.Equal([], await gateway.VerifyAsync());
    }

    [Fact]
    public async Task Model_OtherModels_AreNotCounted()
    {
        var counted = await gateway.AddModelAsync(FakeUpstreamReply.Plain("Hi", FakeUpstreamReply.Usage(10, 5)));
        var other = await gateway.AddModelAsync(FakeUpstreamReply.Plain("Hi", FakeUpstreamReply.Usage(10, 5)));
        var (key, secret) = await gateway.IssueSecretAsync();
        var quota = await QuotaAsync(key, new { unit = "requests", total_quota = 2, model = "*" + counted[^3..] });

        var first = await SendAllAsync(secret, counted, 3);
        var second = await SendAllAsync(secret, other, 3);

        Assert.Equal((2, 3), (first.Count(answer => answer.Status == HttpStatusCode.OK), second.Count(answer => answer.Status == HttpStatusCode.OK)));
        await gateway.EntriesAsync(key, 5);
        await AssertQuotaAsync(quota, used: 2);
        // A budget made now begins with what the ledger has for it, and so does one that now counts other calls.
        var later = await QuotaAsync(key, new { unit = "tokens", total_quota = 1_000, model = other });
        await AssertQuotaAsync(later, used: 45);
        (await gateway.Portal.Admin.PatchAsJsonAsync($"/api/v1/cost/quotas/{later}", new { model = counted })).EnsureSuccessStatusCode();
        await AssertQuotaAsync(later, used: 30);
        (await gateway.Portal.Admin.PostAsync($"/api/v1/cost/quotas/{later}/reset", null)).EnsureSuccessStatusCode();
        await AssertQuotaAsync(later, used: 0);
        Assert.Equal([], await gateway.VerifyAsync());
    }

    [Fact]
    public async Task Provider_Failover_EachAccountHasItsOwn()
    {
        await using var second = await FakeUpstream.StartAsync();
        var model = await gateway.AddModelAsync(FakeUpstreamReply.ServerError());
        var other = await gateway.AddProviderAsync("second of " + model, second.BaseUrl, [model], priority: 1);
        second.Otherwise(FakeUpstreamReply.Plain("second", FakeUpstreamReply.Usage(10, 10)));
        var (key, secret) = await gateway.IssueSecretAsync();
        var quota = await QuotaAsync(key, new { unit = "requests", total_quota = 1, provider_id = other });
        var all = await QuotaAsync(key, new { unit = "requests", total_quota = 10 });

        var answers = new List<HttpStatusCode>();
        for (var call = 0; call < 3; call++) answers.Add((await SendAllAsync(secret, model, 1))[0].Status);

        // The first account fails each time, and counts for nothing; the second has room for one call.
        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.TooManyRequests, HttpStatusCode.TooManyRequests], answers);
        Assert.Single(second.Requests);
        await gateway.EntriesAsync(key, 4);
        await AssertQuotaAsync(quota, used: 1);
        await AssertQuotaAsync(all, used: 1);
        Assert.Equal([], await gateway.VerifyAsync());
    }

    [Fact]
    public async Task Unknown_ResolvedByUsage_BecomesTokensAndARequest()
    {
        var model = await gateway.AddModelAsync(FakeUpstreamReply.HangUp());
        var (key, secret) = await gateway.IssueSecretAsync();
        var tokens = await QuotaAsync(key, new { unit = "tokens", total_quota = 10_000, hold = "strict" });
        var requests = await QuotaAsync(key, new { unit = "requests", total_quota = 10 });
        await SendAllAsync(secret, model, 1, maxTokens: 20);
        var entry = Assert.Single(await gateway.EntriesAsync(key, 1));
        Assert.Equal(EntryStatus.Unknown, entry.Status);
        Assert.True(entry.UnresolvedTokens > 20);
        await AssertQuotaAsync(tokens, used: 0, unknown: entry.UnresolvedTokens);
        await AssertQuotaAsync(requests, used: 0, unknown: 1);
        Assert.Equal([], await gateway.VerifyAsync());

        (await gateway.Portal.Admin.PostAsJsonAsync($"/api/v1/cost/records/{entry.Id}/resolve", new { usage = new { input_units = 10, output_units = 5 }, reason = "The provider's log" }))
            .EnsureSuccessStatusCode();

        await AssertQuotaAsync(tokens, used: 15);
        await AssertQuotaAsync(requests, used: 1);
        Assert.Equal([], await gateway.VerifyAsync());
    }

    [Theory]
    [InlineData("unit", """{"unit":"euros"}""")]
    [InlineData("total_quota", """{"unit":"tokens","total_quota":1.5}""")]
    [InlineData("total_quota", """{"unit":"tokens","total_quota":1000000000000001}""")]
    [InlineData("model", """{"model":" "}""")]
    [InlineData("provider_id", """{"provider_id":"00000000-0000-0000-0000-0000000000b1"}""")]
    public async Task Create_WithAFault_NamesTheField(string field, string members)
    {
        var body = JsonSerializer.Deserialize<Dictionary<string, object>>(members)!;
        body.TryAdd("total_quota", 5);
        body["quota_type"] = "organization";
        using var answer = await gateway.Portal.Admin.PostAsJsonAsync("/api/v1/cost/quotas", body);
        Assert.False(answer.IsSuccessStatusCode);
        Assert.True((await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("errors").TryGetProperty(field, out _));
    }

    [Fact]
    public async Task Change_ToAnotherUnit_IsRefused()
    {
        var (key, _) = await gateway.IssueSecretAsync();
        var quota = await QuotaAsync(key, new { unit = "tokens", total_quota = 1_000_000_000_000_000 });
        using var answer = await gateway.Portal.Admin.PatchAsJsonAsync($"/api/v1/cost/quotas/{quota}", new { unit = "usd", total_quota = 5 });
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        var now = await gateway.Portal.Admin.GetFromJsonAsync<JsonElement>($"/api/v1/cost/quotas/{quota}");
        Assert.Equal(("tokens", 1_000_000_000_000_000m), (now.GetProperty("unit").GetString(), now.GetProperty("total_quota").GetDecimal()));
    }

    private async Task<Guid> QuotaAsync(Guid key, object members)
    {
        var body = JsonSerializer.SerializeToElement(members).EnumerateObject().ToDictionary(member => member.Name, member => (object)member.Value);
        (body["quota_type"], body["scope_id"], body["period_type"], body["action"], body["name"]) = ("key", key, "total", "block", "Counted");
        using var answer = await gateway.Portal.Admin.PostAsJsonAsync("/api/v1/cost/quotas", body);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, text);
        return JsonDocument.Parse(text).RootElement.GetProperty("id").GetGuid();
    }

    private async Task AssertQuotaAsync(Guid id, decimal used, decimal unknown = 0)
    {
        var now = await gateway.Portal.Admin.GetFromJsonAsync<JsonElement>($"/api/v1/cost/quotas/{id}");
        Assert.Equal(
            (used, 0m, unknown), (now.GetProperty("used_quota").GetDecimal(), now.GetProperty("held_quota").GetDecimal(), now.GetProperty("unknown_quota").GetDecimal()));
    }

    private async Task<IReadOnlyList<(HttpStatusCode Status, string Body)>> SendAllAsync(string secret, string model, int count, int? maxTokens = null)
    {
        using var http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = Callers }) { BaseAddress = gateway.Portal.BaseUrl };
        return await Task.WhenAll(Enumerable.Range(0, count).Select(async _ =>
        {
            while (true)
            {
                using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions") { Content = GatewayHost.Chat(model, maxTokens: maxTokens) };
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", secret);
                using var answer = await http.SendAsync(request);
                // A busy machine: nothing was decided about the budget.
                if (answer.StatusCode != HttpStatusCode.ServiceUnavailable) return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
            }
        }));
    }
}
