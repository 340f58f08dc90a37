using System.Text.Json;

namespace AiPortal.Tests.Gateway.Gemini;

/// <summary>What Google answers, as a caller of OpenAI's reads it.</summary>
public sealed class GeminiAnswerReaderTests
{
    private const string Ask = """{"model":"m","messages":[{"role":"user","content":"a"}],"stream_options":{"include_usage":true}}""";
    private const string Tail = ",\"modelVersion\":\"gemini-2.5-flash\",\"responseId\":\"r1\"}\r\n\r\n";

    [Fact]
    public void Stream_ThoughtsTextAndCalls_BecomeChunks()
    {
        var (body, seen) = GeminiTranslation.OfOpenAi(Ask).Stream(
            "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"Hmm\",\"thought\":true}],\"role\":\"model\"},\"index\":0}],\"usageMetadata\":{\"trafficType\":\"ON_DEMAND\"}" + Tail
            + "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"漢\"}],\"role\":\"model\"},\"index\":0}]" + Tail
            + "data: {\"candidates\":[{\"content\":{\"parts\":[{\"functionCall\":{\"name\":\"f\",\"args\":{\"a\":1}},\"thoughtSignature\":\"c2VhbA==\"},{\"functionCall\":{\"id\":\"own\",\"name\":\"g\"}}],\"role\":\"model\"},\"finishReason\":\"STOP\",\"index\":0}],\"usageMetadata\":{\"promptTokenCount\":100,\"cachedContentTokenCount\":40,\"candidatesTokenCount\":7,\"thoughtsTokenCount\":5,\"totalTokenCount\":112}" + Tail);
        const string head = "data: {\"id\":\"chatcmpl-r1\",\"object\":\"chat.completion.chunk\",\"created\":1760000000,\"model\":\"gemini-2.5-flash\",";
        string[] chunks =
        [
            "{\"role\":\"assistant\",\"reasoning_content\":\"Hmm\"}", "{\"content\":\"漢\"}",
            "{\"tool_calls\":[{\"index\":0,\"id\":\"call_00000000000000000000000000000001_0_0\",\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"\"},\"extra_content\":{\"google\":{\"thought_signature\":\"c2VhbA==\"}}}]}",
            "{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"{\\\"a\\\":1}\"}}]}",
            "{\"tool_calls\":[{\"index\":1,\"id\":\"own\",\"type\":\"function\",\"function\":{\"name\":\"g\",\"arguments\":\"\"}}]}",
            "{\"tool_calls\":[{\"index\":1,\"function\":{\"arguments\":\"{}\"}}]}",
        ];
        var lines = body.Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(chunks.Length + 3, lines.Length);
        for (var i = 0; i < chunks.Length; i++) Assert.StartsWith(head + "\"choices\":[{\"index\":0,\"delta\":" + chunks[i], lines[i], StringComparison.Ordinal);
        Assert.Contains("\"finish_reason\":\"tool_calls\"", lines[^3], StringComparison.Ordinal);
        var usage = JsonDocument.Parse(lines[^2]["data: ".Length..]).RootElement.GetProperty("usage");
        // OpenAI counts thoughts inside the completion.
        Assert.Equal((100, 12, 112), (usage.GetProperty("prompt_tokens").GetInt32(), usage.GetProperty("completion_tokens").GetInt32(), usage.GetProperty("total_tokens").GetInt32()));
        Assert.Equal((40, 5), (usage.GetProperty("prompt_tokens_details").GetProperty("cached_tokens").GetInt32(), usage.GetProperty("completion_tokens_details").GetProperty("reasoning_tokens").GetInt32()));
        Assert.Equal("data: [DONE]", lines[^1]);
        Assert.Equal((60, 40, 7, 5), (seen.Usage!.Value.Usage.Input, seen.Usage.Value.Usage.CachedInput, seen.Usage.Value.Usage.Output, seen.Usage.Value.Usage.Reasoning));
    }

    [Theory]
    [InlineData("STOP", "stop")]
    [InlineData("MAX_TOKENS", "length")]
    [InlineData("SAFETY", "content_filter")]
    [InlineData("RECITATION", "content_filter")]
    [InlineData("BLOCKLIST", "content_filter")]
    [InlineData("PROHIBITED_CONTENT", "content_filter")]
    [InlineData("SPII", "content_filter")]
    [InlineData("IMAGE_SAFETY", "content_filter")]
    [InlineData("MALFORMED_FUNCTION_CALL", "stop")]
    [InlineData("SOMETHING_NEW", "stop")]
    public void Plain_FinishReason_InOpenAisWords(string reason, string word)
    {
        var (body, _) = GeminiTranslation.OfOpenAi(Ask).Plain($$"""{"candidates":[{"content":{"parts":[{"text":"x"}],"role":"model"},"finishReason":"{{reason}}"}],"usageMetadata":{"promptTokenCount":1,"candidatesTokenCount":1,"totalTokenCount":2},"modelVersion":"v"}""");
        Assert.Equal(word, JsonDocument.Parse(body).RootElement.GetProperty("choices")[0].GetProperty("finish_reason").GetString());
    }

    [Fact]
    public void Plain_CallsEndWithStop_AreToolCalls()
    {
        var (body, _) = GeminiTranslation.OfOpenAi(Ask).Plain("""{"candidates":[{"content":{"parts":[{"functionCall":{"name":"f","args":{}}}],"role":"model"},"finishReason":"STOP"}],"modelVersion":"v"}""");
        var choice = JsonDocument.Parse(body).RootElement.GetProperty("choices")[0];
        Assert.Equal(("tool_calls", "{}"), (choice.GetProperty("finish_reason").GetString(), choice.GetProperty("message").GetProperty("tool_calls")[0].GetProperty("function").GetProperty("arguments").GetString()));
        Assert.Equal(JsonValueKind.Null, choice.GetProperty("message").GetProperty("content").ValueKind);
    }

    [Fact]
    public void Plain_PromptBlocked_IsFiltered()
    {
        var (body, seen) = GeminiTranslation.OfOpenAi(Ask).Plain("""{"promptFeedback":{"blockReason":"SAFETY"},"usageMetadata":{"promptTokenCount":4,"totalTokenCount":4},"modelVersion":"v"}""");
        Assert.Equal("content_filter", JsonDocument.Parse(body).RootElement.GetProperty("choices")[0].GetProperty("finish_reason").GetString());
        Assert.Equal((4, 0), (seen.Usage!.Value.Usage.Input, seen.Usage.Value.Usage.TotalOutput));
    }
}
