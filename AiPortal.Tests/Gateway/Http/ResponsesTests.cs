using System.ClientModel;
using System.ClientModel.Primitives;
using System.Text.Json;
using AiPortal.Core.Catalog;
using AiPortal.Core.Keys;
using AiPortal.Core.Ledger;
using AiPortal.Core.Money;
using AiPortal.Tests.Fixtures;
using OpenAI;
using OpenAI.Responses;

#pragma warning disable OPENAI001 // The vendor's client calls this part of itself experimental.

namespace AiPortal.Tests.Gateway.Http;

/// <summary>The vendor's client asks for responses: of a provider that makes them, and of one that has only chat.</summary>
[Collection(GatewayCollection.Name)]
public sealed class ResponsesTests(GatewayHost gateway)
{
    private const string Usage = """{"input_tokens":100,"input_tokens_details":{"cached_tokens":40},"output_tokens":30,"output_tokens_details":{"reasoning_tokens":10},"total_tokens":130}""";

    // 60 × 2 + 40 × 0.5 + 20 × 8 + 10 × 10 = 400 millionths
    private const decimal Cost = 0.0004m;

    [Fact]
    public async Task Plain_AtItsMaker_PassesThroughAndIsPricedExactly()
    {
        var (id, client, model) = await ClientAsync("openai", FakeUpstreamReply.Json(200, Whole("resp_plain")));

        ResponseResult answer = await client.CreateResponseAsync(model, "Hi");

        Assert.Equal(("resp_plain", "Hello"), (answer.Id, answer.GetOutputText()));
        var entry = Assert.Single(await gateway.EntriesAsync(id, 1));
        Assert.Equal((Cost, EntryStatus.Ok, false, "chat"), (entry.TotalCost, entry.Status, entry.Estimated, entry.RequestType));
        Assert.Equal("/v1/responses", gateway.Upstream.Requests.Single(request => request.AttemptId == entry.Id.ToString()).Path);
    }

    [Fact]
    public async Task Stream_AtItsMaker_EventsAreTheirsAndTheLastOnePrices()
    {
        var (id, client, model) = await ClientAsync("openai", FakeUpstreamReply.Events(
            Event("response.created", $$"""{"type":"response.created","sequence_number":0,"response":{{Whole("resp_s", "in_progress", "null")}}}"""),
            Event("response.output_text.delta", """{"type":"response.output_text.delta","sequence_number":1,"item_id":"m","output_index":0,"content_index":0,"delta":"Hello"}"""),
            Event("response.completed", $$"""{"type":"response.completed","sequence_number":2,"response":{{Whole("resp_s")}}}""")));

        var (text, last) = await ReadAsync(await client.CreateResponseStreamingAsync(model, "Hi"));

        Assert.Equal("Hello", text);
        Assert.Equal("resp_s", Assert.IsType<StreamingResponseCompletedUpdate>(last).Response.Id);
        var entry = Assert.Single(await gateway.EntriesAsync(id, 1));
        Assert.Equal((Cost, EntryStatus.Ok, false), (entry.TotalCost, entry.Status, entry.Estimated));
    }

    [Fact]
    public async Task Stream_CutOff_EndsWithAnErrorEventAndIsEstimated()
    {
        var (id, client, model) = await ClientAsync("openai", FakeUpstreamReply.Events(
            Event("response.created", $$"""{"type":"response.created","sequence_number":0,"response":{{Whole("resp_c", "in_progress", "null")}}}"""),
            Event("response.output_text.delta", """{"type":"response.output_text.delta","sequence_number":1,"item_id":"m","output_index":0,"content_index":0,"delta":"Hello you"}"""),
            "cut"));

        var (text, last) = await ReadAsync(await client.CreateResponseStreamingAsync(model, "Hi"));

        Assert.Equal("Hello you", text);
        Assert.Equal("upstream_error", Assert.IsType<StreamingResponseErrorUpdate>(last).Code);
        var entry = Assert.Single(await gateway.EntriesAsync(id, 1));
        Assert.Equal((EntryStatus.Partial, true, 3L), (entry.Status, entry.Estimated, entry.OutputUnits));
    }

