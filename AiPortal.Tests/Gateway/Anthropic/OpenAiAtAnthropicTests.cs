#pragma warning disable OPENAI001 // File parts are marked as for evaluation.
using System.ClientModel;
using System.Text.Json;
using AiPortal.Core.Ledger;
using AiPortal.Tests.Fixtures;
using AiPortal.Tests.Fixtures.Anthropic;
using AiPortal.Tests.Gateway.Http;
using OpenAI.Chat;

namespace AiPortal.Tests.Gateway.Anthropic;

/// <summary>OpenAI's own client library against the portal with Anthropic behind it; what Anthropic would refuse fails here.</summary>
[Collection(AnthropicCollection.Name)]
public sealed class OpenAiAtAnthropicTests(AnthropicHost host)
{
    private static readonly ChatTool Weather = ChatTool.CreateFunctionTool("weather", "Tells it", BinaryData.FromString("""{"type":"object","properties":{"city":{"type":"string"}}}"""));

    [Fact]
    public async Task Plain_ConversationWithToolsImageAndPdf_IsAskedInAnthropicsWords()
    {
        var (id, chat) = await host.OpenAiClientAsync(AnthropicHost.Older);
        host.Anthropic.Next(new FakeMessage().Text("Look").ToolUse("toolu_1", "weather", "{\"city\":\"Rome\"}").ToolUse("toolu_2", "weather")
            .Usage(FakeMessage.UsageOf(1000, 30, cacheRead: 500, write5m: 100)));
        var options = new ChatCompletionOptions { MaxOutputTokenCount = 300, Temperature = 1.7f, EndUserId = "someone", AllowParallelToolCalls = false, ToolChoice = ChatToolChoice.CreateRequiredChoice() };
        options.Tools.Add(Weather);
        options.StopSequences.Add("END");

        ChatCompletion answer = await chat.CompleteChatAsync(
        [
            new SystemChatMessage("Be short"), new SystemChatMessage("Be kind"),
            new UserChatMessage(
                ChatMessageContentPart.CreateTextPart("See"), ChatMessageContentPart.CreateImagePart(BinaryData.FromBytes(new byte[30]), "image/png"),
                ChatMessageContentPart.CreateImagePart(new Uri("https://example.com/a.png")), ChatMessageContentPart.CreateFilePart(BinaryData.FromBytes(new byte[30]), "application/pdf", "a.pdf")),
            new AssistantChatMessage([ChatToolCall.CreateFunctionToolCall("call:1", "weather", BinaryData.FromString("{\"city\":")), ChatToolCall.CreateFunctionToolCall("call_2", "weather", BinaryData.FromString("{}"))]),
            new ToolChatMessage("call:1", "Rain"), new ToolChatMessage("call_2", "Sun"), new UserChatMessage("And Rome?"),
        ], options);

        Assert.Equal((ChatFinishReason.ToolCalls, "Look"), (answer.FinishReason, Assert.Single(answer.Content).Text));
        Assert.Equal([("toolu_1", "{\"city\":\"Rome\"}"), ("toolu_2", "{}")], answer.ToolCalls.Select(call => (call.Id, call.FunctionArguments.ToString())));
        Assert.Equal((1600, 500, 30), (answer.Usage.InputTokenCount, answer.Usage.InputTokenDetails.CachedTokenCount, answer.Usage.OutputTokenCount));
        var entry = Assert.Single(await host.Gateway.EntriesAsync(id, 1));
        // 1000 × 3 + 500 × 0.3 + 100 × 3.75 + 30 × 15 = 3000 + 150 + 375 + 450 = 3975 millionths
        Assert.Equal((0.003975m, false), (entry.TotalCost, entry.Estimated));
        var zeros = Convert.ToBase64String(new byte[30]);
        Assert.True(JsonElement.DeepEquals(JsonDocument.Parse("""
            {"model":"claude-sonnet-4-5","max_tokens":300,
            "tools":[{"name":"weather","description":"Tells it","input_schema":{"type":"object","properties":{"city":{"type":"string"}}}}],
            "tool_choice":{"type":"any","disable_parallel_tool_use":true},
            "system":"Be short\n\nBe kind",
            "messages":[{"role":"user","content":[{"type":"text","text":"See"},{"type":"image","source":{"type":"base64","media_type":"image/png","data":"ZEROS"}},
            {"type":"image","source":{"type":"url","url":"https://example.com/a.png"}},{"type":"document","source":{"type":"base64","media_type":"application/pdf","data":"ZEROS"},"title":"a.pdf"}]},
            {"role":"assistant","content":[{"type":"tool_use","id":"call_1","name":"weather","input":{}},{"type":"tool_use","id":"call_2","name":"weather","input":{}}]},
            {"role":"user","content":[{"type":"tool_result","tool_use_id":"call_1","content":"Rain"},{"type":"tool_result","tool_use_id":"call_2","content":"Sun"},{"type":"text","text":"And Rome?"}]}],
            "stop_sequences":["END"],"temperature":1,"metadata":{"user_id":"someone"}}
            """.Replace("ZEROS", zeros, StringComparison.Ordinal)).RootElement, Sent(entry).Json!.Value), Sent(entry).Json!.Value.GetRawText());
    }

