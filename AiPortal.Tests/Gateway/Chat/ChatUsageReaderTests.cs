using System.Text;
using AiPortal.Core.Catalog;
using AiPortal.Core.Gateway;
using AiPortal.Core.Gateway.Chat;
using Xunit;
using Xunit.Abstractions;

namespace AiPortal.Tests.Gateway.Chat;

public sealed class ChatUsageReaderTests(ITestOutputHelper output)
{
    public const string Answer = """
        {"id":"chatcmpl-1","object":"chat.completion","created":1,"model":"gpt-5.4-2026-03-05","choices":[{"index":0,"message":{"role":"assistant",
        "content":"Hé漢😀","refusal":null,"reasoning_content":"hm","tool_calls":[{"id":"call_1","type":"function","function":{"name":"f","arguments":"{\"a\":1}"}}]},"finish_reason":"tool_calls"}],
        "usage":{"prompt_tokens":100,"completion_tokens":50,"total_tokens":150,"prompt_tokens_details":{"cached_tokens":64,"cache_write_tokens":10},"completion_tokens_details":{"reasoning_tokens":20}},
        "service_tier":"flex"}
        """;

    [Theory]
    [InlineData("""{"prompt_tokens":100,"completion_tokens":50,"total_tokens":150}""", 100, 0, 0, 50, 0)]
    [InlineData("""{"prompt_tokens":0,"completion_tokens":0,"total_tokens":0}""", 0, 0, 0, 0, 0)]
    [InlineData("""{"prompt_tokens":100,"completion_tokens":50,"prompt_tokens_details":null,"completion_tokens_details":null}""", 100, 0, 0, 50, 0)]
    [InlineData("""{"prompt_tokens":100,"completion_tokens":50,"prompt_tokens_details":{"cached_tokens":null},"completion_tokens_details":{}}""", 100, 0, 0, 50, 0)]
    [InlineData("""{"prompt_tokens":100,"completion_tokens":50,"prompt_tokens_details":{"cached_tokens":64,"cache_write_tokens":10},"completion_tokens_details":{"reasoning_tokens":20}}""", 26, 64, 10, 30, 20)]
    [InlineData("""{"prompt_tokens":100,"completion_tokens":50,"prompt_cache_hit_tokens":40,"prompt_cache_miss_tokens":60}""", 60, 40, 0, 50, 0)]
    [InlineData("""{"prompt_tokens":100,"completion_tokens":50,"prompt_cache_hit_tokens":40,"prompt_tokens_details":{"cached_tokens":40}}""", 60, 40, 0, 50, 0)]
    [InlineData("""{"prompt_tokens":100,"completion_tokens":50,"cached_tokens":30}""", 70, 30, 0, 50, 0)]
    [InlineData("""{"prompt_tokens":32,"completion_tokens":9,"total_tokens":150,"completion_tokens_details":{"reasoning_tokens":109}}""", 32, 0, 0, 9, 109)]
    [InlineData("""{"prompt_tokens":32,"completion_tokens":9,"completion_tokens_details":{"reasoning_tokens":109}}""", 32, 0, 0, 9, 109)]
    [InlineData("""{"completion_tokens_details":{"reasoning_tokens":20},"reasoning_tokens":7,"prompt_tokens":100,"completion_tokens":50}""", 100, 0, 0, 30, 20)]
    [InlineData("""{"reasoning_tokens":7,"prompt_tokens":100,"completion_tokens":50}""", 100, 0, 0, 43, 7)]
    [InlineData("""{"prompt_tokens":100,"total_tokens":150}""", 100, 0, 0, 50, 0)]
    [InlineData("""{"prompt_tokens":1.0e2,"completion_tokens":50.0}""", 100, 0, 0, 50, 0)]
    [InlineData("""{"input_tokens":100,"output_tokens":50,"input_tokens_details":{"cached_tokens":1}}""", 99, 1, 0, 50, 0)]
    public void Read_Usage_SplitsItIntoDisjointKinds(string usage, long input, long cached, long cacheWrite, long output, long reasoning) =>
        Assert.Equal(new UsageReading(new Usage(input, cached, cacheWrite, output, reasoning), UsageDoubts.None), UsageOf(usage));

