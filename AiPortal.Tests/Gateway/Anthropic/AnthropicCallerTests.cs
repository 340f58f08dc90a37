using System.Text.Json;
using AiPortal.Core.Ledger;
using AiPortal.Tests.Fixtures;
using AiPortal.Tests.Gateway.Http;
using global::Anthropic.Exceptions;
using global::Anthropic.Models.Messages;

namespace AiPortal.Tests.Gateway.Anthropic;

/// <summary>Anthropic's own client library against the portal with a provider of OpenAI's kind behind it.</summary>
[Collection(AnthropicCollection.Name)]
public sealed class AnthropicCallerTests(AnthropicHost host)
{
    private const string Weather = """{"name":"weather","description":"Tells it","input_schema":{"type":"object","properties":{"city":{"type":"string"}}}}""";
    private const string Pixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

    [Fact]
    public async Task Plain_ConversationWithToolsAndImage_IsAskedInOpenAisWords()
    {
        var (id, client) = await host.AnthropicClientAsync();
        host.Gateway.Upstream.Next(FakeUpstreamReply.Json(200, """
            {"id":"chatcmpl-1","object":"chat.completion","created":1760000000,"model":"test-model","choices":[{"index":0,"message":{"role":"assistant","content":"Look",
            "tool_calls":[{"id":"call_1","type":"function","function":{"name":"weather","arguments":"{\"city\":\"Rome\"}"}},{"id":"call_2","type":"function","function":{"name":"weather","arguments":"{\"city\":"}}]},"finish_reason":"tool_calls"}],
            "usage":{"prompt_tokens":1000,"completion_tokens":20,"total_tokens":1020,"prompt_tokens_details":{"cached_tokens":600}}}
            """));

        var message = await client.Messages.Create(new()
        {
            Model = GatewayHost.Model,
            MaxTokens = 300,
            System = "Be short",
            StopSequences = ["END"],
            Tools = [new ToolUnion(Json(Weather))],
            ToolChoice = new ToolChoice(Json("""{"type":"any","disable_parallel_tool_use":true}""")),
            Messages =
            [
                new MessageParam(Json($$$"""{"role":"user","content":[{"type":"text","text":"See","cache_control":{"type":"ephemeral"}},{"type":"image","source":{"type":"base64","media_type":"image/png","data":"{{{Pixel}}}"}}]}""")),
                new MessageParam(Json("""{"role":"assistant","content":[{"type":"thinking","thinking":"Hm","signature":"s"},{"type":"tool_use","id":"toolu_1","name":"weather","input":{"city":"Oslo"}}]}""")),
                new MessageParam(Json("""{"role":"user","content":[{"type":"tool_result","tool_use_id":"toolu_1","content":[{"type":"text","text":"Rain"}]},{"type":"text","text":"And Rome?"}]}""")),
            ],
        });

        Assert.Equal(("tool_use", 400, 600, 20), (message.StopReason!.Raw(), message.Usage.InputTokens, message.Usage.CacheReadInputTokens, message.Usage.OutputTokens));
        Assert.True(message.Content[0].TryPickText(out var text));
        Assert.True(message.Content[1].TryPickToolUse(out var call));
        Assert.True(message.Content[2].TryPickToolUse(out var cut));
        Assert.Equal(("Look", "call_1", "Rome", 0), (text.Text, call.ID, call.Input["city"].GetString(), cut.Input.Count));
        var entry = Assert.Single(await host.Gateway.EntriesAsync(id, 1));
        // 400 × 2 + 600 × 0.5 + 20 × 8 = 800 + 300 + 160 = 1260 millionths
        Assert.Equal((0.00126m, false), (entry.TotalCost, entry.Estimated));
        var sent = host.Gateway.Upstream.Requests.Single(request => request.AttemptId == entry.Id.ToString());
        Assert.Equal("/v1/chat/completions", sent.Path);
        var expected = """
            {"model":"test-model","messages":[{"role":"system","content":"Be short"},
            {"role":"user","content":[{"type":"text","text":"See"},{"type":"image_url","image_url":{"url":"data:image/png;base64,PIXEL"}}]},
            {"role":"assistant","content":null,"refusal":null,"tool_calls":[{"id":"toolu_1","type":"function","function":{"name":"weather","arguments":"{\"city\":\"Oslo\"}"}}]},
            {"role":"tool","tool_call_id":"toolu_1","content":"Rain"},{"role":"user","content":"And Rome?"}],
            "max_tokens":300,"stop":["END"],
            "tools":[{"type":"function","function":{"name":"weather","description":"Tells it","parameters":{"type":"object","properties":{"city":{"type":"string"}}}}}],
            "parallel_tool_calls":false,"tool_choice":"required"}
            """.Replace("PIXEL", Pixel, StringComparison.Ordinal);
        Assert.True(JsonElement.DeepEquals(Json(expected), sent.Json!.Value), sent.Json.Value.GetRawText());
    }

