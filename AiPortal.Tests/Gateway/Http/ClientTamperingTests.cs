using System.Net;
using AiPortal.Core.Keys;
using AiPortal.Core.Money;
using AiPortal.Tests.Fixtures;

namespace AiPortal.Tests.Gateway.Http;

/// <summary>Whatever a caller writes into a call, the authenticated key pays its price, and the hold covers what it may cost.</summary>
[Collection(GatewayCollection.Name)]
public sealed class ClientTamperingTests(GatewayHost gateway)
{
    private const decimal Cost = (1000 * 2m + 100 * 8m) / 1_000_000;
    private static readonly string Elsewhere = Guid.CreateVersion7(TimeProvider.System.GetUtcNow()).ToString();

    public static TheoryData<string, string?, string?> Tricks => new()
    {
        { """ "cost":0,"price":0,"total_cost":0,"input_price":0 """, null, null },
        { """ "usage":{"prompt_tokens":0,"completion_tokens":0,"total_tokens":0} """, null, null },
        { """ "user":"someone-else","metadata":{"user_id":"u2","team_id":"t2","organization_id":"o2","cost":"0"} """, null, null },
        { """ "key_id":"other","organization_id":"other","team_id":"other","user_id":"other","cost_center_id":"other" """, null, null },
        { """ "max_tokens":1,"max_completion_tokens":1 """, null, null },
        { """ "service_tier":"flex" """, null, null },
        { "", "x-portal-cost-usd", "0" },
        { "", "x-portal-key-id", "other" },
        { "", "x-portal-user-id", "other" },
        { "", "x-portal-organization", "other" },
        { "", "x-portal-account", "someone-else" },
        { "", "x-portal-tags", "key_id=other,team=other,cost=0" },
        { "", "x-portal-model", "free" },
        { "", "OpenAI-Organization", "org-other" },
        { "", "X-Forwarded-For", "10.0.0.1" },
        { "", "x-api-base", "http://127.0.0.1:1/" },
    };

