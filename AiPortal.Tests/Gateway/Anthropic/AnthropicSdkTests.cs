using System.Text.Json;
using AiPortal.Core.Ledger;
using AiPortal.Tests.Fixtures;
using AiPortal.Tests.Fixtures.Anthropic;
using AiPortal.Tests.Gateway.Http;
using global::Anthropic.Exceptions;
using global::Anthropic.Models.Messages;

namespace AiPortal.Tests.Gateway.Anthropic;

/// <summary>Anthropic's own client library against the portal with Anthropic behind it: bytes pass through, costs are worked out by hand.</summary>
[Collection(AnthropicCollection.Name)]
public sealed class AnthropicSdkTests(AnthropicHost host)
{
    private const string Weather = """{"name":"weather","description":"Tells it","input_schema":{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}}""";

    [Fact]
    public async Task Plain_CacheReadAndWritten_IsPricedByKind()
    {
        var (id, client) = await host.AnthropicClientAsync();
        host.Anthropic.Next(new FakeMessage().Text("Hello").Usage(FakeMessage.UsageOf(1000, 200, cacheRead: 2000, write5m: 400, write1h: 100, thinking: 50)));

        var message = await client.Messages.Create(new() { Model = AnthropicHost.Older, MaxTokens = 1000, Messages = [new UserMessageParam("Hi")], System = "Be short" });

        Assert.True(Assert.Single(message.Content).TryPickText(out var text));
        Assert.Equal(("Hello", 2000, "end_turn"), (text.Text, message.Usage.CacheReadInputTokens, message.StopReason!.Raw()));
        var entry = Assert.Single(await host.Gateway.EntriesAsync(id, 1));
        // 1000 × 3 + 2000 × 0.3 + 400 × 3.75 + 100 × 6 + 200 × 15 = 3000 + 600 + 1500 + 600 + 3000 = 8700 millionths
        Assert.Equal((0.0087m, EntryStatus.Ok, false), (entry.TotalCost, entry.Status, entry.Estimated));
        Assert.Equal("claude", entry.ProviderName);
        Assert.Empty(host.Anthropic.Faults);
    }

    [Theory]
    [InlineData("")]
    [InlineData("anthropic")]
    public async Task Stream_ThinkingTextAndParallelTools_ArriveAsTheyWereSent(string path)
    {
        var (id, client) = await host.AnthropicClientAsync(path);
        var script = new FakeMessage().Thinking("Let me see", "c2lnbmF0dXJl").Text("Both ", "of 漢字").ToolUse("toolu_1", "weather", "{\"city\":", "\"Rome\"}").ToolUse("toolu_2", "weather")
            .Usage(FakeMessage.UsageOf(500, 90, cacheRead: 64, thinking: 30)).InPiecesOf(7);
        host.Anthropic.Next(script);

        var seen = new StreamFold();
        await foreach (var step in client.Messages.CreateStreaming(new()
        {
            Model = AnthropicHost.Older,
            MaxTokens = 4000,
            Messages = [new UserMessageParam("Weather?")],
            Tools = [new ToolUnion(Json(Weather))],
            Thinking = new ThinkingConfigEnabled(1024),
        }))
            seen.Add(step);

        Assert.Equal(["thinking:Let me see|c2lnbmF0dXJl", "text:Both of 漢字", "tool:toolu_1 weather {\"city\":\"Rome\"}", "tool:toolu_2 weather "], seen.Blocks);
        Assert.Equal(("tool_use", 90, true), (seen.StopReason, seen.OutputTokens, seen.Stopped));
        var entry = Assert.Single(await host.Gateway.EntriesAsync(id, 1));
        // 500 × 3 + 64 × 0.3 + 90 × 15 = 1500 + 19.2 + 1350 = 2869.2 millionths
        Assert.Equal((0.0028692m, false), (entry.TotalCost, entry.Estimated));
        Assert.Equal((60, 30), (entry.OutputUnits, entry.ReasoningUnits));
        Assert.Empty(host.Anthropic.Faults);
    }