    [Fact]
    public async Task Stream_TextAndParallelTools_ArriveInPieces()
    {
        var (id, chat) = await host.OpenAiClientAsync(AnthropicHost.Older);
        host.Anthropic.Next(new FakeMessage().Text("漢", "字").ToolUse("toolu_1", "weather", "{\"city\":", "\"Rome\"}").ToolUse("toolu_2", "weather")
            .Usage(FakeMessage.UsageOf(100, 40, write1h: 10)).InPiecesOf(5));
        var options = new ChatCompletionOptions();
        options.Tools.Add(Weather);

        var (text, arguments, names) = ("", new Dictionary<int, string>(), new Dictionary<int, string>());
        ChatFinishReason? reason = null;
        ChatTokenUsage? usage = null;
        await foreach (var update in chat.CompleteChatStreamingAsync([new UserChatMessage("Hi")], options))
        {
            text += string.Concat(update.ContentUpdate.Select(part => part.Text));
            foreach (var call in update.ToolCallUpdates)
            {
                arguments[call.Index] = arguments.GetValueOrDefault(call.Index) + call.FunctionArgumentsUpdate;
                if (call.ToolCallId is { Length: > 0 } callId) names[call.Index] = callId + " " + call.FunctionName;
            }

            reason = update.FinishReason ?? reason;
            usage = update.Usage ?? usage;
        }

        Assert.Equal(("漢字", ChatFinishReason.ToolCalls), (text, reason));
        Assert.Equal(["toolu_1 weather", "toolu_2 weather"], names.Values);
        Assert.Equal(["{\"city\":\"Rome\"}", "{}"], arguments.Values);
        Assert.Equal((110, 40), (usage!.InputTokenCount, usage.OutputTokenCount));
        var entry = Assert.Single(await host.Gateway.EntriesAsync(id, 1));
        // 100 × 3 + 10 × 6 + 40 × 15 = 300 + 60 + 600 = 960 millionths
        Assert.Equal((0.00096m, false, EntryStatus.Ok), (entry.TotalCost, entry.Estimated, entry.Status));
        // Nobody bounded the output: the model's own bound is sent.
        Assert.Equal(64_000, Sent(entry).Member("max_tokens")!.Value.GetInt64());
    }

