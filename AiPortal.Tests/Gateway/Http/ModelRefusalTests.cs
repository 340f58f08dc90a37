using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using AiPortal.Core.Keys;
using AiPortal.Core.Ledger;
using AiPortal.Core.Money;
using AiPortal.Core.Providers;
using AiPortal.Core.Tenancy;
using AiPortal.Tests.Fixtures;

namespace AiPortal.Tests.Gateway.Http;

/// <summary>Which models a key reaches, what becomes of those without a price, and the limits of a key.</summary>
[Collection(GatewayCollection.Name)]
public sealed class ModelRefusalTests(GatewayHost gateway)
{
    [Fact]
    public async Task Model_Unknown_Refused()
    {
        var (id, http) = await gateway.IssueKeyAsync();
        using var answer = await http.PostAsync("/v1/chat/completions", GatewayHost.Chat("nobody-serves-this"));
        var error = await GatewayHost.AssertErrorAsync(answer, 404, "invalid_request_error", "model_not_found");
        Assert.Equal("model", error.GetProperty("param").GetString());
        Assert.Equal("model_not_found", Assert.Single(await gateway.CallsAsync(id, 1)).ErrorCode);
    }

    [Fact]
    public async Task Model_NotOfTheKey_Refused()
    {
        var (_, http) = await gateway.IssueKeyAsync(new KeyDraft { Name = "narrow", Models = ["other-model"] });
        using var answer = await http.PostAsync("/v1/chat/completions", GatewayHost.Chat());
        await GatewayHost.AssertErrorAsync(answer, 403, "permission_error", "model_not_allowed");
    }

