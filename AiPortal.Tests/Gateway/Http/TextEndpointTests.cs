using System.ClientModel;
using System.ClientModel.Primitives;
using AiPortal.Core.Catalog;
using AiPortal.Core.Keys;
using AiPortal.Core.Ledger;
using AiPortal.Core.Money;
using AiPortal.Tests.Fixtures;
using OpenAI;
using OpenAI.Embeddings;
using OpenAI.Moderations;

namespace AiPortal.Tests.Gateway.Http;

/// <summary>Embeddings, moderations and the old completions over real HTTP; the vendor's client where it has them.</summary>
[Collection(GatewayCollection.Name)]
public sealed class TextEndpointTests(GatewayHost gateway)
{
    private const string Vector = """{"object":"list","data":[{"object":"embedding","index":0,"embedding":"AACAPwAAAEA="},{"object":"embedding","index":1,"embedding":"AAAAAAAAgD8="}],"model":"m","usage":{"prompt_tokens":11,"total_tokens":11}}""";

    [Fact]
    public async Task Embeddings_Sdk_VectorsComeAndInputAloneIsPaid()
    {
        var model = await gateway.AddModelAsync(FakeUpstreamReply.Json(200, Vector), price => price with { ModelType = "embedding", OutputPrice = 0, MaxOutput = null, ContextWindow = 8191 });
        var (id, options, credential) = await ClientAsync();

        var answer = await new EmbeddingClient(model, credential, options).GenerateEmbeddingsAsync(["one", "two"]);

        Assert.Equal([1f, 2f], answer.Value[0].ToFloats().ToArray());
        var entry = Assert.Single(await gateway.EntriesAsync(id, 1));
        Assert.Equal((0.000022m, 11L, EntryStatus.Ok, false, "embedding"), (entry.TotalCost, entry.InputUnits, entry.Status, entry.Estimated, entry.RequestType));
        var seen = gateway.Upstream.Requests.Single(request => request.AttemptId == entry.Id.ToString());
        Assert.Equal(("/v1/embeddings", "base64"), (seen.Path, seen.Member("encoding_format")?.GetString()));
    }

    [Fact]
    public async Task Embeddings_StrictBudget_HoldsTheInputAlone()
    {
        var model = await gateway.AddModelAsync(FakeUpstreamReply.Json(200, Vector), price => price with { InputPrice = 100, OutputPrice = 1000 });
        // 256 and "one" at $100 a million are $0.0259; a single token of output more would not fit twice.
        var (_, http) = await gateway.IssueKeyAsync(new KeyDraft { Name = "tight", Budget = new KeyBudgetTerms(0.026m, PeriodType.Total, "strict", "block") });

        using var fits = await http.PostAsync("/v1/embeddings", GatewayHost.Raw($$"""{"model":"{{model}}","input":"one"}"""));
        using var refused = await http.PostAsync("/v1/embeddings", GatewayHost.Raw($$"""{"model":"{{model}}","input":"one"}"""));

        Assert.Equal("0.0011", fits.Headers.GetValues("x-portal-cost-usd").Single());
        await GatewayHost.AssertErrorAsync(refused, 429, "insufficient_quota", "budget_exceeded");
    }

    [Theory]
    [InlineData("""{"input":"x"}""", "model")]
    [InlineData("""{"model":"test-model"}""", "input")]
    [InlineData("""{"model":"test-model","input":[]}""", "input")]
    [InlineData("""{"model":"test-model","input":"a","input":"b"}""", "input")]
    [InlineData("""{"model":"test-model","Model":"other","input":"b"}""", "model")]
    [InlineData("""{"model":"test-model","input":"b","INPUT":["c"]}""", "input")]
    [InlineData("""{"model":"test-model","model":"other","input":"b"}""", "model")]
    public async Task Embeddings_BadBody_IsNamed(string body, string param)
    {
        var (_, http) = await gateway.IssueKeyAsync();

        using var answer = await http.PostAsync("/v1/embeddings", GatewayHost.Raw(body));

        Assert.Equal(param, (await GatewayHost.AssertErrorAsync(answer, 400, "invalid_request_error", "invalid_value")).GetProperty("param").GetString());
    }

    [Fact]
    public async Task Embeddings_ProviderRefuses_SdkSeesItsWords()
    {
        var model = await gateway.AddModelAsync(FakeUpstreamReply.Error(400, "Too many inputs", "invalid_request_error", "too_many"));
        var (id, options, credential) = await ClientAsync();

        var fault = await Assert.ThrowsAsync<ClientResultException>(() => new EmbeddingClient(model, credential, options).GenerateEmbeddingAsync("x"));

        Assert.Equal(400, fault.Status);
        Assert.Contains("Too many inputs", fault.Message, StringComparison.Ordinal);
        Assert.Equal((EntryStatus.Failed, 0m), (await gateway.EntriesAsync(id, 1))[0] is var entry ? (entry.Status, entry.TotalCost) : default);
    }

