using System.ClientModel;
using System.ClientModel.Primitives;
using AiPortal.Core.Ledger;
using AiPortal.Tests.Fixtures;
using AiPortal.Tests.Gateway.Http;
using OpenAI;
using OpenAI.Embeddings;

namespace AiPortal.Tests.Gateway.Gemini;

/// <summary>OpenAI's own client asks for embeddings, and Google answers.</summary>
[Collection(GeminiCollection.Name)]
public sealed class EmbeddingsAtGeminiTests(GeminiHost host)
{
    [Fact]
    public async Task Embeddings_OfTwoTexts_ComeInOrderAndTheirInputIsPaid()
    {
        var model = await host.AddModelAsync(FakeGeminiReply.Raw(200, """{"embeddings":[{"values":[0.5,-1.25]},{"values":[3,4]}]}"""), "gemini-embedding-");
        var (id, secret) = await host.Gateway.IssueSecretAsync();
        var options = new OpenAIClientOptions { Endpoint = new Uri(host.Gateway.Portal.BaseUrl, "v1"), RetryPolicy = new ClientRetryPolicy(0) };
        var client = new EmbeddingClient(model, new ApiKeyCredential(secret), options);

        OpenAIEmbeddingCollection answer = await client.GenerateEmbeddingsAsync(["Some words", "漢字"], new EmbeddingGenerationOptions { Dimensions = 2 });

        Assert.Equal([[0.5f, -1.25f], [3f, 4f]], answer.Select(embedding => embedding.ToFloats().ToArray()));
        var (entry, sent) = await host.EntryAsync(id);
        Assert.Equal(("embedding", EntryStatus.Ok, true, 0L, (long)answer.Usage.InputTokenCount), (entry.RequestType, entry.Status, entry.Estimated, entry.OutputUnits, entry.InputUnits));
        Assert.Equal($$$"""{"requests":[{"model":"models/{{{model}}}","content":{"parts":[{"text":"Some words"}]},"outputDimensionality":2},{"model":"models/{{{model}}}","content":{"parts":[{"text":"漢字"}]},"outputDimensionality":2}]}""", sent!.Json!.Value.GetRawText());
        Assert.Equal("batchEmbedContents", sent.Verb);
    }

    [Fact]
    public async Task Embeddings_OneText_AsNumbersWhereNobodyAsksForBase64()
    {
        var model = await host.AddModelAsync(FakeGeminiReply.Raw(200, """{"embeddings":[{"values":[0.5]}]}"""), "gemini-embedding-");
        var (_, http) = await host.Gateway.IssueKeyAsync();
        using var answer = await http.PostAsync("/v1/embeddings", GatewayHost.Raw($$"""{"model":"{{model}}","input":"a"}"""));
        Assert.StartsWith("""{"object":"list","data":[{"object":"embedding","index":0,"embedding":[0.5]}],"model":""", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[1,2,3]")]
    [InlineData("[[1,2],[3]]")]
    public async Task Embeddings_OfTokens_AreRefusedByName(string input)
    {
        var model = await host.AddModelAsync(FakeGeminiReply.Raw(200, "{}"), "gemini-embedding-");
        var (_, http) = await host.Gateway.IssueKeyAsync();
        using var answer = await http.PostAsync("/v1/embeddings", GatewayHost.Raw($$"""{"model":"{{model}}","input":{{input}}}"""));
        Assert.Equal("input", (await GatewayHost.AssertErrorAsync(answer, 400, "invalid_request_error", "invalid_value")).GetProperty("param").GetString());
    }
}