    [Fact]
    public async Task Model_WithoutPrice_FollowsThePolicy()
    {
        var model = await gateway.AddModelAsync(FakeUpstreamReply.Plain("Hi", FakeUpstreamReply.Usage(100, 10)), priced: false);
        var (id, http) = await gateway.IssueKeyAsync();
        var (_, limited) = await gateway.IssueKeyAsync(new KeyDraft { Name = "limited", Budget = new KeyBudgetTerms(1, PeriodType.Total, "learned", "block") });

        using var blocked = await http.PostAsync("/v1/chat/completions", GatewayHost.Chat(model));
        await PolicyAsync(UnpricedModelPolicy.Ceiling, 50);
        using var ceiling = await http.PostAsync("/v1/chat/completions", GatewayHost.Chat(model));
        await PolicyAsync(UnpricedModelPolicy.Flag, null);
        using var flagged = await http.PostAsync("/v1/chat/completions", GatewayHost.Chat(model));
        using var underBudget = await limited.PostAsync("/v1/chat/completions", GatewayHost.Chat(model));
        await PolicyAsync(UnpricedModelPolicy.Block, null);

        await GatewayHost.AssertErrorAsync(blocked, 403, "permission_error", "model_not_priced");
        await GatewayHost.AssertErrorAsync(underBudget, 403, "permission_error", "model_not_priced");
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (ceiling.StatusCode, flagged.StatusCode));
        var entries = await gateway.EntriesAsync(id, 2);
        // 110 × $50/M, then nothing, both marked.
        Assert.Equal([0.0055m, 0m], entries.Select(entry => entry.TotalCost));
        Assert.All(entries, entry => Assert.True(entry is { Estimated: true, PriceId: null, Status: EntryStatus.Ok }));
    }

    [Fact]
    public async Task Model_AccountDisabled_IsUnknown()
    {
        var model = await gateway.AddModelAsync(null);
        await gateway.ChangeAsync<ProviderAccount>(row => row.Name == "account of " + model, row => row.Enabled = false);
        var (_, http) = await gateway.IssueKeyAsync();
        using var answer = await http.PostAsync("/v1/chat/completions", GatewayHost.Chat(model));
        await GatewayHost.AssertErrorAsync(answer, 404, "invalid_request_error", "model_not_found");
    }

    [Fact]
    public async Task Rpm_Over_RefusedAndRaisedAtOnce()
    {
        var (id, http) = await gateway.IssueKeyAsync(new KeyDraft { Name = "slow", Rpm = 2 });
        gateway.Upstream.Next(Good(), Good(), Good());
        using var first = await CallAsync(http);
        using var second = await CallAsync(http);
        using var third = await CallAsync(http);
        await gateway.ChangeAsync<ApiKey>(key => key.Id == id, key => key.Rpm = 3);
        using var fourth = await CallAsync(http);
        await gateway.ChangeAsync<ApiKey>(key => key.Id == id, key => key.Rpm = 1);
        using var fifth = await CallAsync(http);

        Assert.Equal(("2", "1"), (Header(first, "limit-requests"), Header(first, "remaining-requests")));
        Assert.Equal("0", Header(second, "remaining-requests"));
        await GatewayHost.AssertErrorAsync(third, 429, "rate_limit_error", "rate_limit_exceeded");
        Assert.InRange(third.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 60);
        Assert.Equal(("2", "0"), (Header(third, "limit-requests"), Header(third, "remaining-requests")));
        Assert.EndsWith("s", Header(third, "reset-requests"), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, fourth.StatusCode);
        await GatewayHost.AssertErrorAsync(fifth, 429, "rate_limit_error", "rate_limit_exceeded");
        Assert.Equal("0", Header(fifth, "remaining-requests"));
        Assert.Equal(3, (await gateway.EntriesAsync(id, 3)).Count);
        Assert.Equal(2, (await gateway.CallsAsync(id, 5)).Count(call => call.Status == CallStatus.Refused));
    }

    [Fact]
    public async Task Tpm_Over_RefusedByWhatWasReallyUsed()
    {
        var (_, http) = await gateway.IssueKeyAsync(new KeyDraft { Name = "tokens", Tpm = 1000 });
        gateway.Upstream.Next(FakeUpstreamReply.Plain("Hi", FakeUpstreamReply.Usage(100, 100)), FakeUpstreamReply.Plain("Hi", FakeUpstreamReply.Usage(700, 100)));
        using var first = await http.PostAsync("/v1/chat/completions", GatewayHost.Chat(maxTokens: 600));
        using var second = await http.PostAsync("/v1/chat/completions", GatewayHost.Chat(maxTokens: 600));
        using var third = await http.PostAsync("/v1/chat/completions", GatewayHost.Chat(maxTokens: 600));

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (first.StatusCode, second.StatusCode));
        await GatewayHost.AssertErrorAsync(third, 429, "rate_limit_error", "rate_limit_exceeded");
        Assert.Equal(("1000", "0"), (Header(third, "limit-tokens"), Header(third, "remaining-tokens")));
    }

    [Fact]
    public async Task Concurrency_Over_RefusedUntilOneHasEnded()
    {
        var (_, http) = await gateway.IssueKeyAsync(new KeyDraft { Name = "one", Concurrency = 1 });
        var gate = new FakeUpstreamGate();
        gateway.Upstream.Next(FakeUpstreamReply.StallBeforeHeaders(gate, Good()));
        var running = CallAsync(http);
        await gate.Reached;
        using var refused = await CallAsync(http);
        gate.Release();
        (await running).EnsureSuccessStatusCode();
        gateway.Upstream.Next(Good());
        HttpResponseMessage? after = null;
        await GatewayHost.UntilAsync(async () => (after = await CallAsync(http)).IsSuccessStatusCode, () => "the place is not given back");

        await GatewayHost.AssertErrorAsync(refused, 429, "rate_limit_error", "rate_limit_exceeded");
        Assert.Equal(TimeSpan.FromSeconds(1), refused.Headers.RetryAfter?.Delta);
    }

    [Fact]
    public async Task Models_List_IsWhatTheKeyMayUse()
    {
        var model = await gateway.AddModelAsync(null);
        var (_, all) = await gateway.IssueKeyAsync();
        var (_, narrow) = await gateway.IssueKeyAsync(new KeyDraft { Name = "narrow", Models = [model, "nobody-serves-this"] });

        var listed = await all.GetFromJsonAsync<JsonElement>("/v1/models");
        var own = await narrow.GetFromJsonAsync<JsonElement>("/v1/models");
        var one = await narrow.GetFromJsonAsync<JsonElement>("/v1/models/" + model);
        using var hidden = await narrow.GetAsync("/v1/models/" + GatewayHost.Model);

        Assert.Equal("list", listed.GetProperty("object").GetString());
        var names = listed.GetProperty("data").EnumerateArray().Select(entry => entry.GetProperty("id").GetString()).ToList();
        Assert.Contains(model, names);
        Assert.Contains(GatewayHost.Model, names);
        Assert.Equal([model], own.GetProperty("data").EnumerateArray().Select(entry => entry.GetProperty("id").GetString()));
        Assert.Equal(("model", model), (one.GetProperty("object").GetString(), one.GetProperty("id").GetString()));
        await GatewayHost.AssertErrorAsync(hidden, 404, "invalid_request_error", "model_not_found");
    }

    [Theory]
    [InlineData("POST", "/v1/nothing/here")]
    [InlineData("GET", "/v1/chat/completions")]
    [InlineData("OPTIONS", "/v1/chat/completions")]
    [InlineData("DELETE", "/v1/models")]
    [InlineData("POST", "/v1/models")]
    [InlineData("GET", "/v1")]
    public async Task Path_Unknown_RefusedInTheDialect(string method, string path)
    {
        using var http = gateway.Portal.Anonymous();
        using var answer = await http.SendAsync(new HttpRequestMessage(new HttpMethod(method), path));
        await GatewayHost.AssertErrorAsync(answer, 404, "invalid_request_error", "unknown_url");
        using var head = await http.SendAsync(new HttpRequestMessage(HttpMethod.Head, path));
        Assert.Equal(HttpStatusCode.NotFound, head.StatusCode);
    }

    private static FakeUpstreamReply Good() => FakeUpstreamReply.Plain("Hi", FakeUpstreamReply.Usage(1, 1));

    private static Task<HttpResponseMessage> CallAsync(HttpClient http) => http.PostAsync("/v1/chat/completions", GatewayHost.Chat());

    private static string? Header(HttpResponseMessage answer, string name) => answer.Headers.TryGetValues("x-ratelimit-" + name, out var values) ? values.Single() : null;

    private Task PolicyAsync(UnpricedModelPolicy policy, decimal? ceiling) => gateway.ChangeAsync<Organization>(
        row => row.Id == gateway.Portal.OrganizationId, row => (row.UnpricedModelPolicy, row.CeilingPrice) = (policy, ceiling));
}