    [Fact]
    public async Task Stream_Failed_IsTheProvidersOwnEndAndItsUsagePaid()
    {
        var gate = new FakeUpstreamGate();
        var failed = Whole("resp_f", "failed").Replace("\"error\":null", "\"error\":{\"code\":\"server_error\",\"message\":\"Broke\"}", StringComparison.Ordinal);
        var (id, client, model) = await ClientAsync("openai", FakeUpstreamReply.Events(gate,
            Event("response.created", $$"""{"type":"response.created","sequence_number":0,"response":{{Whole("resp_f", "in_progress", "null")}}}"""),
            Event("response.failed", $$"""{"type":"response.failed","sequence_number":1,"response":{{failed}}}""")));

        var (_, last) = await ReadAsync(await client.CreateResponseStreamingAsync(model, "Hi"), gate.Release);

        Assert.Equal("Broke", Assert.IsType<StreamingResponseFailedUpdate>(last).Response.Error.Message);
        var entry = Assert.Single(await gateway.EntriesAsync(id, 1));
        Assert.Equal((EntryStatus.Partial, false, Cost), (entry.Status, entry.Estimated, entry.TotalCost));
    }

    [Fact]
    public async Task FollowUp_GoesToTheAccountThatKeepsTheFirst_AndOnlyItsKeySeesIt()
    {
        var (id, client, model) = await ClientAsync("openai", FakeUpstreamReply.Json(200, Whole("resp_first")));
        await client.CreateResponseAsync(model, "Hi");
        // A second account comes before the first from now on.
        await gateway.AddProviderAsync("before " + model, gateway.Upstream.BaseUrl, [model], priority: -1, kind: "openai");
        ResponseResult second = await client.CreateResponseAsync(model, "And then?", previousResponseId: "resp_first");

        gateway.Upstream.Next(FakeUpstreamReply.Json(200, Whole("resp_first")));
        ResponseResult stored = await client.GetResponseAsync("resp_first");
        var (_, other) = await gateway.IssueKeyAsync();
        using var foreign = await other.GetAsync(new Uri("/v1/responses/resp_first", UriKind.Relative));

        Assert.Equal(("resp_first", "resp_first"), (second.Id, stored.Id));
        var entries = await gateway.EntriesAsync(id, 2);
        Assert.Single(entries.Select(entry => entry.ProviderId).Distinct());
        await GatewayHost.AssertErrorAsync(foreign, 404, "invalid_request_error", "response_not_found");
    }

    [Fact]
    public async Task Plain_AtAChatProvider_IsTranslatedThereAndBack()
    {
        var (id, client, model) = await ClientAsync("openai-compatible", FakeUpstreamReply.Json(200, """
            {"id":"c","object":"chat.completion","created":1760000000,"model":"m","choices":[{"index":0,"message":{"role":"assistant","reasoning_content":"Hm","content":"It is","refusal":null,
            "tool_calls":[{"id":"call_9","type":"function","function":{"name":"weather","arguments":"{\"city\":\"漢\"}"}}]},"finish_reason":"tool_calls"}],
            "usage":{"prompt_tokens":100,"completion_tokens":30,"total_tokens":130,"prompt_tokens_details":{"cached_tokens":40},"completion_tokens_details":{"reasoning_tokens":10}}}
            """));
        var options = new CreateResponseOptions(model, [
            ResponseItem.CreateUserMessageItem([ResponseContentPart.CreateInputTextPart("Weather?"), ResponseContentPart.CreateInputImagePart(new Uri("data:image/png;base64,AAAA"), ResponseImageDetailLevel.Low)]),
            ResponseItem.CreateFunctionCallItem("call_1", "weather", BinaryData.FromString("{}")),
            ResponseItem.CreateFunctionCallOutputItem("call_1", "rain"),
        ])
        { Instructions = "Be short", MaxOutputTokenCount = 77, ParallelToolCallsEnabled = false };
        options.Tools.Add(ResponseTool.CreateFunctionTool("weather", BinaryData.FromString("""{"type":"object"}"""), strictModeEnabled: true));
        options.TextOptions = new ResponseTextOptions { TextFormat = ResponseTextFormat.CreateJsonSchemaFormat("shape", BinaryData.FromString("""{"type":"object"}"""), jsonSchemaIsStrict: true) };

        ResponseResult answer = await client.CreateResponseAsync(options);

        Assert.Equal("It is", answer.GetOutputText());
        Assert.Equal("{\"city\":\"漢\"}", answer.OutputItems.OfType<FunctionCallResponseItem>().Single().FunctionArguments.ToString());
        Assert.Equal((100, 40, 30, 10), (answer.Usage.InputTokenCount, answer.Usage.InputTokenDetails.CachedTokenCount, answer.Usage.OutputTokenCount, answer.Usage.OutputTokenDetails.ReasoningTokenCount));
        var entry = Assert.Single(await gateway.EntriesAsync(id, 1));
        Assert.Equal((Cost, false), (entry.TotalCost, entry.Estimated));
        var sent = gateway.Upstream.Requests.Single(request => request.AttemptId == entry.Id.ToString());
        Assert.Equal("/v1/chat/completions", sent.Path);
        Assert.Equal(["system", "user", "assistant", "tool"], sent.Member("messages")!.Value.EnumerateArray().Select(message => message.GetProperty("role").GetString()));
        Assert.Equal(("shape", "weather", 77), (sent.Member("response_format")!.Value.GetProperty("json_schema").GetProperty("name").GetString(),
            sent.Member("tools")!.Value[0].GetProperty("function").GetProperty("name").GetString(), sent.Member("max_tokens")!.Value.GetInt32()));
    }

