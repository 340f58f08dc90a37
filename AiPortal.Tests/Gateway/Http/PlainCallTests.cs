using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using AiPortal.Core.Ledger;
using AiPortal.Tests.Fixtures;

namespace AiPortal.Tests.Gateway.Http;

[Collection(GatewayCollection.Name)]
public sealed class PlainCallTests(GatewayHost gateway)
{
    [Fact]
    public async Task Call_CachedAndReasoningTokens_PricedEachAtItsOwnPrice()
    {
        var (id, client) = await gateway.IssueKeyAsync();
        gateway.Upstream.Next(FakeUpstreamReply.Plain("Hi", FakeUpstreamReply.Usage(1000, 300, cached: 400, reasoning: 100)));

        using var answer = await client.PostAsync("/v1/chat/completions", GatewayHost.Chat());

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        // 600 × 2 + 400 × 0.5 + 200 × 8 + 100 × 10 = 1200 + 200 + 1600 + 1000 = 4000 millionths
        Assert.Equal("0.004", answer.Headers.GetValues("x-portal-cost-usd").Single());
        Assert.Equal("primary", answer.Headers.GetValues("x-portal-provider").Single());
        Assert.Equal("Hi", (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString());
        var entry = Assert.Single(await gateway.EntriesAsync(id, 1));
        Assert.Equal((600, 400, 200, 100), (entry.InputUnits, entry.CachedInputUnits, entry.OutputUnits, entry.ReasoningUnits));
        Assert.Equal((0.0012m, 0.0002m, 0.0016m, 0.001m, 0.004m), (entry.InputCost, entry.CachedInputCost, entry.OutputCost, entry.ReasoningCost, entry.TotalCost));
        Assert.Equal((EntryStatus.Ok, false, true), (entry.Status, entry.Estimated, entry.Final));
        var seen = Assert.Single(gateway.Upstream.Requests, request => request.AttemptId == entry.Id.ToString());
        Assert.Equal("Bearer " + GatewayHost.UpstreamSecret, seen.Authorization);
        Assert.Equal(entry.RequestId.ToString(), answer.Headers.GetValues("x-request-id").Single());
    }

    [Fact]
    public async Task Call_ProviderGivesNoUsage_EstimatedAndMarked()
    {
        var (id, client) = await gateway.IssueKeyAsync();
        gateway.Upstream.Next(FakeUpstreamReply.Plain("Some words of an answer.", usage: null));

        using var answer = await client.PostAsync("/v1/chat/completions", GatewayHost.Chat());

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var entry = Assert.Single(await gateway.EntriesAsync(id, 1));
        Assert.True(entry.Estimated);
        Assert.True(entry is { InputUnits: > 0, OutputUnits: > 0, TotalCost: > 0 });
    }
}