    [Theory]
    [InlineData(AnthropicHost.Older, """{"thinking":{"type":"enabled","budget_tokens":8192}}""")]
    [InlineData(AnthropicHost.Newest, """{"thinking":{"type":"adaptive"},"output_config":{"effort":"medium"}}""")]
    public async Task Reasoning_IsAskedAsTheModelTakesIt_AndThoughtsComeBackToIt(string model, string expected)
    {
        var (id, http) = await host.Gateway.IssueKeyAsync();
        host.Anthropic.Next(
            new FakeMessage().Thinking("Let me see", "c2ln").Redacted("aGlkZGVu").ToolUse("toolu_1", "weather", "{}").Usage(FakeMessage.UsageOf(100, 50, thinking: 20)),
            new FakeMessage().Text("Sun"));
        var body = $$$"""{"model":"{{{model}}}","reasoning_effort":"medium","temperature":0.2,"max_tokens":20000,"tools":[{"type":"function","function":{"name":"weather"}}],"messages":[{"role":"user","content":"Hi"}MORE]}""";

        var first = await ReadAsync(await http.PostAsync("/v1/chat/completions", GatewayHost.Raw(body.Replace("MORE", "", StringComparison.Ordinal))));
        var said = first.GetProperty("choices")[0].GetProperty("message").GetRawText();
        var second = await ReadAsync(await http.PostAsync("/v1/chat/completions", GatewayHost.Raw(body.Replace("MORE", "," + said + ",{\"role\":\"tool\",\"tool_call_id\":\"toolu_1\",\"content\":\"Sun\"}", StringComparison.Ordinal))));

        Assert.Equal("Let me see", first.GetProperty("choices")[0].GetProperty("message").GetProperty("reasoning_content").GetString());
        Assert.Equal("Sun", second.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString());
        var entries = await host.Gateway.EntriesAsync(id, 2);
        Assert.Equal((30, 20), (entries[0].OutputUnits, entries[0].ReasoningUnits));
        foreach (var member in JsonDocument.Parse(expected).RootElement.EnumerateObject()) Assert.True(JsonElement.DeepEquals(member.Value, Sent(entries[0]).Member(member.Name)!.Value), Sent(entries[0]).Json!.Value.GetRawText());
        Assert.Null(Sent(entries[0]).Member("temperature"));
        Assert.True(JsonElement.DeepEquals(
            JsonDocument.Parse("""[{"type":"thinking","thinking":"Let me see","signature":"c2ln"},{"type":"redacted_thinking","data":"aGlkZGVu"},{"type":"tool_use","id":"toolu_1","name":"weather","input":{}}]""").RootElement,
            Sent(entries[1]).Member("messages")!.Value[1].GetProperty("content")), Sent(entries[1]).Json!.Value.GetRawText());
    }

    [Theory]
    [InlineData(AnthropicHost.Older)]
    [InlineData(AnthropicHost.Oldest)]
    public async Task Schema_OfTheAnswer_ComesBackAsText(string model)
    {
        var (id, chat) = await host.OpenAiClientAsync(model);
        var message = new FakeMessage();
        host.Anthropic.Next(model == AnthropicHost.Older ? message.Text("{\"a\":", "1}") : message.ToolUse("toolu_1", "portal_answer_json", "{\"a\":", "1}"));
        var options = new ChatCompletionOptions { ResponseFormat = ChatResponseFormat.CreateJsonSchemaFormat("thing", BinaryData.FromString("""{"type":"object","properties":{"a":{"type":"integer"}},"required":["a"],"additionalProperties":false}"""), jsonSchemaIsStrict: true) };

        var text = "";
        ChatFinishReason? reason = null;
        await foreach (var update in chat.CompleteChatStreamingAsync([new UserChatMessage("Hi")], options))
        {
            text += string.Concat(update.ContentUpdate.Select(part => part.Text));
            reason = update.FinishReason ?? reason;
        }

        Assert.Equal(("{\"a\":1}", ChatFinishReason.Stop), (text, reason));
        var sent = Sent(Assert.Single(await host.Gateway.EntriesAsync(id, 1)));
        Assert.Equal(model == AnthropicHost.Older, sent.Member("output_config") is not null);
        Assert.Equal(model == AnthropicHost.Oldest, sent.Member("tool_choice") is not null);
    }

    [Theory]
    [InlineData("end_turn", "stop")]
    [InlineData("stop_sequence", "stop")]
    [InlineData("pause_turn", "stop")]
    [InlineData("max_tokens", "length")]
    [InlineData("model_context_window_exceeded", "length")]
    [InlineData("refusal", "content_filter")]
    public async Task StopReason_IsSaidInOpenAisWords(string said, string expected)
    {
        var (_, http) = await host.Gateway.IssueKeyAsync();
        host.Anthropic.Next(new FakeMessage().Text("Hi").Stop(said));

        var answer = await ReadAsync(await http.PostAsync("/v1/chat/completions", GatewayHost.Chat(AnthropicHost.Older)));

        Assert.Equal(expected, answer.GetProperty("choices")[0].GetProperty("finish_reason").GetString());
    }