    [Theory]
    [MemberData(nameof(Tricks))]
    public async Task Trick_ChangesNeitherWhoPaysNorHowMuch(string members, string? header, string? value)
    {
        var model = await gateway.AddModelAsync(FakeUpstreamReply.Plain("Hi", FakeUpstreamReply.Usage(1000, 100)));
        var (id, client) = await gateway.IssueKeyAsync();
        using var _ = client;

        using var answer = await SendAsync(client, $$"""{"model":"{{model}}","messages":[{"role":"user","content":"Hello"}]{{(members.Length == 0 ? "" : "," + members)}}}""", header, value);

        Assert.True(answer.StatusCode == HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
        var entry = Assert.Single(await gateway.EntriesAsync(id, 1));
        Assert.Equal((Cost, gateway.Portal.OrganizationId, (Guid?)id), (entry.TotalCost, entry.OrganizationId, entry.KeyId));
        Assert.Null(entry.TeamId);
        Assert.Null(entry.CostCenterId);
    }

    [Theory]
    [InlineData("", false)]
    [InlineData(",\"stream_options\":{\"include_usage\":false}", true)]
    [InlineData(",\"stream_options\":{\"include_usage\":true}", true)]
    [InlineData("", true)]
    public async Task Usage_IsChargedWhetherOrNotTheCallerWantsToSeeIt(string members, bool stream)
    {
        var usage = FakeUpstreamReply.Usage(1000, 100);
        var model = await gateway.AddModelAsync(stream ? FakeUpstreamReply.Stream("Hi").WithUsage(usage) : FakeUpstreamReply.Plain("Hi", usage));
        var (id, client) = await gateway.IssueKeyAsync();
        using var _ = client;

        using var answer = await SendAsync(client, $$"""{"model":"{{model}}","messages":[{"role":"user","content":"Hello"}]{{(stream ? ",\"stream\":true" : "")}}{{members}}}""");

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        await answer.Content.ReadAsStringAsync();
        var entry = Assert.Single(await gateway.EntriesAsync(id, 1));
        Assert.Equal((Cost, false), (entry.TotalCost, entry.Estimated));
    }

    /// <summary>The strict budget has room for one choice at the model's largest output (1,000 tokens, $0.008), not for more.</summary>
    [Theory]
    [InlineData("", true)]
    [InlineData("\"n\":1", true)]
    [InlineData("\"max_tokens\":1000000", true)]
    [InlineData("\"max_tokens\":10", true)]
    [InlineData("\"max_tokens\":2147483648", true)]
    [InlineData("\"n\":100", false)]
    [InlineData("\"n\":100,\"max_tokens\":100", false)]
    [InlineData("\"n\":2,\"max_tokens\":2147483648", false)]
    public async Task StrictHold_CoversChoicesTimesOutput(string members, bool admitted)
    {
        var model = await gateway.AddModelAsync(FakeUpstreamReply.Plain("Hi", FakeUpstreamReply.Usage(10, 5)));
        var (id, secret) = await gateway.IssueSecretAsync(new KeyDraft { Name = "strict", Budget = new KeyBudgetTerms(0.0105m, PeriodType.Total, "strict", "block") });
        using var client = gateway.Portal.WithBearer(secret);

        using var answer = await SendAsync(client, $$"""{"model":"{{model}}","messages":[{"role":"user","content":"Hello"}]{{(members.Length == 0 ? "" : "," + members)}}}""");

        if (admitted)
        {
            Assert.True(answer.StatusCode == HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
            await gateway.EntriesAsync(id, 1);
        }
        else
        {
            await GatewayHost.AssertErrorAsync(answer, 429, "insufficient_quota", "budget_exceeded");
            Assert.DoesNotContain(gateway.Upstream.Requests, request => request.Model == model);
        }

        Assert.Equal(0m, gateway.BudgetOf(id).Held);
    }

    [Theory]
    [InlineData("\"max_tokens\":-1")]
    [InlineData("\"max_tokens\":1.5")]
    [InlineData("\"max_tokens\":\"9\"")]
    [InlineData("\"n\":-1")]
    [InlineData("\"n\":0")]
    [InlineData("\"n\":100000000000000000000")]
    public async Task Figures_ThatAreNone_AreRefusedBeforeAnythingIsSent(string members)
    {
        var model = await gateway.AddModelAsync(FakeUpstreamReply.Plain("Hi", FakeUpstreamReply.Usage(10, 5)));
        var (_, client) = await gateway.IssueKeyAsync();
        using var __ = client;

        using var answer = await SendAsync(client, $$"""{"model":"{{model}}","messages":[{"role":"user","content":"Hello"}],{{members}}}""");

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.DoesNotContain(gateway.Upstream.Requests, request => request.Model == model);
    }

    [Fact]
    public async Task ModelWithoutPrice_IsRefused_WhateverTheCallerClaims()
    {
        var model = await gateway.AddModelAsync(FakeUpstreamReply.Plain("Hi", FakeUpstreamReply.Usage(10, 5)), priced: false);
        var (_, secret) = await gateway.IssueSecretAsync(new KeyDraft { Name = "b", Budget = new KeyBudgetTerms(1, PeriodType.Total, "strict", "block") });
        using var client = gateway.Portal.WithBearer(secret);

        using var answer = await SendAsync(client, $$"""{"model":"{{model}}","messages":[{"role":"user","content":"Hello"}],"price":1,"free":true}""", "x-portal-model", GatewayHost.Model);

        await GatewayHost.AssertErrorAsync(answer, 403, "permission_error", "model_not_priced");
        Assert.DoesNotContain(gateway.Upstream.Requests, request => request.Model == model);
    }

    private static async Task<HttpResponseMessage> SendAsync(HttpClient client, string body, string? header = null, string? value = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions") { Content = GatewayHost.Raw(body.Replace("other", Elsewhere, StringComparison.Ordinal)) };
        if (header is not null) request.Headers.TryAddWithoutValidation(header, value == "other" ? Elsewhere : value);
        return await client.SendAsync(request);
    }
}