    [Fact]
    public async Task Stream_ReasoningTextAndMixedToolCalls_FollowTheProtocol()
    {
        var (id, client) = await host.AnthropicClientAsync();
        host.Gateway.Upstream.Next(FakeUpstreamReply.Stream("Hel", "lo").Reasoning("Thinking").Insert(3,
            Chunk("""{"index":0,"id":"call_1","type":"function","function":{"name":"weather","arguments":"{\"city\":"}}""")
            + Chunk("""{"index":1,"id":"call_2","type":"function","function":{"name":"weather","arguments":"{\"city\":\"Os"}}""")
            + Chunk("""{"index":0,"function":{"arguments":"\"Rome\"}"}}""")
            + Chunk("""{"index":1,"function":{"arguments":"lo\"}"}}""")).FinishReason("tool_calls").WithUsage(FakeUpstreamReply.Usage(1000, 60, cached: 100, reasoning: 10)).InPiecesOf(11));

        var seen = new StreamFold();
        await foreach (var step in client.Messages.CreateStreaming(new()
        {
            Model = GatewayHost.Model,
            MaxTokens = 4000,
            Thinking = new ThinkingConfigEnabled(2048),
            Messages = [new UserMessageParam("Hi")],
            Tools = [new ToolUnion(Json(Weather))],
        }))
            seen.Add(step);

        Assert.Equal(["thinking:Thinking", "text:Hello", "tool:call_1 weather {\"city\":\"Rome\"}", "tool:call_2 weather {\"city\":\"Oslo\"}"], seen.Blocks);
        Assert.Equal(("tool_use", 900, 100, 60, true), (seen.StopReason, seen.InputTokens, seen.CacheReadTokens, seen.OutputTokens, seen.Stopped));
        var entry = Assert.Single(await host.Gateway.EntriesAsync(id, 1));
        // 900 × 2 + 100 × 0.5 + 50 × 8 + 10 × 10 = 1800 + 50 + 400 + 100 = 2350 millionths
        Assert.Equal(0.00235m, entry.TotalCost);
        Assert.Equal("low", host.Gateway.Upstream.Requests.Single(request => request.AttemptId == entry.Id.ToString()).Member("reasoning_effort")!.Value.GetString());
    }

    [Fact]
    public async Task Stream_ThoughtsNotAskedFor_AreLeftOut()
    {
        var (_, client) = await host.AnthropicClientAsync();
        host.Gateway.Upstream.Next(FakeUpstreamReply.Stream("Hello").Reasoning("Thinking"));

        var seen = new StreamFold();
        await foreach (var step in client.Messages.CreateStreaming(new() { Model = GatewayHost.Model, MaxTokens = 40, Messages = [new UserMessageParam("Hi")] })) seen.Add(step);

        Assert.Equal(["text:Hello"], seen.Blocks);
        Assert.Equal("end_turn", seen.StopReason);
    }

    [Fact]
    public async Task Schema_GoesAsResponseFormat()
    {
        var (id, client) = await host.AnthropicClientAsync();
        host.Gateway.Upstream.Next(FakeUpstreamReply.Plain("{\"a\":1}", FakeUpstreamReply.Usage(10, 5)));

        var message = await client.Messages.Create(new()
        {
            Model = GatewayHost.Model,
            MaxTokens = 40,
            Messages = [new UserMessageParam("Hi")],
            OutputConfig = new OutputConfig { Format = new JsonOutputFormat { Schema = new Dictionary<string, JsonElement> { ["type"] = Json("\"object\"") } } },
        });

        Assert.True(message.Content[0].TryPickText(out var text));
        Assert.Equal("{\"a\":1}", text.Text);
        var entry = Assert.Single(await host.Gateway.EntriesAsync(id, 1));
        var sent = host.Gateway.Upstream.Requests.Single(request => request.AttemptId == entry.Id.ToString());
        Assert.True(JsonElement.DeepEquals(Json("""{"type":"json_schema","json_schema":{"name":"answer","schema":{"type":"object"}}}"""), sent.Member("response_format")!.Value));
    }

