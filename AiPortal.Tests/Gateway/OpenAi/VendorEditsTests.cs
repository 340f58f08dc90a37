using System.Buffers;
using System.Text;
using System.Text.Json;
using AiPortal.Core.Gateway;
using AiPortal.Core.Gateway.Chat;
using AiPortal.Core.Gateway.Translation;
using AiPortal.Core.Providers;

namespace AiPortal.Tests.Gateway.OpenAi;

/// <summary>Quirks of vendors, as what is sent to them.</summary>
public sealed class VendorEditsTests
{
    [Theory]
    [InlineData("openai", """{"store":true,"model":"m","messages":[{}],"max_completion_tokens":5,"n":2}""", """{"store":true,"model":"m","messages":[{}],"max_completion_tokens":5,"n":2}""")]
    [InlineData("mistral", """{"store":true,"model":"m","seed":1,"messages":[{}],"user":"a", "metadata":{"a":"b"} }""", """{"model":"m","messages":[{}] }""")]
    [InlineData("mistral", """{"model":"m","messages":[{}],"max_completion_tokens":5,"stream":true,"stream_options":{"include_usage":true}}""", """{"model":"m","messages":[{}],"max_tokens":5,"stream":true}""")]
    [InlineData("cohere", """{"stream_options":null,"n":1,"model":"m","messages":[{}]}""", """{"model":"m","messages":[{}]}""")]
    [InlineData("groq", """{"model":"m","n":2,"logprobs":true,"messages":[{"role":"user","name":"bob","content":"a"},{"name":"x"},{"role":"user","content":"b","name":"y"}]}""",
        """{"model":"m","messages":[{"role":"user","content":"a"},{},{"role":"user","content":"b"}]}""")]
    [InlineData("deepseek", """{"model":"m","max_completion_tokens":5,"max_tokens":5,"messages":[{}]}""", """{"model":"m","max_tokens":5,"messages":[{}]}""")]
    [InlineData("zhipu", """{"model":"m","messages":[{}],"max_completion_tokens":null}""", """{"model":"m","messages":[{}]}""")]
    [InlineData("openai-compatible", """{"model":"m","messages":[{}],"max_completion_tokens":7}""", """{"model":"m","messages":[{}],"max_completion_tokens":7}""")]
    public void Passage_OfAKind_SendsWhatTheVendorTakes(string kind, string body, string sent)
    {
        for (var size = 1; size <= body.Length; size += 7) Assert.Equal(sent, Sent(kind, Bytes.InSegments(body, size)));
    }

    [Fact]
    public void Passage_CapAndDrops_AreWrittenTogether()
    {
        Assert.Equal("""{"max_tokens":77,"model":"m","messages":[{}]}""", Sent("mistral", Bytes.Of("""{"store":true,"model":"m","messages":[{}]}"""), cap: 77));
        Assert.Equal("""{"max_tokens":77,"model":"m","messages":[{}]}""", Sent("mistral", Bytes.Of("""{"max_completion_tokens":null,"model":"m","messages":[{}]}"""), cap: 77));
    }

    [Fact]
    public void Passage_OtherModel_IsRewrittenBesideDrops() =>
        Assert.Equal("""{"model":"theirs","messages":[{}]}""", Sent("groq", Bytes.Of("""{"n":1,"model":"m","logit_bias":{},"messages":[{}]}"""), model: "theirs"));

    [Theory]
    [InlineData("deepseek", "https://api.deepseek.com/chat/completions")]
    [InlineData("dashscope", "https://dashscope.aliyuncs.com/compatible-mode/v1/chat/completions")]
    [InlineData("zhipu", "https://open.bigmodel.cn/api/paas/v4/chat/completions")]
    [InlineData("qianfan", "https://qianfan.baidubce.com/v2/chat/completions")]
    [InlineData("moonshot", "https://api.moonshot.cn/v1/chat/completions")]
    [InlineData("mistral", "https://api.mistral.ai/v1/chat/completions")]
    [InlineData("cohere", "https://api.cohere.ai/compatibility/v1/chat/completions")]
    [InlineData("groq", "https://api.groq.com/openai/v1/chat/completions")]
    [InlineData("xai", "https://api.x.ai/v1/chat/completions")]
    [InlineData("openrouter", "https://openrouter.ai/api/v1/chat/completions")]
    [InlineData("together", "https://api.together.ai/v1/chat/completions")]
    [InlineData("ollama", "http://localhost:11434/v1/chat/completions")]
    [InlineData("fastgpt", "https://api.fastgpt.in/api/v1/chat/completions")]
    public void Preset_Address_IsJoinedWithoutGuessing(string kind, string address)
    {
        var preset = ProviderKinds.Find(kind)!;

        Assert.Equal(address, preset.Root(preset.BaseUrl!).At("chat/completions").ToString());
    }

