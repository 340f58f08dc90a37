using System.Text;
using System.Text.Json;
using AiPortal.Core.Ledger;
using AiPortal.Tests.Fixtures;
using AiPortal.Tests.Gateway.Http;

namespace AiPortal.Tests.Gateway.Gemini;

/// <summary>A caller of Google's at Google: bytes as they are, there and back, and exact money.</summary>
[Collection(GeminiCollection.Name)]
public sealed class GeminiCallTests(GeminiHost host)
{
    private const string Hello = """{"contents":[{"role":"user","parts":[{"text":"Hello"}]}]}""";

    private const string Tools = """
        { "contents": [{"role":"user","parts":[{"text":"Weather in Paris and Rome?"}]},
            {"role":"model","parts":[{"functionCall":{"name":"weather","args":{"city":"Paris"}},"thoughtSignature":"c2lnbmVk"},{"functionCall":{"name":"weather","args":{"city":"Rome"}}}]},
            {"role":"user","parts":[{"functionResponse":{"name":"weather","response":{"output":"22"}}},{"functionResponse":{"name":"weather","response":{"output":"27"}}}]}],
          "tools":[{"function_declarations":[{"name":"weather","description":"Tells it","parameters":{"type":"OBJECT","properties":{"city":{"type":"STRING"}},"required":["city"]}}]}],
          "toolConfig":{"functionCallingConfig":{"mode":"ANY","allowedFunctionNames":["weather"]}}, "safetySettings":[{"category":"HARM_CATEGORY_HATE_SPEECH","threshold":"BLOCK_NONE"}] }
        """;

    private const string Media = """{"system_instruction":{"parts":[{"text":"Look well"}]},"contents":[{"role":"user","parts":[{"inline_data":{"mime_type":"image/png","data":"iVBORw0KGgo="}},{"text":"What is it?"}]}]}""";

    private const string Schema = """{"contents":[{"role":"user","parts":[{"text":"Two fruits"}]}],"generationConfig":{"responseMimeType":"application/json","responseJsonSchema":{"type":"object","properties":{"fruits":{"type":"array","items":{"type":"string"}}},"additionalProperties":false},"maxOutputTokens":500}}""";

