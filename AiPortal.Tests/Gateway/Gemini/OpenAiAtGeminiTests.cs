using System.ClientModel;
using System.Text.Json;
using AiPortal.Core.Ledger;
using AiPortal.Tests.Fixtures;
using OpenAI.Chat;

namespace AiPortal.Tests.Gateway.Gemini;

/// <summary>OpenAI's own client, and Google answers.</summary>
[Collection(GeminiCollection.Name)]
public sealed class OpenAiAtGeminiTests(GeminiHost host)
{
    private static readonly ChatTool Weather = ChatTool.CreateFunctionTool("weather", "Tells it", BinaryData.FromString("""{"type":"object","properties":{"city":{"type":"string"}},"required":["city"],"additionalProperties":false}"""));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Text_Answered_WithExactUsageAndCost(bool stream)
    {
        var model = await host.AddModelAsync(FakeGeminiReply.Of("""{"text":"Hmm","thought":true}""", """{"text":"漢"}""", """{"text":"字"}""") with { Metadata = FakeGeminiReply.Usage(1000, 50, cached: 400, thoughts: 30), PieceBytes = 7 });
        var (id, chat) = await host.OpenAiAsync(model);

        var answer = await AskAsync(chat, stream, [new SystemChatMessage("Be brief"), new UserChatMessage("Hello")], new ChatCompletionOptions { MaxOutputTokenCount = 100, Temperature = 0.5f, StopSequences = { "x" } });

        Assert.Equal(("漢字", ChatFinishReason.Stop), (answer.Text, answer.Finish));
        // OpenAI counts thoughts inside the output.
        Assert.Equal((1000, 80, 400, 30), (answer.Usage!.InputTokenCount, answer.Usage.OutputTokenCount, answer.Usage.InputTokenDetails.CachedTokenCount, answer.Usage.OutputTokenDetails.ReasoningTokenCount));
        var (entry, sent) = await host.EntryAsync(id);
        // 600 × 2 + 400 × 0.5 + 50 × 8 + 30 × 10 millionths
        Assert.Equal((600, 400, 50, 30, 0.0021m, EntryStatus.Ok, false), (entry.InputUnits, entry.CachedInputUnits, entry.OutputUnits, entry.ReasoningUnits, entry.TotalCost, entry.Status, entry.Estimated));
        Assert.Equal("""{"systemInstruction":{"parts":[{"text":"Be brief"}]},"contents":[{"role":"user","parts":[{"text":"Hello"}]}],"generationConfig":{"maxOutputTokens":100,"temperature":0.5,"stopSequences":["x"]}}""", sent!.Json!.Value.GetRawText());
    }

