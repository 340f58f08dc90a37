using System.Buffers;
using System.Text;
using AiPortal.Core.Catalog;
using AiPortal.Core.Gateway;
using AiPortal.Core.Gateway.Chat;
using Xunit;

namespace AiPortal.Tests.Gateway.Chat;

public sealed class SseTapTests
{
    private const string Head = """
        : OPENROUTER PROCESSING

        data: {"id":"chatcmpl-1","model":"gpt-5.4","service_tier":"default","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}],"usage":null}

        event: message
        data: {"id":"chatcmpl-1","choices":[{"delta":{"content":"Hé漢"}}]}


        data:{"id":"chatcmpl-1","choices":[{"delta":{"reasoning_content":"hm","reasoning":"hm"}}]}

        data: {"id":"chatcmpl-1",
        data: "choices":[{"delta":{"tool_calls":[{"index":0,"function":{"name":"f","arguments":"{\"choices\":[]"}}]}}]}

        data: {"prompt_filter_results":[],"choices":[],"usage":null}

        data: {"usage":null,"id":"chatcmpl-1","choices":[{"delta":{"refusal":"no"},"finish_reason":"stop"}]}


        """;

    private const string UsageChunk = """
        data: {"id":"chatcmpl-1","model":"gpt-5.4","choices":[],"usage":{"prompt_tokens":100,"completion_tokens":50,"total_tokens":150,"prompt_tokens_details":{"cached_tokens":64},"completion_tokens_details":{"reasoning_tokens":20}}}


        """;

    private const string End = "data: [DONE]\n\n";

    public static TheoryData<bool, bool, bool> Ways => new()
    {
        { true, true, false }, { true, false, false }, { false, true, false }, { false, false, false },
        { true, true, true }, { true, false, true }, { false, true, true }, { false, false, true },
    };

    [Theory]
    [MemberData(nameof(Ways))]
    public void Push_EverySplitOfAStream_GivesTheSame(bool hide, bool holdEnd, bool returns)
    {
        var source = Lines(Head + UsageChunk + End, returns);
        var expected = Lines(Head + (hide ? "" : UsageChunk) + (holdEnd ? "" : End), returns);
        var bytes = Encoding.UTF8.GetBytes(source);
        for (var first = 0; first <= bytes.Length; first++) Check(bytes[..first], bytes[first..]);
        for (var size = 1; size < 80; size++) Check([.. bytes.Chunk(size)]);

        void Check(params byte[][] chunks)
        {
            var (tap, text) = Relay(hide, holdEnd, chunks);
            using (tap)
            {
                Assert.Equal(expected, text);
                Assert.Equal(new UsageReading(new Usage(36, 64, 0, 30, 20), UsageDoubts.None), tap.Seen.Usage);
                Assert.Equal(("chatcmpl-1", "gpt-5.4", "default", "stop"), (tap.Seen.Id, tap.Seen.Model, tap.Seen.ServiceTier, tap.Seen.FinishReason));
                Assert.Equal("Hé漢".Length + 3 + "f{\"choices\":[]".Length + "no".Length, tap.Seen.Content.Bytes);
                Assert.Equal(2, tap.Seen.Reasoning.Bytes);
                Assert.Equal((true, true, false, 0), (tap.EndMarkerSeen, tap.IsComplete, tap.IsMidFrame, tap.Seen.Unreadable));
            }
        }
    }