    [Theory]
    [InlineData("mistral", "seed,user,service_tier", "max_tokens")]
    [InlineData("cohere", "n,user,service_tier,parallel_tool_calls,stream_options", "max_tokens")]
    [InlineData("groq", "n", "max_tokens")]
    [InlineData("openai", "", "max_completion_tokens")]
    public void Translation_ToAKind_LeavesOutWhatItRefuses(string kind, string left, string cap)
    {
        var prompt = new ChatPrompt
        {
            Model = "m",
            Stream = true,
            Turns = [new ChatTurn(TurnRole.User, [new TextPart("Hi")])],
            Choices = 2,
            Seed = 1,
            EndUser = "a",
            ServiceTier = "default",
            MaxOutput = 5,
            Tools = [new ToolDefinition("f", null, null, null)],
            ParallelToolCalls = false,
        };
        var output = new ArrayBufferWriter<byte>();

        Assert.Null(ChatTongue.Provider.Prompts.Write(prompt, new PromptTarget(ProviderKinds.Find(kind)!, "m", null, null), output));

        using var sent = JsonDocument.Parse(output.WrittenMemory);
        string[] names = [.. sent.RootElement.EnumerateObject().Select(member => member.Name)];
        Assert.Contains(cap, names);
        string[] refused = left.Split(',', StringSplitOptions.RemoveEmptyEntries);
        Assert.Empty(names.Intersect(refused));
        if (kind == "openai") Assert.Subset(names.ToHashSet(), new HashSet<string> { "n", "seed", "user", "service_tier", "parallel_tool_calls", "stream_options" });
    }

    [Theory]
    [InlineData("openai", "Chat,Completions,Embeddings,Moderations,Responses,ImageGenerations,ImageEdits,ImageVariations,Speech,Transcriptions,Translations")]
    [InlineData("azure-openai", "Chat,Completions,Embeddings,Responses,ImageGenerations,ImageEdits,Speech,Transcriptions,Translations")]
    [InlineData("mistral", "Chat,Embeddings,Moderations,Transcriptions")]
    [InlineData("groq", "Chat,Responses,Speech,Transcriptions,Translations")]
    [InlineData("fastgpt", "Chat")]
    public void Kind_OffersWhatItsVendorHas(string kind, string services)
    {
        var each = Enum.GetValues<ProviderServices>().Where(service => int.IsPow2((int)service));

        Assert.Equal(services, string.Join(',', each.Where(ProviderKinds.Find(kind)!.Has)));
    }

    [Fact]
    public void FastGpt_UsageOfOnes_DoesNotCount()
    {
        const string body = """{"model":"m","messages":[{"role":"user","content":"Hi"}]}""";
        var request = Request("fastgpt", Bytes.Of(body), "m", null);

        var seen = ChatPassage.Instance.ReadPlain(request, Bytes.Of("""{"id":"","choices":[{"message":{"content":"Hello"},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":1}}""")).Seen;

        Assert.Null(seen.Usage);
        Assert.Equal(5, seen.Content.Bytes);
    }

    private static string Sent(string kind, ReadOnlySequence<byte> body, long? cap = null, string model = "m")
    {
        var output = new ArrayBufferWriter<byte>();
        Assert.Null(ChatPassage.Instance.WriteRequest(Request(kind, body, model, cap), output, out _));
        using var parsed = JsonDocument.Parse(output.WrittenMemory);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    private static ExchangeRequest Request(string kind, ReadOnlySequence<byte> body, string model, long? cap)
    {
        Assert.True(ChatOperation.Instance.TryRead(default, body, out var scan, out _));
        return new ExchangeRequest(scan, body, ProviderKinds.Find(kind)!, model, cap, null, new AnswerContext(Guid.Empty, default, model, 1, scan));
    }
}