    [Fact]
    public async Task Body_PassesThroughByteForByteButForTheModel()
    {
        await host.Gateway.MapModelAsync("claude", "my-claude", AnthropicHost.Older);
        var (id, secret) = await host.Gateway.IssueSecretAsync();
        host.Anthropic.Next(new FakeMessage().Text("Hi"));
        using var http = host.Gateway.Portal.Anonymous();
        const string body = """{ "max_tokens":  5, "messages":[{"role":"user","content":"\u6f22"}],"model" : "my-claude", "metadata":{"user_id":"someone"} }""";
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/messages") { Content = GatewayHost.Raw(body) };
        foreach (var (name, value) in new[] { ("x-api-key", secret), ("anthropic-beta", "context-1m-2025-08-07"), ("anthropic-version", "2023-06-01"), ("Cookie", "a=b"), ("x-stainless-lang", "csharp") })
            request.Headers.TryAddWithoutValidation(name, value);

        using var answer = await http.SendAsync(request);

        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        Assert.Equal(answer.Headers.GetValues("x-request-id"), answer.Headers.GetValues("request-id"));
        // 100 × 3 + 50 × 15
        Assert.Equal("0.00105", answer.Headers.GetValues("x-portal-cost-usd").Single());
        var entry = Assert.Single(await host.Gateway.EntriesAsync(id, 1));
        var seen = host.Anthropic.Requests.Single(request => request.AttemptId == entry.Id.ToString());
        Assert.Equal(body.Replace("my-claude", AnthropicHost.Older, StringComparison.Ordinal), System.Text.Encoding.UTF8.GetString(seen.Body));
        Assert.Equal("context-1m-2025-08-07", seen.Header("anthropic-beta"));
        Assert.Equal(GatewayHost.UpstreamSecret, seen.Header("x-api-key"));
        Assert.Equal([], seen.Headers.Keys.Except(["Host", "Content-Type", "Content-Length", "Accept", "Accept-Encoding", "x-api-key", "X-Attempt-Id", "anthropic-version", "anthropic-beta"], StringComparer.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Stream_CallerAsksForTheCost_GetsItBeforeTheEnd()
    {
        var (_, http) = await host.Gateway.IssueKeyAsync();
        http.DefaultRequestHeaders.Add("x-portal-cost", "true");
        host.Anthropic.Next(new FakeMessage().Text("a").Usage(FakeMessage.UsageOf(10, 10)));

        var text = await (await http.PostAsync("/v1/messages", GatewayHost.Raw($$"""{"model":"{{AnthropicHost.Older}}","max_tokens":9,"stream":true,"messages":[{"role":"user","content":"Hi"}]}"""))).Content.ReadAsStringAsync();

        // 10 × 3 + 10 × 15 = 180 millionths
        Assert.EndsWith("\n\n: portal-cost-usd=0.00018\n\nevent: message_stop\ndata: {\"type\":\"message_stop\"}\n\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stream_BreaksOff_SaysSoAndChargesTheCountedInputWithWhatCame()
    {
        var (id, http) = await host.Gateway.IssueKeyAsync();
        host.Anthropic.Next(new FakeMessage().Text("four", "four").Usage(FakeMessage.UsageOf(1000, 500, cacheRead: 100)).CutAfter(5));

        var text = await (await http.PostAsync("/v1/messages", GatewayHost.Raw($$"""{"model":"{{AnthropicHost.Older}}","max_tokens":900,"stream":true,"messages":[{"role":"user","content":"Hi"}]}"""))).Content.ReadAsStringAsync();

        Assert.Contains("event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"api_error\"", text, StringComparison.Ordinal);
        Assert.DoesNotContain("message_stop", text, StringComparison.Ordinal);
        var entry = Assert.Single(await host.Gateway.EntriesAsync(id, 1));
        // 1000 × 3 + 100 × 0.3 + 2 × 15 = 3060 millionths
        Assert.Equal((0.00306m, EntryStatus.Partial, true), (entry.TotalCost, entry.Status, entry.Estimated));
    }

    [Fact]
    public async Task Stream_ErrorEventInTheMiddle_ReachesTheClientAsItIs()
    {
        var (id, client) = await host.AnthropicClientAsync();
        var gate = new FakeUpstreamGate();
        host.Anthropic.Next(new FakeMessage().Text("some").PauseBefore(4, gate).ErrorBefore(4, "overloaded_error", "Overloaded"));

        var fault = await Assert.ThrowsAnyAsync<AnthropicSseException>(async () =>
        {
            await foreach (var step in client.Messages.CreateStreaming(new() { Model = AnthropicHost.Older, MaxTokens = 10, Messages = [new UserMessageParam("Hi")] }))
            {
                if (step.TryPickContentBlockDelta(out _)) gate.Release();
            }
        });

        Assert.Equal(("overloaded_error", "Overloaded"), (fault.Type!.Raw(), fault.ApiMessage));
        Assert.Equal(EntryStatus.Partial, Assert.Single(await host.Gateway.EntriesAsync(id, 1)).Status);
    }

    [Fact]
    public async Task Count_AtAnthropic_PassesThroughAndCostsNothing()
    {
        var (id, client) = await host.AnthropicClientAsync();
        host.Anthropic.Next(FakeAnthropic.Count(42));

        var count = await client.Messages.CountTokens(new() { Model = AnthropicHost.Older, Messages = [new UserMessageParam("Hi")] });

        Assert.Equal(42, count.InputTokens);
        Assert.Equal("/v1/messages/count_tokens", host.Anthropic.Requests[^1].Path);
        host.Anthropic.Next(new FakeMessage().Text("x"));
        await client.Messages.Create(new() { Model = AnthropicHost.Older, MaxTokens = 10, Messages = [new UserMessageParam("Hi")] });
        Assert.Single(await host.Gateway.EntriesAsync(id, 1));
    }

    [Fact]
    public async Task Count_AtAnotherProvider_IsOurEstimateAndSaysSo()
    {
        var (_, http) = await host.Gateway.IssueKeyAsync();

        using var answer = await http.PostAsync("/v1/messages/count_tokens", GatewayHost.Raw($$"""{"model":"{{GatewayHost.Model}}","messages":[{"role":"user","content":"12345678"}]}"""));

        // 12 characters, the role among them, are 3 tokens; 4 around the message, 3 before the answer
        Assert.Equal("""{"input_tokens":10}""", await answer.Content.ReadAsStringAsync());
        Assert.Equal("true", answer.Headers.GetValues("x-portal-estimated").Single());
    }

    [Fact]
    public async Task Models_OfTheKey_InAnthropicsShape()
    {
        var (_, client) = await host.AnthropicClientAsync();

        var page = await client.Models.List(new() { Limit = 2 });
        var names = new List<string>();
        for (names.AddRange(page.Items.Select(model => model.ID)); page.HasNext(); names.AddRange(page.Items.Select(model => model.ID))) page = (global::Anthropic.Models.Models.ModelListPage)await page.Next();

        Assert.Contains(AnthropicHost.Older, names);
        Assert.Contains(GatewayHost.Model, names);
        Assert.Equal(names.Distinct().Order(StringComparer.Ordinal), names);
        Assert.Equal(AnthropicHost.Newest, (await client.Models.Retrieve(AnthropicHost.Newest)).ID);
    }

    private static JsonElement Json(string text) => JsonDocument.Parse(text).RootElement;
}