    [Fact]
    public async Task Stream_AtAChatProvider_HasTheWholeSequenceOfEvents()
    {
        var (id, client, model) = await ClientAsync("openai-compatible", FakeUpstreamReply.Stream("Hel", "lo").Reasoning("Hm").WithUsage(FakeUpstreamReply.Usage(100, 30, cached: 40, reasoning: 10)));

        var updates = new List<StreamingResponseUpdate>();
        await foreach (var update in await client.CreateResponseStreamingAsync(model, "Hi")) updates.Add(update);

        Assert.Equal(Enumerable.Range(0, updates.Count), updates.Select(update => update.SequenceNumber));
        Assert.IsType<StreamingResponseCreatedUpdate>(updates[0]);
        Assert.IsType<StreamingResponseInProgressUpdate>(updates[1]);
        Assert.Equal("Hello", string.Concat(updates.OfType<StreamingResponseOutputTextDeltaUpdate>().Select(update => update.Delta)));
        Assert.Equal("Hello", Assert.Single(updates.OfType<StreamingResponseOutputTextDoneUpdate>()).Text);
        Assert.Equal(2, updates.OfType<StreamingResponseOutputItemDoneUpdate>().Count());
        var end = Assert.IsType<StreamingResponseCompletedUpdate>(updates[^1]).Response;
        Assert.Equal(("Hello", ResponseStatus.Completed, 130), (end.GetOutputText(), end.Status, end.Usage.TotalTokenCount));
        Assert.Equal(Cost, Assert.Single(await gateway.EntriesAsync(id, 1)).TotalCost);
    }

    [Fact]
    public async Task Plain_AtFastGpt_ItsUsageOfOnesDoesNotCount()
    {
        var (id, client, model) = await ClientAsync("fastgpt", FakeUpstreamReply.Plain("Hello you", FakeUpstreamReply.Usage(1, 1)));

        ResponseResult answer = await client.CreateResponseAsync(model, "Hi");

        Assert.Equal("Hello you", answer.GetOutputText());
        Assert.Equal((3L, true), (await gateway.EntriesAsync(id, 1))[0] is var entry ? (entry.OutputUnits, entry.Estimated) : default);
    }

    [Fact]
    public async Task Stream_AtTheSandbox_IsTranslatedToo()
    {
        var (id, client, model) = await ClientAsync("sandbox", FakeUpstreamReply.HangUp());

        var (text, last) = await ReadAsync(await client.CreateResponseStreamingAsync(model, "Hi"));

        Assert.Equal(text, Assert.IsType<StreamingResponseCompletedUpdate>(last).Response.GetOutputText());
        Assert.Equal((EntryStatus.Ok, false), (await gateway.EntriesAsync(id, 1))[0] is var entry ? (entry.Status, entry.Estimated) : default);
    }

    [Fact]
    public async Task Plain_NothingBoundsTheOutput_StrictBudgetSendsABound()
    {
        var (_, _, model) = await ClientAsync("openai", FakeUpstreamReply.Json(200, Whole("resp_cap")), maxOutput: null);
        var (id, http) = await gateway.IssueKeyAsync(new KeyDraft { Name = "strict", Budget = new KeyBudgetTerms(1, PeriodType.Total, "strict", "block") });

        using var answer = await http.PostAsync("/v1/responses", GatewayHost.Raw($$"""{"max_output_tokens":null,"model":"{{model}}","input":"Hi"}"""));

        Assert.Equal("0.0004", answer.Headers.GetValues("x-portal-cost-usd").Single());
        var entry = Assert.Single(await gateway.EntriesAsync(id, 1));
        Assert.Equal(4096, gateway.Upstream.Requests.Single(request => request.AttemptId == entry.Id.ToString()).Member("max_output_tokens")!.Value.GetInt32());
    }

