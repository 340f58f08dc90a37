using System.ClientModel;
using System.ClientModel.Primitives;
using System.Text.Json;
using AiPortal.Core.Ledger;
using AiPortal.Tests.Fixtures;
using OpenAI;
using OpenAI.Chat;

namespace AiPortal.Tests.Gateway.Http;

/// <summary>The vendor's own client library against the portal, and the cost worked out by hand.</summary>
[Collection(GatewayCollection.Name)]
public sealed class OpenAiSdkTests(GatewayHost gateway)
{
    private static readonly string[] AllowedHeaders = ["Host", "Content-Type", "Content-Length", "Accept", "Accept-Encoding", "Authorization", "X-Attempt-Id"];

    [Fact]
    public async Task Plain_ToolsAndImage_ReachTheProviderAsTheyAre()
    {
        var (id, chat) = await ClientAsync();
        gateway.Upstream.Next(FakeUpstreamReply.Json(200, """
            {"id":"c","object":"chat.completion","created":1760000000,"model":"test-model","choices":[{"index":0,"message":{"role":"assistant","content":null,
            "tool_calls":[{"id":"call_1","type":"function","function":{"name":"weather","arguments":"{\"city\":\"漢\"}"}}]},"finish_reason":"tool_calls"}],
            "usage":{"prompt_tokens":2100,"completion_tokens":17,"total_tokens":2117,"prompt_tokens_details":{"cached_tokens":1024,"cache_write_tokens":76}}}
            """));
        var options = new ChatCompletionOptions { MaxOutputTokenCount = 100, EndUserId = "someone" };
        options.Tools.Add(ChatTool.CreateFunctionTool("weather", "Tells it", BinaryData.FromString("""{"type":"object","properties":{"city":{"type":"string"}}}""")));
        var picture = ChatMessageContentPart.CreateImagePart(BinaryData.FromBytes(new byte[2000]), "image/png", ChatImageDetailLevel.Low);

        ChatCompletion answer = await chat.CompleteChatAsync([new SystemChatMessage("Be short"), new UserChatMessage(ChatMessageContentPart.CreateTextPart("See"), picture)], options);

        Assert.Equal(ChatFinishReason.ToolCalls, answer.FinishReason);
        Assert.Equal("{\"city\":\"漢\"}", Assert.Single(answer.ToolCalls).FunctionArguments.ToString());
        Assert.Equal(2100, answer.Usage.InputTokenCount);
        var entry = Assert.Single(await gateway.EntriesAsync(id, 1));
        // 1000 × 2 + 1024 × 0.5 + 76 × 2.5 + 17 × 8 = 2000 + 512 + 190 + 136 = 2838 millionths
        Assert.Equal((0.002m, 0.000512m, 0.00019m, 0.000136m, 0.002838m), (entry.InputCost, entry.CachedInputCost, entry.CacheWriteCost, entry.OutputCost, entry.TotalCost));
        var seen = gateway.Upstream.Requests.Single(request => request.AttemptId == entry.Id.ToString());
        Assert.StartsWith("data:image/png;base64,", seen.Json!.Value.GetProperty("messages")[1].GetProperty("content")[1].GetProperty("image_url").GetProperty("url").GetString(), StringComparison.Ordinal);
        Assert.Equal("weather", seen.Json.Value.GetProperty("tools")[0].GetProperty("function").GetProperty("name").GetString());
        Assert.Equal([], seen.Headers.Keys.Except(AllowedHeaders, StringComparer.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Streaming_UsageNotAsked_PricedFromTheHiddenChunk()
    {
        var (id, http) = await gateway.IssueKeyAsync();
        gateway.Upstream.Next(FakeUpstreamReply.Stream("Hel", "lo").WithUsage(FakeUpstreamReply.Usage(1234, 567, cached: 128, reasoning: 500)));

        using var answer = await http.PostAsync("/v1/chat/completions", GatewayHost.Chat(stream: true));
        var text = await answer.Content.ReadAsStringAsync();

        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType?.MediaType);
        Assert.EndsWith("data: [DONE]\n\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("total_tokens", text, StringComparison.Ordinal);
        var entry = Assert.Single(await gateway.EntriesAsync(id, 1));
        // 1106 × 2 + 128 × 0.5 + 67 × 8 + 500 × 10 = 2212 + 64 + 536 + 5000 = 7812 millionths
        Assert.Equal((0.007812m, EntryStatus.Ok, false), (entry.TotalCost, entry.Status, entry.Estimated));
        var seen = gateway.Upstream.Requests.Single(request => request.AttemptId == entry.Id.ToString());
        Assert.True(seen.AskedForUsage);
        var call = Assert.Single(await gateway.CallsAsync(id, 1));
        Assert.Equal((CallStatus.Ok, 200, 0.007812m, true), (call.Status, call.HttpStatus, call.TotalCost, call.Streamed));
        Assert.NotNull(call.TtftMs);
    }

    [Fact]
    public async Task Streaming_SdkAsksForUsage_SeesItAndPaysIt()
    {
        var (id, chat) = await ClientAsync();
        gateway.Upstream.Next(FakeUpstreamReply.Stream("漢", "字", "!").WithUsage(FakeUpstreamReply.Usage(1, 3)).InPiecesOf(7));

        var text = "";
        ChatTokenUsage? usage = null;
        await foreach (var update in chat.CompleteChatStreamingAsync(new UserChatMessage("Hello")))
        {
            text += string.Concat(update.ContentUpdate.Select(part => part.Text));
            usage = update.Usage ?? usage;
        }

        Assert.Equal("漢字!", text);
        Assert.Equal(4, usage?.TotalTokenCount);
        // 1 × 2 + 3 × 8 = 26 millionths
        Assert.Equal(0.000026m, Assert.Single(await gateway.EntriesAsync(id, 1)).TotalCost);
    }

    [Fact]
    public async Task Streaming_Tools_ArgumentsArriveInPieces()
    {
        var (id, chat) = await ClientAsync();
        gateway.Upstream.Next(FakeUpstreamReply.Stream().Insert(1,
            """data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"call_1","type":"function","function":{"name":"f","arguments":"{\"a\":"}}]},"finish_reason":null}]}""" + "\n\n"
            + """data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"1}"}}]},"finish_reason":null}]}""" + "\n\n").FinishReason("tool_calls"));
        var options = new ChatCompletionOptions();
        options.Tools.Add(ChatTool.CreateFunctionTool("f"));

        var arguments = "";
        await foreach (var update in chat.CompleteChatStreamingAsync([new UserChatMessage("Hello")], options))
            arguments += string.Concat(update.ToolCallUpdates.Select(call => call.FunctionArgumentsUpdate.ToString()));

        Assert.Equal("{\"a\":1}", arguments);
        // 100 × 2 + 50 × 8
        Assert.Equal(0.0006m, Assert.Single(await gateway.EntriesAsync(id, 1)).TotalCost);
    }

    [Fact]
    public async Task Streaming_CallerAsksForTheCost_GetsItAsTheLastCommentBeforeTheEnd()
    {
        var (_, http) = await gateway.IssueKeyAsync();
        http.DefaultRequestHeaders.Add("x-portal-cost", "true");
        gateway.Upstream.Next(FakeUpstreamReply.Stream("a").WithUsage(FakeUpstreamReply.Usage(10, 10)), FakeUpstreamReply.Stream("a").WithoutUsage().WithoutEndMarker());

        var marked = await (await http.PostAsync("/v1/chat/completions", GatewayHost.Chat(stream: true))).Content.ReadAsStringAsync();
        var unmarked = await (await http.PostAsync("/v1/chat/completions", GatewayHost.Chat(stream: true))).Content.ReadAsStringAsync();

        // 10 × 2 + 10 × 8 = 100 millionths
        Assert.EndsWith("\n\n: portal-cost-usd=0.0001\n\ndata: [DONE]\n\n", marked, StringComparison.Ordinal);
        Assert.Contains("\"usage\":null}\n\n: portal-cost-usd=0.0000", unmarked, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Model_MappedByTheAccount_IsAskedByItsOwnNameAndPricedByIt()
    {
        var model = await gateway.AddModelAsync(FakeUpstreamReply.Plain("Hi", FakeUpstreamReply.Usage(10, 1)));
        await gateway.MapModelAsync("account of " + model, "alias-of-" + model, model);
        var (id, http) = await gateway.IssueKeyAsync();

        using var answer = await http.PostAsync("/v1/chat/completions", GatewayHost.Chat("alias-of-" + model));

        Assert.Equal("0.000028", answer.Headers.GetValues("x-portal-cost-usd").Single());
        Assert.Equal(model, answer.Headers.GetValues("x-portal-model").Single());
        var entry = Assert.Single(await gateway.EntriesAsync(id, 1));
        Assert.Equal(("alias-of-" + model, model), (entry.ModelName, entry.UpstreamModel));
        Assert.Equal(model, gateway.Upstream.Requests.Single(request => request.AttemptId == entry.Id.ToString()).Model);
    }

    [Fact]
    public async Task Headers_OfTheCaller_StayHere()
    {
        var (id, secret) = await gateway.IssueSecretAsync();
        gateway.Upstream.Next(FakeUpstreamReply.Plain("Hi", FakeUpstreamReply.Usage(1, 1)));
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions") { Content = GatewayHost.Chat() };
        foreach (var (name, value) in new[] { ("x-api-key", secret), ("Cookie", "a=b"), ("Proxy-Authorization", "Basic eDp5"), ("X-Forwarded-For", "10.0.0.1"), ("OpenAI-Organization", "org"), ("X-Attempt-Id", "forged"), ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"), ("User-Agent", "me"), ("TE", "trailers") })
            request.Headers.TryAddWithoutValidation(name, value);
        using var http = gateway.Portal.Anonymous();

        using var answer = await http.SendAsync(request);

        Assert.True(answer.IsSuccessStatusCode);
        var entry = Assert.Single(await gateway.EntriesAsync(id, 1));
        Assert.Equal("127.0.0.1", entry.ClientIp);
        var seen = gateway.Upstream.Requests.Single(request => request.AttemptId == entry.Id.ToString());
        Assert.Equal([], seen.Headers.Keys.Except(AllowedHeaders, StringComparer.OrdinalIgnoreCase));
        Assert.DoesNotContain(secret, JsonSerializer.Serialize(seen.Headers), StringComparison.Ordinal);
    }

    private async Task<(Guid Id, ChatClient Chat)> ClientAsync()
    {
        var (id, secret) = await gateway.IssueSecretAsync();
        var options = new OpenAIClientOptions { Endpoint = new Uri(gateway.Portal.BaseUrl, "v1"), RetryPolicy = new ClientRetryPolicy(0) };
        return (id, new ChatClient(GatewayHost.Model, new ApiKeyCredential(secret), options));
    }
}