    [Theory]
    [InlineData("""{"type":"document","source":{"type":"file","file_id":"file_1"}}""", "messages[0].content[0].source")]
    [InlineData("""{"type":"container_upload","file_id":"file_1"}""", "messages[0].content[0]")]
    public async Task Block_WithoutAWordElsewhere_IsRefusedByName(string block, string param)
    {
        var (id, http) = await host.Gateway.IssueKeyAsync();

        using var answer = await http.PostAsync("/v1/messages", GatewayHost.Raw($$"""{"model":"{{GatewayHost.Model}}","max_tokens":9,"messages":[{"role":"user","content":[{{block}}]}]}"""));

        var error = await ErrorAsync(answer, 400, "invalid_request_error");
        Assert.Equal(("invalid_value", param), (error.GetProperty("details").GetProperty("error_code").GetString(), error.GetProperty("details").GetProperty("param").GetString()));
        Assert.Empty(await host.Gateway.EntriesAsync(id, 0));
    }

    [Theory]
    [InlineData("""{"model":"nobody-has-this","max_tokens":1,"messages":[{"role":"user","content":"Hi"}]}""", 404, "not_found_error")]
    [InlineData("""{"model":"test-model","messages":[{"role":"user","content":"Hi"}]}""", 400, "invalid_request_error")]
    [InlineData("""{"model":"test-model","max_tokens":1,"messages":[]}""", 400, "invalid_request_error")]
    [InlineData("""{"model":"test-model","max_tokens":1,"Model":"x","messages":[{"role":"user","content":"Hi"}]}""", 400, "invalid_request_error")]
    [InlineData("""{"model":""", 400, "invalid_request_error")]
    public async Task Refusals_AreInAnthropicsShape(string body, int status, string type)
    {
        var (_, http) = await host.Gateway.IssueKeyAsync();

        await ErrorAsync(await http.PostAsync("/anthropic/v1/messages", GatewayHost.Raw(body)), status, type);
    }

    [Fact]
    public async Task Refusals_OfKeyAndPath_AreInAnthropicsShape()
    {
        using var nobody = host.Gateway.Portal.Anonymous();

        await ErrorAsync(await nobody.PostAsync("/v1/messages", GatewayHost.Raw("{}")), 401, "authentication_error");
        await ErrorAsync(await nobody.GetAsync("/anthropic/v1/files"), 404, "not_found_error");
        await ErrorAsync(await nobody.GetAsync("/v1/messages/batches"), 404, "not_found_error");
        await ErrorAsync(await nobody.GetAsync("/anthropic/v1/models"), 401, "authentication_error");
    }

    [Fact]
    public async Task Upstream_RateLimit_ReachesTheClientAsItsOwnException()
    {
        var (id, client) = await host.AnthropicClientAsync();
        host.Gateway.Upstream.Next(FakeUpstreamReply.RateLimited(7));

        var fault = await Assert.ThrowsAsync<AnthropicRateLimitException>(() => client.Messages.Create(new() { Model = GatewayHost.Model, MaxTokens = 4, Messages = [new UserMessageParam("Hi")] }));

        Assert.Equal(("rate_limit_error", "Rate limit reached for requests"), (fault.Type!.Raw(), fault.ApiMessage));
        Assert.True(Guid.TryParse(fault.RequestID, out _));
        Assert.Equal(EntryStatus.Failed, Assert.Single(await host.Gateway.EntriesAsync(id, 1)).Status);
    }

    private static async Task<JsonElement> ErrorAsync(HttpResponseMessage answer, int status, string type)
    {
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True((int)answer.StatusCode == status, $"{(int)answer.StatusCode} {text}");
        var body = JsonDocument.Parse(text).RootElement;
        Assert.Equal(("error", type), (body.GetProperty("type").GetString(), body.GetProperty("error").GetProperty("type").GetString()));
        Assert.Equal(answer.Headers.GetValues("request-id").Single(), body.GetProperty("request_id").GetString());
        Assert.NotEqual("", body.GetProperty("error").GetProperty("message").GetString());
        return body.GetProperty("error");
    }

    private static string Chunk(string call) => "data: {\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[" + call + "]},\"finish_reason\":null}]}\n\n";

    private static JsonElement Json(string text) => JsonDocument.Parse(text).RootElement;
}