    [Theory]
    [InlineData("data: {\"id\":\"x\",\"choices\":[", "{")]
    [InlineData("data: {\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":1},\"a\":[{\"choices\":[1]}],\"choices\" : [ ", "{\"index\":0")]
    [InlineData("data: ", "not json")]
    [InlineData(": comment\nevent: x\ndata:{\"choices\":[", "0")]
    public void Push_UnfinishedFrame_GoesOnAsSoonAsItIsKnownToBeOrdinary(string unknown, string known)
    {
        using var tap = new SseTap(hideUsageChunk: true, holdEndMarker: true);
        var output = new ArrayBufferWriter<byte>();

        tap.Push(Encoding.UTF8.GetBytes(unknown), output);
        Assert.Equal("", Encoding.UTF8.GetString(output.WrittenSpan));
        tap.Push(Encoding.UTF8.GetBytes(known), output);
        Assert.Equal(unknown + known, Encoding.UTF8.GetString(output.WrittenSpan));
        Assert.True(tap.IsMidFrame);
        tap.Push("…"u8, output);
        Assert.EndsWith("…", Encoding.UTF8.GetString(output.WrittenSpan), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, "data: {\"choices\":[],\"us")]
    [InlineData(false, "da")]
    public void Push_NothingToWithhold_PassesEveryByteAtOnce(bool hide, string part)
    {
        using var tap = new SseTap(hide);
        var output = new ArrayBufferWriter<byte>();
        tap.Push(Encoding.UTF8.GetBytes(part), output);
        Assert.Equal(part, Encoding.UTF8.GetString(output.WrittenSpan));
    }

    [Theory]
    [InlineData("""data: {"choices":[{"delta":{},"finish_reason":"stop"}],"x_groq":{"id":"r","usage":{"prompt_tokens":7,"completion_tokens":3,"queue_time":0.1}}}""")]
    [InlineData("""data: {"choices":[{"delta":{},"finish_reason":"stop","usage":{"prompt_tokens":7,"completion_tokens":3}}]}""")]
    [InlineData("""data: {"choices":[{"delta":{},"finish_reason":"stop"}],"usage":{"prompt_tokens":7,"completion_tokens":3}}""")]
    public void Push_UsageInAnOrdinaryChunk_IsReadAndTheChunkStays(string frame)
    {
        var (tap, text) = Relay(true, false, Encoding.UTF8.GetBytes(frame + "\n\n" + End));
        using (tap)
        {
            Assert.Equal(frame + "\n\n" + End, text);
            Assert.Equal(new Usage(7, 0, 0, 3, 0), tap.Seen.Usage?.Usage);
        }
    }

    [Fact]
    public void Push_SeveralUsages_TheLastOfTheTopLevelCounts()
    {
        const string Stream = """
            data: {"choices":[{"delta":{}}],"usage":{"prompt_tokens":7,"completion_tokens":1}}

            data: {"choices":[{"delta":{}}],"usage":{"prompt_tokens":7,"completion_tokens":5}}

            data: {"choices":[{"delta":{}}],"x_groq":{"usage":{"prompt_tokens":1,"completion_tokens":1}},"usage":null}


            """;
        var (tap, _) = Relay(true, false, Encoding.UTF8.GetBytes(Stream));
        using (tap) Assert.Equal(new Usage(7, 0, 0, 5, 0), tap.Seen.Usage?.Usage);
    }

    [Theory]
    [InlineData("data: {\"error\":{\"message\":\"overloaded\",\"code\":\"server_error\"}}\n\n")]
    [InlineData("event: error\ndata: {\"error\":{\"message\":\"overloaded\",\"code\":\"server_error\"},\"choices\":[],\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":1}}\r\n\r\n")]
    [InlineData("data: {\"error\":{\"message\":\"overloaded\",\"code\":\"server_error\"}}")]
    [InlineData("{\"error\":{\"message\":\"overloaded\",\"code\":\"server_error\"}}")]
    public void Push_ErrorInTheStream_IsSeenAndPassedOn(string error)
    {
        var stream = Head + error;
        foreach (var size in new[] { 1, 7, stream.Length * 2 })
        {
            var (tap, text) = Relay(true, true, [.. Encoding.UTF8.GetBytes(stream).Chunk(size)]);
            using (tap)
            {
                Assert.Equal(stream, text);
                Assert.Equal(("overloaded", "server_error"), (tap.Seen.Error?.Message, tap.Seen.Error?.Code));
                Assert.False(tap.IsComplete);
            }
        }
    }

    [Fact]
    public void Finish_FrameThatBrokeOff_IsNotASuccessAndGoesNoFurther()
    {
        const string Whole = "data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\n";
        var (tap, text) = Relay(true, false, Encoding.UTF8.GetBytes(Whole + "data: {\"id\":\"x\""));
        using (tap)
        {
            Assert.Equal(Whole, text);
            Assert.Equal((false, 1, false), (tap.IsComplete, tap.Seen.Unreadable, tap.IsMidFrame));
        }
    }

    [Fact]
    public void Finish_UsageChunkWithoutItsEmptyLine_IsReadAndHidden()
    {
        var (tap, text) = Relay(true, false, Encoding.UTF8.GetBytes(Head + UsageChunk.TrimEnd()));
        using (tap)
        {
            Assert.Equal(Head, text);
            Assert.Equal(150, tap.Seen.Usage?.Usage.Total);
        }
    }

    [Theory]
    [InlineData(10)]
    [InlineData(100_000)]
    public void Push_FrameWithoutEnd_IsAFaultBeforeItFillsMemory(int chunk)
    {
        using var tap = new SseTap(true, maxFrameBytes: 1 << 20);
        var output = new ArrayBufferWriter<byte>();
        var junk = new byte[chunk];
        Array.Fill(junk, (byte)'x');
        tap.Push("data: {"u8, output);
        long pushed = 0;
        while (tap.Push(junk, output)) Assert.InRange(pushed += chunk, 0, 1 << 20);

        Assert.Equal(GatewayFailure.UpstreamGarbled, tap.Fault);
        Assert.False(tap.IsComplete);
    }

    [Fact]
    public void Push_Garbage_IsCountedAndPassedOn()
    {
        var garbage = string.Concat(Enumerable.Repeat("data: {oops\n\n", 1000)) + "data: {\"\\ud800\":1,\"usage\\ud800\":1}\n\n";
        var (tap, text) = Relay(true, false, Encoding.UTF8.GetBytes(garbage));
        using (tap)
        {
            Assert.Equal(garbage, text);
            Assert.InRange(tap.Seen.Unreadable, 1, 1000);
            Assert.False(tap.IsComplete);
        }
    }

    [Fact]
    public void Push_LongStream_AllocatesNothingInProportion()
    {
        using var tap = new SseTap(true);
        var output = new Sink();
        var frame = Encoding.UTF8.GetBytes("data: {\"id\":\"chatcmpl-1\",\"model\":\"m\",\"service_tier\":\"default\",\"choices\":[{\"delta\":{\"content\":\"some words\"}}]}\n\n");
        byte[] twoAndAHalf = [.. frame, .. frame, .. frame[..30]];
        Round();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 10_000; i++) Round();

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 10_000);
        Assert.Equal(10_001L * 3 * 10, tap.Seen.Content.Bytes);

        void Round()
        {
            tap.Push(twoAndAHalf, output);
            tap.Push(frame.AsSpan(30), output);
        }
    }

    private static string Lines(string text, bool returns) => returns ? text.Replace("\n", "\r\n", StringComparison.Ordinal) : text;

    private static (SseTap Tap, string Text) Relay(bool hide, bool holdEnd, params byte[][] chunks)
    {
        var tap = new SseTap(hide, holdEnd);
        var output = new ArrayBufferWriter<byte>();
        foreach (var chunk in chunks) Assert.True(tap.Push(chunk, output));
        tap.Finish(output);
        return (tap, Encoding.UTF8.GetString(output.WrittenSpan));
    }

    private sealed class Sink : IBufferWriter<byte>
    {
        private readonly byte[] _bytes = new byte[4096];

        public void Advance(int count)
        {
        }

        public Memory<byte> GetMemory(int sizeHint = 0) => _bytes;

        public Span<byte> GetSpan(int sizeHint = 0) => _bytes;
    }
}
