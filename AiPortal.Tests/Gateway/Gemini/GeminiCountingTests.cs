using System.Text;
using System.Text.Json;
using AiPortal.Core.Ledger;
using AiPortal.Tests.Fixtures;

namespace AiPortal.Tests.Gateway.Gemini;

/// <summary>Counting costs nothing; embeddings are charged for their input alone.</summary>
[Collection(GeminiCollection.Name)]
public sealed class GeminiCountingTests(GeminiHost host)
{
    [Theory]
    [InlineData("""{"contents":[{"role":"user","parts":[{"text":"Hello"}]}]}""")]
    [InlineData("""{"generateContentRequest":{"contents":[{"role":"user","parts":[{"text":"Hello"}]}],"systemInstruction":{"parts":[{"text":"Be brief"}]}}}""")]
    public async Task Count_AtGoogle_IsGooglesAndFree(string body)
    {
        const string counted = """{"totalTokens":31,"promptTokensDetails":[{"modality":"TEXT","tokenCount":31}]}""";
        var model = await host.AddModelAsync(FakeGeminiReply.Raw(200, counted));
        var (id, http) = await host.IssueAsync();

        using var answer = await http.PostAsync($"/v1beta/models/{model}:countTokens", GeminiHost.Body(body));

        Assert.Equal(counted, await answer.Content.ReadAsStringAsync());
        Assert.False(answer.Headers.Contains("x-portal-estimated"));
        var sent = host.Google.Requests.Single(request => request.Model == model);
        Assert.Equal(("countTokens", body), (sent.Verb, Encoding.UTF8.GetString(sent.Body)));
        Assert.Empty(await host.Gateway.EntriesAsync(id, 0));
    }

    [Fact]
    public async Task Count_Elsewhere_IsEstimatedAndSaysSo()
    {
        var model = await host.Gateway.AddModelAsync(null);
        var (id, http) = await host.IssueAsync();
        using var answer = await http.PostAsync($"/v1beta/models/{model}:countTokens", GeminiHost.Body("""{"contents":[{"parts":[{"text":"Twelve words of a text that is long enough to be counted here"}]}]}"""));
        Assert.Equal("true", answer.Headers.GetValues("x-portal-estimated").Single());
        Assert.InRange(JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("totalTokens").GetInt32(), 10, 40);
        Assert.Empty(await host.Gateway.EntriesAsync(id, 0));
    }