    [Theory]
    [InlineData("""{"model":"MODEL","input":"x","background":true}""", "background")]
    [InlineData("""{"model":"MODEL","input":"x","previous_response_id":"resp_nobody_knows"}""", "previous_response_id")]
    [InlineData("""{"model":"MODEL","input":"x","tools":[{"type":"web_search"}]}""", "tools[0].type")]
    [InlineData("""{"model":"MODEL","input":[{"type":"item_reference","id":"msg_1"}]}""", "input[0].type")]
    [InlineData("""{"model":"MODEL","input":[{"role":"user","content":[{"type":"input_file","file_id":"f"}]}]}""", "input[0].content[0].file_id")]
    [InlineData("""{"model":"MODEL"}""", "input")]
    [InlineData("""{"model":"MODEL","input":"x","ſtream":true}""", "stream")]
    [InlineData("""{"model":"MODEL","input":"x","bacKground":true}""", "background")]
    [InlineData("""{"model":"MODEL","input":"x","max_output_tokens":0}""", "max_output_tokens")]
    public async Task AtAChatProvider_WhatNeedsAVendorsState_IsRefusedByName(string body, string param)
    {
        var model = await gateway.AddModelAsync(null);
        var (_, http) = await gateway.IssueKeyAsync();

        using var answer = await http.PostAsync("/v1/responses", GatewayHost.Raw(body.Replace("MODEL", model, StringComparison.Ordinal)));

        Assert.Equal(param, (await GatewayHost.AssertErrorAsync(answer, 400, "invalid_request_error", "invalid_value")).GetProperty("param").GetString());
    }

    private static async Task<(string Text, StreamingResponseUpdate Last)> ReadAsync(IAsyncEnumerable<StreamingResponseUpdate> updates, Action? afterEach = null)
    {
        var text = "";
        StreamingResponseUpdate? last = null;
        await foreach (var update in updates)
        {
            if (update is StreamingResponseOutputTextDeltaUpdate delta) text += delta.Delta;
            last = update;
            afterEach?.Invoke();
        }

        return (text, last!);
    }

    private static string Event(string name, string data) => $"event: {name}\ndata: {data}\n\n";

    private static string Whole(string id, string status = "completed", string usage = Usage) => JsonSerializer.Serialize(JsonDocument.Parse($$$"""
        {"id":"{{{id}}}","object":"response","created_at":1760000000,"status":"{{{status}}}","error":null,"incomplete_details":null,"instructions":null,"max_output_tokens":null,"model":"m",
        "output":[{"type":"message","id":"m","status":"completed","role":"assistant","content":[{"type":"output_text","text":"Hello","annotations":[]}]}],"parallel_tool_calls":true,
        "previous_response_id":null,"store":true,"temperature":1,"text":{"format":{"type":"text"}},"tool_choice":"auto","tools":[],"top_p":1,"truncation":"disabled","usage":{{{usage}}},"metadata":{}}
        """));

    private async Task<(Guid Id, ResponsesClient Client, string Model)> ClientAsync(string kind, FakeUpstreamReply reply, int? maxOutput = 1000)
    {
        var model = "responder-" + Guid.CreateVersion7().ToString("N");
        await gateway.AddProviderAsync("account of " + model, gateway.Upstream.BaseUrl, [model], priority: 0, kind: kind);
        await gateway.AddPriceAsync(new PriceDraft { Name = model, Provider = kind, InputPrice = 2, CachedInputPrice = 0.5m, OutputPrice = 8, ReasoningPrice = 10, UnitSize = 1_000_000, MaxOutput = maxOutput, ContextWindow = 100_000 });
        gateway.Upstream.ForModel(model, reply);
        var (id, secret) = await gateway.IssueSecretAsync();
        var options = new ResponsesClientOptions { Endpoint = new Uri(gateway.Portal.BaseUrl, "v1"), RetryPolicy = new ClientRetryPolicy(0) };
        return (id, new ResponsesClient(new ApiKeyCredential(secret), options), model);
    }
}