    public static TheoryData<string, bool> Requests()
    {
        var data = new TheoryData<string, bool>();
        foreach (var body in (string[])[Hello, Tools, Media, Schema])
        {
            data.Add(body, false);
            data.Add(body, true);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task Call_OfAnyKind_GoesThroughByteForByteAndIsPaidExactly(string body, bool stream)
    {
        var reply = FakeGeminiReply.Of("""{"text":"Let me think","thought":true}""", """{"text":"漢字 "}""", """{"functionCall":{"name":"weather","args":{"city":"Paris"}},"thoughtSignature":"YWJj"}""", """{"functionCall":{"name":"weather","args":{"city":"Rome"}}}""")
            with
        { Metadata = FakeGeminiReply.Usage(1000, 50, cached: 400, thoughts: 30), PieceBytes = stream ? 7 : int.MaxValue };
        var model = await host.AddModelAsync(reply);
        var (id, http) = await host.IssueAsync();

        using var answer = await http.PostAsync(GeminiHost.Path(model, stream), GeminiHost.Body(body));

        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, text);
        Assert.Equal(stream ? string.Concat(reply.Frames(model).Select(frame => "data: " + frame + "\r\n\r\n")) : reply.Whole(model), text);
        var (entry, sent) = await host.EntryAsync(id);
        Assert.Equal(body, Encoding.UTF8.GetString(sent!.Body));
        Assert.Equal($"/v1beta/models/{model}:{(stream ? "streamGenerateContent?alt=sse" : "generateContent")}", sent.Path + sent.Query);
        // 600 × 2 + 400 × 0.5 + 50 × 8 + 30 × 10 = 1200 + 200 + 400 + 300 = 2100 millionths
        Assert.Equal((600, 400, 50, 30, 0.0021m), (entry.InputUnits, entry.CachedInputUnits, entry.OutputUnits, entry.ReasoningUnits, entry.TotalCost));
        Assert.Equal((EntryStatus.Ok, false, "chat", model), (entry.Status, entry.Estimated, entry.RequestType, entry.UpstreamModel));
        Assert.Equal(stream ? "text/event-stream" : "application/json", answer.Content.Headers.ContentType?.MediaType);
        if (!stream) Assert.Equal("0.0021", answer.Headers.GetValues("x-portal-cost-usd").Single());
        Assert.Equal(model, answer.Headers.GetValues("x-portal-model").Single());
        Assert.DoesNotContain(sent.Headers, header => header.Value.Contains("sk-ap-", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Call_AboveTheTierAndWithAudio_EachUnitAtItsPrice(bool stream)
    {
        const string usage = """{"promptTokenCount":250000,"candidatesTokenCount":100,"totalTokenCount":250150,"toolUsePromptTokenCount":50,"promptTokensDetails":[{"modality":"TEXT","tokenCount":240000},{"modality":"AUDIO","tokenCount":10000}]}""";
        var model = await host.AddModelAsync(FakeGeminiReply.Text("a", "b") with { Metadata = usage });
        var (id, http) = await host.IssueAsync();

        using var answer = await http.PostAsync(GeminiHost.Path(model, stream), GeminiHost.Body(Hello));

        Assert.True(answer.IsSuccessStatusCode);
        var (entry, _) = await host.EntryAsync(id);
        Assert.Equal((250_050, 100, 10_000), (entry.InputUnits, entry.OutputUnits, entry.UsageDetail!.AudioInput));
        // Audio keeps its proportion: 240,050 × 4 + 10,000 × 8 + 100 × 12 = 960,200 + 80,000 + 1,200 millionths
        Assert.Equal(1.0414m, entry.TotalCost);
    }

    [Fact]
    public async Task Stream_CostAskedFor_IsACommentBehindTheLastFrame()
    {
        var reply = FakeGeminiReply.Text("a", "b");
        var model = await host.AddModelAsync(reply);
        var (_, http) = await host.IssueAsync();
        http.DefaultRequestHeaders.Add("x-portal-cost", "true");

        var text = await (await http.PostAsync(GeminiHost.Path(model, stream: true), GeminiHost.Body(Hello))).Content.ReadAsStringAsync();

        // 100 × 2 + 50 × 8
        Assert.Equal(string.Concat(reply.Frames(model).Select(frame => "data: " + frame + "\r\n\r\n")) + ": portal-cost-usd=0.0006\n\n", text);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Call_PromptBlocked_IsAnAnswerAndItsPromptIsPaid(bool stream)
    {
        var model = await host.AddModelAsync(new FakeGeminiReply { Blocked = "PROHIBITED_CONTENT", Metadata = """{"promptTokenCount":40,"totalTokenCount":40}""" });
        var (id, http) = await host.IssueAsync();

        using var answer = await http.PostAsync(GeminiHost.Path(model, stream), GeminiHost.Body(Hello));

        Assert.Contains("\"blockReason\":\"PROHIBITED_CONTENT\"", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        var (entry, _) = await host.EntryAsync(id);
        Assert.Equal((EntryStatus.Ok, 40, 0, 0.00008m), (entry.Status, entry.InputUnits, entry.OutputUnits, entry.TotalCost));
    }

    [Fact]
    public async Task Stream_BrokenOff_EndsWithAnErrorEventAndWhatCameIsPaid()
    {
        var model = await host.AddModelAsync(FakeGeminiReply.Text("Some words", " and more", " and the end") with { CutAfter = 2 });
        var (id, http) = await host.IssueAsync();

        var text = await (await http.PostAsync(GeminiHost.Path(model, stream: true), GeminiHost.Body(Hello))).Content.ReadAsStringAsync();

        var last = JsonDocument.Parse(text.Split("data: ")[^1]).RootElement.GetProperty("error");
        Assert.Equal((502, "INTERNAL"), (last.GetProperty("code").GetInt32(), last.GetProperty("status").GetString()));
        var (entry, _) = await host.EntryAsync(id);
        Assert.Equal((EntryStatus.Partial, true), (entry.Status, entry.Estimated));
        Assert.True(entry.TotalCost > 0);
    }

    [Fact]
    public async Task Error_Quota_GoesOnWithItsWait()
    {
        var model = await host.AddModelAsync(FakeGeminiReply.Exhausted(17));
        var (_, http) = await host.IssueAsync();

        using var answer = await http.PostAsync(GeminiHost.Path(model, stream: false), GeminiHost.Body(Hello));

        var error = await GeminiHost.AssertErrorAsync(answer, 429, "RESOURCE_EXHAUSTED");
        Assert.Equal("You exceeded your current quota.", error.GetProperty("message").GetString());
        Assert.Equal(TimeSpan.FromSeconds(17), answer.Headers.RetryAfter?.Delta);
        Assert.Equal("17s", error.GetProperty("details").EnumerateArray().Single(detail => detail.GetProperty("@type").GetString()!.EndsWith("RetryInfo", StringComparison.Ordinal)).GetProperty("retryDelay").GetString());
    }

    [Theory]
    [InlineData("""{"contents":[{"role":"user","parts":[{"text":"a"}]}],"generationConfig":{"temperature":9}}""", "temperature must be in the range [0, 2].")]
    [InlineData("""{"contents":[{"role":"user","parts":[{"text":"a"}]}],"nonsense":1}""", "Unknown name \"nonsense\"")]
    public async Task Error_WhatGoogleRefuses_ComesBackInItsWords(string body, string words)
    {
        var model = await host.AddModelAsync(FakeGeminiReply.Text("never"));
        var (id, http) = await host.IssueAsync();

        using var answer = await http.PostAsync(GeminiHost.Path(model, stream: true), GeminiHost.Body(body));

        Assert.Contains(words, (await GeminiHost.AssertErrorAsync(answer, 400, "INVALID_ARGUMENT")).GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal((EntryStatus.Failed, 0m), ((await host.EntryAsync(id)).Entry.Status, (await host.EntryAsync(id)).Entry.TotalCost));
    }

    [Fact]
    public async Task Error_OurCredentialRefused_IsNoFaultOfTheCaller()
    {
        var model = await host.AddModelAsync(FakeGeminiReply.BadKey());
        var (_, http) = await host.IssueAsync();

        using var answer = await http.PostAsync(GeminiHost.Path(model, stream: false), GeminiHost.Body(Hello));

        var error = await GeminiHost.AssertErrorAsync(answer, 502, "INTERNAL");
        Assert.Equal("upstream_auth_failed", error.GetProperty("details")[0].GetProperty("reason").GetString());
    }
}