    [Theory]
    [InlineData("""{"prompt_tokens":-5,"completion_tokens":50}""", UsageDoubts.Negative, 50)]
    [InlineData("""{"prompt_tokens":100,"completion_tokens":50,"prompt_tokens_details":{"cached_tokens":500}}""", UsageDoubts.CachedAboveInput, 150)]
    [InlineData("""{"prompt_tokens":100,"completion_tokens":50,"prompt_tokens_details":{"cached_tokens":60,"cache_write_tokens":60}}""", UsageDoubts.CachedAboveInput, 150)]
    [InlineData("""{"prompt_tokens":100,"completion_tokens":50,"total_tokens":150,"completion_tokens_details":{"reasoning_tokens":60}}""", UsageDoubts.ReasoningAboveOutput, 150)]
    [InlineData("""{"prompt_tokens":100,"completion_tokens":50,"total_tokens":999}""", UsageDoubts.TotalDiffers, 150)]
    [InlineData("""{"prompt_tokens":100,"completion_tokens":1e18}""", UsageDoubts.TooLarge, 100 + Usage.MaxCount)]
    [InlineData("""{"prompt_tokens":100,"completion_tokens":9223372036854775807}""", UsageDoubts.TooLarge, 100 + Usage.MaxCount)]
    [InlineData("""{"prompt_tokens":100,"completion_tokens":50,"cached_tokens":1.5}""", UsageDoubts.NotWholeNumber, 150)]
    [InlineData("""{"prompt_tokens":100,"completion_tokens":"x","total_tokens":150}""", UsageDoubts.NotWholeNumber, 150)]
    public void Read_ContradictoryUsage_IsBentAndMarked(string usage, UsageDoubts doubts, long total)
    {
        var reading = UsageOf(usage);

        Assert.Equal(doubts, reading?.Doubts);
        Assert.Equal(total, reading?.Usage.Total);
        Assert.All([reading!.Value.Usage.Input, reading.Value.Usage.CachedInput, reading.Value.Usage.CacheWrite, reading.Value.Usage.Output, reading.Value.Usage.Reasoning],
            kind => Assert.InRange(kind, 0, Usage.MaxCount));
    }

    [Theory]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("[1]")]
    [InlineData("\"none\"")]
    [InlineData("""{"prompt_tokens":100}""")]
    [InlineData("""{"completion_tokens":100}""")]
    [InlineData("""{"prompt_tokens":1e400,"completion_tokens":5}""")]
    public void Read_UnknowableUsage_IsNone(string usage) => Assert.Null(UsageOf(usage));

    [Fact]
    public void Read_WholeAnswerInAnySegments_GivesTheSame()
    {
        var length = Encoding.UTF8.GetByteCount(Answer);
        for (var size = 1; size <= length; size++)
        {
            var seen = ChatUsageReader.Read(Bytes.InSegments(Answer, size));

            Assert.Equal("chatcmpl-1", seen.Id);
            Assert.Equal("gpt-5.4-2026-03-05", seen.Model);
            Assert.Equal("flex", seen.ServiceTier);
            Assert.Equal("tool_calls", seen.FinishReason);
            Assert.Equal(new Usage(26, 64, 10, 30, 20), seen.Usage?.Usage);
            Assert.Equal(Encoding.UTF8.GetByteCount("Hé漢😀f{\"a\":1}"), seen.Content.Bytes);
            Assert.Equal(2, seen.Reasoning.Bytes);
            Assert.Equal(0, seen.Unreadable);
            Assert.Null(seen.Error);
        }
    }

    [Fact]
    public void Read_BrokenOffAnswer_KeepsWhatCameBefore()
    {
        var seen = ChatUsageReader.Read(Bytes.Of(Answer[..Answer.IndexOf("\"usage\"", StringComparison.Ordinal)]));

        Assert.Equal(1, seen.Unreadable);
        Assert.Null(seen.Usage);
        Assert.Equal(18, seen.Content.Bytes);
    }

    [Fact]
    public void Read_MistralContent_TellsThoughtsFromText()
    {
        var seen = ChatUsageReader.Read(Bytes.Of("""
            {"choices":[{"message":{"content":[{"type":"thinking","thinking":[{"type":"text","text":"thought"}]},{"type":"text","text":"answer"}]}}]}
            """));

        Assert.Equal((6, 7), (seen.Content.Bytes, seen.Reasoning.Bytes));
    }

    [Theory]
    [InlineData("""{"error":{"message":"No credit","type":"x","code":402,"param":null}}""", "No credit", "402")]
    [InlineData("""{"error":"busy"}""", "busy", null)]
    [InlineData("""{"error":{}}""", null, null)]
    public void Read_ErrorInside_IsSeen(string body, string? message, string? code)
    {
        var error = ChatUsageReader.Read(Bytes.Of(body)).Error;

        Assert.NotNull(error);
        Assert.Equal((message, code), (error.Message, error.Code));
    }

    [Fact]
    public void Read_MutatedAnswers_NeverThrows()
    {
        var seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var original = Encoding.UTF8.GetBytes(Answer.Replace("\"usage\"", "\"us\\u0061ge\"", StringComparison.Ordinal));
        ReadOnlySpan<byte> spice = "\"\\{}[]:,0eE-.ud8"u8;
        for (var round = 0; round < 20_000; round++)
        {
            var bytes = original.ToArray();
            for (var changes = random.Next(1, 8); changes > 0; changes--) bytes[random.Next(bytes.Length)] = spice[random.Next(spice.Length)];
            var whole = ChatUsageReader.Read(Bytes.InSegments(bytes, bytes.Length));
            var split = ChatUsageReader.Read(Bytes.InSegments(bytes, random.Next(1, 40)));
            Assert.Equal((whole.Usage, whole.Content, whole.Unreadable), (split.Usage, split.Content, split.Unreadable));
        }
    }

    private static UsageReading? UsageOf(string usage) =>
        ChatUsageReader.Read(Bytes.Of("{\"choices\":[],\"usage\":" + usage + "}")).Usage;
}