    [Theory]
    [InlineData(AnthropicHost.Older, "\"n\":2", "n")]
    [InlineData(AnthropicHost.Older, "\"stop\":\"\\n\"", "stop")]
    [InlineData(AnthropicHost.Older, "\"logprobs\":true", "logprobs")]
    [InlineData(AnthropicHost.Newest, "\"tool_choice\":\"required\",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\"}}]", "tool_choice")]
    public async Task Member_ThatAnthropicCannotSay_IsRefusedByName(string model, string member, string param)
    {
        var (_, http) = await host.Gateway.IssueKeyAsync();

        using var answer = await http.PostAsync("/v1/chat/completions", GatewayHost.Raw($$"""{"model":"{{model}}","messages":[{"role":"user","content":"Hi"}],{{member}}}"""));

        Assert.Equal(param, (await GatewayHost.AssertErrorAsync(answer, 400, "invalid_request_error", "invalid_value")).GetProperty("param").GetString());
    }

    [Fact]
    public async Task Errors_OfAnthropic_AreSaidInOpenAisShape()
    {
        var (id, http) = await host.Gateway.IssueKeyAsync();
        const string model = "claude-haiku-4-5";
        await host.Gateway.AddProviderAsync("failing", host.Anthropic.BaseUrl, [model], priority: 0, kind: "anthropic");

        host.Anthropic.ForModel(model, FakeAnthropic.RateLimited(1));
        using var limited = await http.PostAsync("/v1/chat/completions", GatewayHost.Chat(model));
        host.Anthropic.ForModel(model, FakeAnthropic.Unauthorized());
        using var unauthorized = await http.PostAsync("/v1/chat/completions", GatewayHost.Chat(model));
        host.Anthropic.ForModel(model, FakeAnthropic.Overloaded());
        using var overloaded = await http.PostAsync("/v1/chat/completions", GatewayHost.Chat(model));

        await GatewayHost.AssertErrorAsync(limited, 429, "rate_limit_error", "rate_limit_exceeded");
        await GatewayHost.AssertErrorAsync(unauthorized, 502, "server_error", "upstream_auth_failed");
        await GatewayHost.AssertErrorAsync(overloaded, 503, "service_unavailable_error", "server_is_overloaded");
        Assert.All(await host.Gateway.EntriesAsync(id, 3), entry => Assert.Equal((EntryStatus.Failed, 0m), (entry.Status, entry.TotalCost)));
    }

    [Fact]
    public async Task Stream_CutInTheMiddle_EndsWithAnErrorAndChargesWhatCame()
    {
        var (id, http) = await host.Gateway.IssueKeyAsync();
        var gate = new FakeUpstreamGate();
        host.Anthropic.Next(new FakeMessage().Text("four", "more").Usage(FakeMessage.UsageOf(1000, 500)).PauseBefore(5, gate).CutAfter(5));

        using var answer = await http.SendAsync(new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions") { Content = GatewayHost.Chat(AnthropicHost.Older, stream: true) }, HttpCompletionOption.ResponseHeadersRead);
        gate.Release();
        var text = await answer.Content.ReadAsStringAsync();

        Assert.Contains("\"content\":\"more\"", text, StringComparison.Ordinal);
        Assert.Contains("data: {\"error\":{", text, StringComparison.Ordinal);
        Assert.DoesNotContain("[DONE]", text, StringComparison.Ordinal);
        var entry = Assert.Single(await host.Gateway.EntriesAsync(id, 1));
        // 1000 × 3 + 2 × 15
        Assert.Equal((0.00303m, EntryStatus.Partial, true), (entry.TotalCost, entry.Status, entry.Estimated));
    }

    private FakeUpstreamRequest Sent(LedgerEntry entry) => host.Anthropic.Requests.Single(request => request.AttemptId == entry.Id.ToString());

    private static async Task<JsonElement> ReadAsync(HttpResponseMessage answer)
    {
        using (answer)
        {
            var text = await answer.Content.ReadAsStringAsync();
            Assert.True(answer.IsSuccessStatusCode, text);
            return JsonDocument.Parse(text).RootElement;
        }
    }
}