    [Fact]
    public async Task Moderations_Sdk_IsFreeAndOnTheLedger()
    {
        var model = await gateway.AddModelAsync(
            FakeUpstreamReply.Json(200, """{"id":"modr-1","model":"m","results":[{"flagged":true,"categories":{"violence":true},"category_scores":{"violence":0.9},"category_applied_input_types":{"violence":["text"]}}]}"""),
            price => price with { ModelType = "moderation", InputPrice = 0, OutputPrice = 0, Free = true });
        var (id, options, credential) = await ClientAsync();

        var answer = await new ModerationClient(model, credential, options).ClassifyTextAsync("grr");

        Assert.True(answer.Value.Flagged);
        var entry = Assert.Single(await gateway.EntriesAsync(id, 1));
        Assert.Equal((0m, EntryStatus.Ok, false, "moderation"), (entry.TotalCost, entry.Status, entry.Estimated, entry.RequestType));
    }

    [Fact]
    public async Task Moderations_WithoutModel_AsksForTheLatest()
    {
        await gateway.AddProviderAsync("moderator", gateway.Upstream.BaseUrl, null, priority: 9, kind: "openai");
        gateway.Upstream.ForModel("omni-moderation-latest", FakeUpstreamReply.Json(200, """{"id":"modr-1","model":"m","results":[]}"""));
        var (id, http) = await gateway.IssueKeyAsync();

        using var answer = await http.PostAsync("/v1/moderations", GatewayHost.Raw("""{"input":[{"type":"text","text":"a"},{"type":"image_url","image_url":{"url":"https://example.com/a.png"}}]}"""));

        Assert.Equal("0", answer.Headers.GetValues("x-portal-cost-usd").Single());
        Assert.Equal("omni-moderation-latest", Assert.Single(await gateway.EntriesAsync(id, 1)).ModelName);
    }

    [Fact]
    public async Task Completions_Stream_UsageIsAskedAndHidden()
    {
        const string frame = """data: {"id":"cmpl-1","object":"text_completion","created":1,"model":"m","choices":[{"index":0,"text":"Hi","finish_reason":"stop"}],"usage":null}""";
        const string usage = """data: {"id":"cmpl-1","object":"text_completion","created":1,"model":"m","choices":[],"usage":{"prompt_tokens":7,"completion_tokens":3,"total_tokens":10}}""";
        var model = await gateway.AddModelAsync(FakeUpstreamReply.Events($"{frame}\n\n", $"{usage}\n\n", "data: [DONE]\n\n"));
        var (id, http) = await gateway.IssueKeyAsync();

        using var answer = await http.PostAsync("/v1/completions", GatewayHost.Raw($$"""{"model":"{{model}}","prompt":["a","b"],"n":2,"best_of":3,"stream":true}"""));

        Assert.Equal($"{frame}\n\ndata: [DONE]\n\n", await answer.Content.ReadAsStringAsync());
        var entry = Assert.Single(await gateway.EntriesAsync(id, 1));
        // 7 × 2 + 3 × 8 = 38 millionths
        Assert.Equal((0.000038m, false, "completion"), (entry.TotalCost, entry.Estimated, entry.RequestType));
        var seen = gateway.Upstream.Requests.Single(request => request.AttemptId == entry.Id.ToString());
        Assert.True(seen.AskedForUsage);
        Assert.Equal(("/v1/completions", 16), (seen.Path, seen.Member("max_tokens")?.GetInt32()));
    }

    [Fact]
    public async Task Completions_Cut_TextIsEstimated()
    {
        var model = await gateway.AddModelAsync(FakeUpstreamReply.Json(200, """{"id":"cmpl-1","object":"text_completion","choices":[{"index":0,"text":"twelve chars","finish_reason":"stop"}]}"""));
        var (id, http) = await gateway.IssueKeyAsync();

        using var answer = await http.PostAsync("/v1/completions", GatewayHost.Raw($$"""{"model":"{{model}}","prompt":"x","max_tokens":9}"""));

        var entry = Assert.Single(await gateway.EntriesAsync(id, 1));
        Assert.Equal((3L, true), (entry.OutputUnits, entry.Estimated));
    }

    [Fact]
    public async Task PriceByImage_AskedForText_IsNoModelHere()
    {
        var model = await gateway.AddModelAsync(null, price => price with { ModelType = "image", BillingUnit = BillingUnits.Image, UnitSize = 1, InputPrice = 0, OutputPrice = 0.04m });
        var (_, http) = await gateway.IssueKeyAsync();

        using var answer = await http.PostAsync("/v1/chat/completions", GatewayHost.Chat(model));
        using var list = await http.GetAsync(new Uri("/v1/models", UriKind.Relative));

        await GatewayHost.AssertErrorAsync(answer, 404, "invalid_request_error", "model_not_found");
        Assert.Contains($"\"{model}\"", await list.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private async Task<(Guid Id, OpenAIClientOptions Options, ApiKeyCredential Credential)> ClientAsync()
    {
        var (id, secret) = await gateway.IssueSecretAsync();
        return (id, new OpenAIClientOptions { Endpoint = new Uri(gateway.Portal.BaseUrl, "v1"), RetryPolicy = new ClientRetryPolicy(0) }, new ApiKeyCredential(secret));
    }
}