    [Theory]
    [InlineData(false, "gemini-2.5-")]
    [InlineData(true, "gemini-2.5-")]
    [InlineData(false, "gemini-3-")]
    [InlineData(true, "gemini-3-")]
    public async Task Tools_TwoAtOnce_AreCalledAndAnswered(bool stream, string prefix)
    {
        var calls = FakeGeminiReply.Of("""{"functionCall":{"name":"weather","args":{"city":"Paris"}},"thoughtSignature":"c2VhbA=="}""", """{"functionCall":{"name":"weather","args":{"city":"Rome"}}}""");
        var model = await host.AddModelAsync(calls, prefix);
        var (id, chat) = await host.OpenAiAsync(model);
        var options = new ChatCompletionOptions { Tools = { Weather }, ToolChoice = ChatToolChoice.CreateRequiredChoice() };
        List<ChatMessage> messages = [new UserChatMessage("Paris and Rome?")];

        var first = await AskAsync(chat, stream, messages, options);

        Assert.Equal(ChatFinishReason.ToolCalls, first.Finish);
        Assert.Equal(["weather {\"city\":\"Paris\"}", "weather {\"city\":\"Rome\"}"], first.Calls.Select(call => $"{call.FunctionName} {call.FunctionArguments}"));
        Assert.Equal(2, first.Calls.Select(call => call.Id).Distinct().Count());

        host.Google.ForModel(model, FakeGeminiReply.Text("22 and 27"));
        messages.Add(new AssistantChatMessage(first.Calls));
        messages.Add(new ToolChatMessage(first.Calls[0].Id, "22"));
        messages.Add(new ToolChatMessage(first.Calls[1].Id, "{\"celsius\":27}"));
        var second = await AskAsync(chat, stream, messages, new ChatCompletionOptions { Tools = { Weather } });

        Assert.Equal(("22 and 27", ChatFinishReason.Stop), (second.Text, second.Finish));
        Assert.Equal(0.0012m, (await host.Gateway.EntriesAsync(id, 2)).Sum(entry => entry.TotalCost));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ImageAndSchema_AreUnderstood(bool stream)
    {
        var model = await host.AddModelAsync(FakeGeminiReply.Text("{\"fruits\":", "[\"fig\"]}"));
        var (id, chat) = await host.OpenAiAsync(model);
        var options = new ChatCompletionOptions { ResponseFormat = ChatResponseFormat.CreateJsonSchemaFormat("fruits", BinaryData.FromString("""{"type":"object","properties":{"fruits":{"type":"array","items":{"type":"string"}}},"additionalProperties":false}"""), jsonSchemaIsStrict: true) };
        var picture = ChatMessageContentPart.CreateImagePart(BinaryData.FromBytes(new byte[300]), "image/png");

        var answer = await AskAsync(chat, stream, [new UserChatMessage(ChatMessageContentPart.CreateTextPart("Which?"), picture)], options);

        Assert.Equal("{\"fruits\":[\"fig\"]}", answer.Text);
        var sent = (await host.EntryAsync(id)).Sent!.Json!.Value;
        Assert.Equal("image/png", sent.GetProperty("contents")[0].GetProperty("parts")[1].GetProperty("inlineData").GetProperty("mimeType").GetString());
        Assert.False(sent.GetProperty("generationConfig").GetProperty("responseJsonSchema").GetProperty("additionalProperties").GetBoolean());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Long_AnswerOfManyPieces_ComesWhole(bool stream)
    {
        string[] pieces = [.. Enumerable.Range(0, 2000).Select(piece => $"piece {piece} 漢\n")];
        var model = await host.AddModelAsync(FakeGeminiReply.Text(pieces) with { Finish = "MAX_TOKENS", Metadata = FakeGeminiReply.Usage(10, 20_000), PieceBytes = 4099 });
        var (id, chat) = await host.OpenAiAsync(model);

        var answer = await AskAsync(chat, stream, [new UserChatMessage("Go on")], new ChatCompletionOptions());

        Assert.Equal((string.Concat(pieces), ChatFinishReason.Length), (answer.Text, answer.Finish));
        // 10 × 2 + 20,000 × 8 millionths
        Assert.Equal(0.16002m, (await host.EntryAsync(id)).Entry.TotalCost);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Error_Quota_IsOpenAisRateLimit(bool stream)
    {
        var model = await host.AddModelAsync(FakeGeminiReply.Exhausted(17));
        var (_, chat) = await host.OpenAiAsync(model);

        var fault = await Assert.ThrowsAsync<ClientResultException>(() => AskAsync(chat, stream, [new UserChatMessage("a")], new ChatCompletionOptions()));

        Assert.Equal(429, fault.Status);
        Assert.True(fault.GetRawResponse()!.Headers.TryGetValue("Retry-After", out var wait));
        Assert.Equal("17", wait);
        Assert.Contains("rate_limit_exceeded", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Error_PromptBlocked_IsAFilteredAnswer()
    {
        var model = await host.AddModelAsync(new FakeGeminiReply { Blocked = "SAFETY", Metadata = """{"promptTokenCount":40,"totalTokenCount":40}""" });
        var (id, chat) = await host.OpenAiAsync(model);
        var answer = await AskAsync(chat, stream: true, [new UserChatMessage("a")], new ChatCompletionOptions());
        Assert.Equal(ChatFinishReason.ContentFilter, answer.Finish);
        Assert.Equal(0.00008m, (await host.EntryAsync(id)).Entry.TotalCost);
    }

    private static async Task<Answered> AskAsync(ChatClient chat, bool stream, IEnumerable<ChatMessage> messages, ChatCompletionOptions options)
    {
        if (!stream)
        {
            ChatCompletion whole = await chat.CompleteChatAsync(messages, options);
            return new Answered(string.Concat(whole.Content.Select(part => part.Text)), whole.ToolCalls, whole.FinishReason, whole.Usage);
        }

        var (text, finish, usage) = ("", (ChatFinishReason?)null, (ChatTokenUsage?)null);
        var calls = new SortedDictionary<int, (string? Id, string? Name, string Arguments)>();
        await foreach (var update in chat.CompleteChatStreamingAsync(messages, options))
        {
            text += string.Concat(update.ContentUpdate.Select(part => part.Text));
            finish = update.FinishReason ?? finish;
            usage = update.Usage ?? usage;
            foreach (var piece in update.ToolCallUpdates)
            {
                var known = calls.GetValueOrDefault(piece.Index, (null, null, ""));
                calls[piece.Index] = (known.Id ?? piece.ToolCallId, known.Name ?? piece.FunctionName, known.Arguments + piece.FunctionArgumentsUpdate);
            }
        }

        return new Answered(text, [.. calls.Values.Select(call => ChatToolCall.CreateFunctionToolCall(call.Id, call.Name, BinaryData.FromString(call.Arguments)))], finish, usage);
    }

    private sealed record Answered(string Text, IReadOnlyList<ChatToolCall> Calls, ChatFinishReason? Finish, ChatTokenUsage? Usage);
}
