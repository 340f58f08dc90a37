using System.Text.Json;
using AiPortal.Core.Ledger;
using AiPortal.Tests.Fixtures;

namespace AiPortal.Tests.Gateway.Gemini;

/// <summary>A caller of Google's, and a provider of OpenAI's kind answers.</summary>
[Collection(GeminiCollection.Name)]
public sealed class GeminiElsewhereTests(GeminiHost host)
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Text_Answered_WithUsageAsGoogleCounts(bool stream)
    {
        var usage = FakeUpstreamReply.Usage(1000, 80, cached: 400, reasoning: 30);
        var model = await ModelAsync(stream ? FakeUpstreamReply.Stream("漢", "字").WithUsage(usage).InPiecesOf(7) : FakeUpstreamReply.Plain("漢字", usage));

        var (id, answer) = await AskAsync(model, stream, """{"systemInstruction":{"parts":[{"text":"Be brief"}]},"contents":[{"role":"user","parts":[{"text":"Hello"}]}],"generationConfig":{"maxOutputTokens":100}}""");

        Assert.Equal(("漢字", "STOP", "model-"), (answer.Text, answer.Finish, answer.Model![..6]));
        Assert.Equal((1000, 400, 50, 30, 1080), (Count(answer, "promptTokenCount"), Count(answer, "cachedContentTokenCount"), Count(answer, "candidatesTokenCount"), Count(answer, "thoughtsTokenCount"), Count(answer, "totalTokenCount")));
        if (stream) Assert.Equal(3, answer.Frames);
        var (entry, sent) = await SentAsync(id);
        // 600 × 2 + 400 × 2 + 50 × 8 + 30 × 8 millionths
        Assert.Equal((0.00264m, EntryStatus.Ok, false), (entry.TotalCost, entry.Status, entry.Estimated));
        Assert.Equal("""[{"role":"system","content":"Be brief"},{"role":"user","content":"Hello"}]""", sent.Member("messages")!.Value.GetRawText());
        Assert.Equal((100, stream), (sent.Member("max_tokens")!.Value.GetInt32(), sent.Stream));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Tools_TwoAtOnce_ComeWholeAndAreAnswered(bool stream)
    {
        const string calls = """[{"index":0,"id":"call_a","type":"function","function":{"name":"weather","arguments":"{\"city\":\"Paris\"}"}},{"index":1,"id":"call_b","type":"function","function":{"name":"weather","arguments":"{\"city\":\"Rome\"}"}}]""";
        var model = await ModelAsync(stream
            ? FakeUpstreamReply.Stream().Insert(1, $$$"""data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"model-x","choices":[{"index":0,"delta":{"tool_calls":{{{calls}}} },"finish_reason":null}]}""" + "\n\n").FinishReason("tool_calls").InPiecesOf(5)
            : FakeUpstreamReply.Json(200, $$$"""{"id":"c","model":"model-x","choices":[{"index":0,"message":{"role":"assistant","content":null,"tool_calls":{{{calls}}} },"finish_reason":"tool_calls"}],"usage":{"prompt_tokens":100,"completion_tokens":50,"total_tokens":150}}"""));
        const string tools = ""","tools":[{"functionDeclarations":[{"name":"weather","description":"Tells it","parameters":{"type":"OBJECT","properties":{"city":{"type":"STRING"}}}}]}]""";

        var (id, answer) = await AskAsync(model, stream, """{"contents":[{"role":"user","parts":[{"text":"Paris and Rome?"}]}]""" + tools + "}");

        Assert.Equal("STOP", answer.Finish);
        Assert.Equal(["call_a Paris", "call_b Rome"], answer.Calls.Select(call => call.GetProperty("id").GetString() + " " + call.GetProperty("args").GetProperty("city").GetString()));
        Assert.Equal(0.0006m, (await SentAsync(id)).Entry.TotalCost);

        host.Gateway.Upstream.ForModel(model, FakeUpstreamReply.Plain("22 and 27", FakeUpstreamReply.Usage(1, 1)));
        var parts = string.Join(',', answer.Parts.Select(part => part.GetRawText()));
        var (second, end) = await AskAsync(model, stream: false,
            $$$$"""{"contents":[{"role":"user","parts":[{"text":"Paris and Rome?"}]},{"role":"model","parts":[{{{{parts}}}}]},{"role":"user","parts":[{"functionResponse":{"id":"call_a","name":"weather","response":{"output":"22"}}},{"functionResponse":{"id":"call_b","name":"weather","response":{"output":"27"}}}]}]""" + tools + "}");

        Assert.Equal("22 and 27", end.Text);
        Assert.Equal(["call_a", "call_b"], (await SentAsync(second)).Sent.Member("messages")!.Value.EnumerateArray().Skip(2).Select(message => message.GetProperty("tool_call_id").GetString()));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ImageAndSchema_AreUnderstood(bool stream)
    {
        var usage = FakeUpstreamReply.Usage(10, 5);
        var model = await ModelAsync(stream ? FakeUpstreamReply.Stream("{\"a\"", ":1}").WithUsage(usage) : FakeUpstreamReply.Plain("{\"a\":1}", usage));
        var (id, answer) = await AskAsync(model, stream, """{"contents":[{"parts":[{"inline_data":{"mime_type":"image/png","data":"AAAA"}},{"text":"What?"}]}],"generationConfig":{"response_mime_type":"application/json","responseSchema":{"type":"OBJECT","properties":{"a":{"type":"INTEGER"}}}}}""");
        Assert.Equal("{\"a\":1}", answer.Text);
        var sent = (await SentAsync(id)).Sent;
        Assert.Equal("data:image/png;base64,AAAA", sent.Member("messages")!.Value[0].GetProperty("content")[0].GetProperty("image_url").GetProperty("url").GetString());
        Assert.Equal("integer", sent.Member("response_format")!.Value.GetProperty("json_schema").GetProperty("schema").GetProperty("properties").GetProperty("a").GetProperty("type").GetString());
    }

    [Fact]
    public async Task Long_StreamOfManyPieces_ComesPieceByPiece()
    {
        string[] pieces = [.. Enumerable.Range(0, 1000).Select(piece => $"piece {piece} 漢\n")];
        var model = await ModelAsync(FakeUpstreamReply.Stream(pieces).FinishReason("length").InPiecesOf(4099));
        var (_, answer) = await AskAsync(model, stream: true, """{"contents":[{"parts":[{"text":"Go on"}]}]}""");
        Assert.Equal((string.Concat(pieces), "MAX_TOKENS", pieces.Length + 1), (answer.Text, answer.Finish, answer.Frames));
    }

    [Theory]
    [InlineData(429, "rate_limit_exceeded", 429, "RESOURCE_EXHAUSTED")]
    [InlineData(400, "invalid_value", 400, "INVALID_ARGUMENT")]
    [InlineData(404, "model_not_found", 404, "NOT_FOUND")]
    [InlineData(500, null, 502, "INTERNAL")]
    [InlineData(401, "invalid_api_key", 502, "INTERNAL")]
    public async Task Error_OfTheProvider_InGooglesShape(int status, string? code, int expected, string word)
    {
        var model = await ModelAsync(FakeUpstreamReply.Error(status, "No", "some_error", code));
        var (_, http) = await host.IssueAsync();
        using var answer = await http.PostAsync(GeminiHost.Path(model, stream: true), GeminiHost.Body("""{"contents":[{"parts":[{"text":"a"}]}]}"""));
        await GeminiHost.AssertErrorAsync(answer, expected, word);
    }

    [Fact]
    public async Task Stream_BrokenOff_EndsWithAnErrorEvent()
    {
        var model = await ModelAsync(FakeUpstreamReply.Stream("a", "b").CutAfter(2));
        var (_, http) = await host.IssueAsync();
        var text = await (await http.PostAsync(GeminiHost.Path(model, stream: true), GeminiHost.Body("""{"contents":[{"parts":[{"text":"a"}]}]}"""))).Content.ReadAsStringAsync();
        Assert.Equal(502, JsonDocument.Parse(text.Split("data: ")[^1]).RootElement.GetProperty("error").GetProperty("code").GetInt32());
        Assert.DoesNotContain("finishReason", text, StringComparison.Ordinal);
    }

    private Task<string> ModelAsync(FakeUpstreamReply reply) => host.Gateway.AddModelAsync(reply);

    private async Task<(Guid Id, GeminiAnswer Answer)> AskAsync(string model, bool stream, string body)
    {
        var (id, http) = await host.IssueAsync();
        using var answer = await http.PostAsync(GeminiHost.Path(model, stream), GeminiHost.Body(body));
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, text);
        return (id, GeminiHost.Read(text, stream));
    }

    private async Task<(LedgerEntry Entry, FakeUpstreamRequest Sent)> SentAsync(Guid key)
    {
        var entry = Assert.Single(await host.Gateway.EntriesAsync(key, 1));
        return (entry, host.Gateway.Upstream.Requests.Single(request => request.AttemptId == entry.Id.ToString()));
    }

    private static int Count(GeminiAnswer answer, string name) => answer.Usage!.Value.GetProperty(name).GetInt32();
}