    [Fact]
    public async Task Count_Faults_AreInGooglesShape()
    {
        var model = await host.AddModelAsync(FakeGeminiReply.Exhausted(3));
        var (_, http) = await host.IssueAsync();
        using var empty = await http.PostAsync($"/v1beta/models/{model}:countTokens", GeminiHost.Body("{}"));
        using var refused = await http.PostAsync($"/v1beta/models/{model}:countTokens", GeminiHost.Body("""{"contents":[{"parts":[{"text":"a"}]}]}"""));
        await GeminiHost.AssertErrorAsync(empty, 400, "INVALID_ARGUMENT");
        await GeminiHost.AssertErrorAsync(refused, 429, "RESOURCE_EXHAUSTED");
        Assert.Equal(TimeSpan.FromSeconds(3), refused.Headers.RetryAfter?.Delta);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"totalTokens":"many"}""")]
    [InlineData("not JSON")]
    public async Task Count_AnswerWithoutACount_IsNoAnswer(string body)
    {
        var model = await host.AddModelAsync(FakeGeminiReply.Raw(200, body));
        var (_, http) = await host.IssueAsync();
        using var answer = await http.PostAsync($"/v1beta/models/{model}:countTokens", GeminiHost.Body("""{"contents":[{"parts":[{"text":"a"}]}]}"""));
        Assert.Equal(502, (int)answer.StatusCode);
    }

    [Fact]
    public async Task Embed_AtGoogle_GoesThroughAndItsInputIsPaid()
    {
        const string vector = """{"embedding":{"values":[0.1,-0.2]}}""";
        const string body = """{"content":{"parts":[{"text":"Some words to embed"}]},"taskType":"RETRIEVAL_QUERY","outputDimensionality":2}""";
        var model = await host.AddModelAsync(FakeGeminiReply.Raw(200, vector));
        var (id, http) = await host.IssueAsync();

        using var answer = await http.PostAsync($"/v1beta/models/{model}:embedContent", GeminiHost.Body(body));

        Assert.Equal(vector, await answer.Content.ReadAsStringAsync());
        var (entry, sent) = await host.EntryAsync(id);
        Assert.Equal(body, Encoding.UTF8.GetString(sent!.Body));
        Assert.Equal(("embedding", EntryStatus.Ok, true, 0), (entry.RequestType, entry.Status, entry.Estimated, entry.OutputUnits));
        Assert.InRange(entry.InputUnits, 4, 40);
    }

    [Fact]
    public async Task Embed_MappedModel_IsNamedSoInEveryRequest()
    {
        var model = await host.AddModelAsync(FakeGeminiReply.Raw(200, """{"embeddings":[{"values":[1]},{"values":[2]}]}"""));
        await host.Gateway.MapModelAsync("google " + model, "alias-" + model, model);
        var (id, http) = await host.IssueAsync();
        using var answer = await http.PostAsync($"/v1beta/models/alias-{model}:batchEmbedContents",
            GeminiHost.Body($$$"""{"requests":[{"model":"models/alias-{{{model}}}","content":{"parts":[{"text":"a"}]}},{"model":"models/alias-{{{model}}}","content":{"parts":[{"text":"b"}]}}]}"""));
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        Assert.DoesNotContain("alias", Encoding.UTF8.GetString((await host.EntryAsync(id)).Sent!.Body), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("embedContent", """{"content":{"parts":[{"text":"a"}]},"outputDimensionality":2}""", 1, """{"embedding":{"values":[0.5,1]}}""")]
    [InlineData("batchEmbedContents", """{"requests":[{"content":{"parts":[{"text":"a"}]}},{"content":{"parts":[{"text":"b"},{"text":"c"}]}}]}""", 2, """{"embeddings":[{"values":[0.5,1]},{"values":[0.5,1]}]}""")]
    public async Task Embed_Elsewhere_IsOpenAisRequest(string method, string body, int inputs, string expected)
    {
        var data = string.Join(',', Enumerable.Range(0, inputs).Select(index => $$"""{"object":"embedding","index":{{index}},"embedding":[0.5,1]}"""));
        var model = await host.Gateway.AddModelAsync(FakeUpstreamReply.Json(200, $$$"""{"object":"list","data":[{{{data}}}],"model":"m","usage":{"prompt_tokens":9,"total_tokens":9}}"""));
        var (id, http) = await host.IssueAsync();

        using var answer = await http.PostAsync($"/v1beta/models/{model}:{method}", GeminiHost.Body(body));

        Assert.Equal(expected, await answer.Content.ReadAsStringAsync());
        var entry = Assert.Single(await host.Gateway.EntriesAsync(id, 1));
        Assert.Equal(("embedding", 9, 0.000018m, false), (entry.RequestType, entry.InputUnits, entry.TotalCost, entry.Estimated));
        var sent = host.Gateway.Upstream.Requests.Single(request => request.AttemptId == entry.Id.ToString());
        Assert.Equal(("/v1/embeddings", inputs), (sent.Path, sent.Member("input")!.Value.GetArrayLength()));
    }

    [Theory]
    [InlineData("embedContent", "{}", "content")]
    [InlineData("batchEmbedContents", """{"requests":[]}""", "requests")]
    [InlineData("batchEmbedContents", """{"requests":[{"model":"models/other","content":{"parts":[{"text":"a"}]}}]}""", "model")]
    public async Task Embed_Faulty_NamesTheField(string method, string body, string field)
    {
        var model = await host.AddModelAsync(FakeGeminiReply.Raw(200, "{}"));
        var (_, http) = await host.IssueAsync();
        using var answer = await http.PostAsync($"/v1beta/models/{model}:{method}", GeminiHost.Body(body));
        var error = await GeminiHost.AssertErrorAsync(answer, 400, "INVALID_ARGUMENT");
        Assert.Contains($"\"field\":\"{field}\"", error.GetRawText(), StringComparison.Ordinal);
    }
}
