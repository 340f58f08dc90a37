using System.Buffers;
using System.Text;
using AiPortal.Core.Gateway;
using AiPortal.Core.Gateway.Anthropic;
using AiPortal.Core.Gateway.Chat;
using AiPortal.Core.Gateway.Translation;
using AiPortal.Tests.Fixtures.Anthropic;

namespace AiPortal.Tests.Gateway.Anthropic;

/// <summary>However a stream is cut into pieces, what goes on and what is seen of it is the same.</summary>
public sealed class MessagesStreamTests
{
    private static readonly FakeMessage Script = new FakeMessage().Thinking("Let me 想", "c2ln").Text("漢", "字\n\n").ToolUse("toolu_1", "weather", "{\"city\":", "\"Rome\"}").ToolUse("toolu_2", "weather")
        .Usage(FakeMessage.UsageOf(500, 90, cacheRead: 64, write5m: 10, write1h: 20, thinking: 30, tier: "priority"));

    private static readonly byte[] Stream = Encoding.UTF8.GetBytes(string.Concat(Script.Events("claude-sonnet-4-5")));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Passage_CutAnywhere_PassesEveryByteAndSeesTheSame(bool returns)
    {
        var bytes = returns ? Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(Stream).Replace("\n", "\r\n", StringComparison.Ordinal)) : Stream;
        for (var cut = 0; cut <= bytes.Length; cut++)
        {
            using var tap = MessagesPassage.Instance.Tap(null!, holdEnd: false);
            Assert.Equal(bytes, Run(tap, bytes, [cut]));
            Assert.True(tap.IsComplete);
            Assert.Equal(("msg_fake", "claude-sonnet-4-5", "tool_use", "priority"), (tap.Seen.Id, tap.Seen.Model, tap.Seen.FinishReason, tap.Seen.ServiceTier));
            var usage = tap.Seen.Usage!.Value.Usage;
            Assert.Equal((500, 64, 10, 20, 60, 30), (usage.Input, usage.CachedInput, usage.CacheWrite, usage.CacheWrite1h, usage.Output, usage.Reasoning));
        }
    }

    [Fact]
    public void Passage_EndHeld_GoesOnlyByWriteEnd()
    {
        var end = Encoding.UTF8.GetBytes("event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n");
        for (var size = 1; size < 64; size++)
        {
            using var tap = MessagesPassage.Instance.Tap(null!, holdEnd: true);
            Assert.Equal(Stream[..^end.Length], Run(tap, Stream, Cuts(size)));
            var rest = new ArrayBufferWriter<byte>();
            tap.WriteEnd(rest);
            Assert.Equal(end, rest.WrittenSpan.ToArray());
        }
    }

    [Fact]
    public void Passage_BrokenOff_PassesWholeEventsOnlyAndKeepsTheCountedInput()
    {
        for (var length = 0; length < Stream.Length; length++)
        {
            using var tap = MessagesPassage.Instance.Tap(null!, holdEnd: false);
            var passed = Encoding.UTF8.GetString(Run(tap, Stream[..length], []));
            Assert.True(passed.Length == 0 || passed.EndsWith('}') || passed.EndsWith("}\n", StringComparison.Ordinal) || passed.EndsWith("\n\n", StringComparison.Ordinal), passed);
            if (tap.Seen.FirstUsage is not { } first || tap.Seen.Usage is not null) continue;
            Assert.False(tap.IsComplete);
            var estimate = TokenEstimate.Of(Scan(), tap.Seen);
            Assert.Equal((first.Usage.Input, 64, 10, 20), (estimate.Input, estimate.CachedInput, estimate.CacheWrite, estimate.CacheWrite1h));
            Assert.True(estimate.TotalOutput >= 1);
        }
    }

    [Fact]
    public void Translation_CutAnywhere_SaysTheSame()
    {
        var whole = Translated([]);
        Assert.Contains("\"arguments\":\"{}\"", whole, StringComparison.Ordinal);
        Assert.EndsWith("data: [DONE]\n\n", whole, StringComparison.Ordinal);
        for (var cut = 0; cut <= Stream.Length; cut++) Assert.Equal(whole, Translated([cut]));
        for (var size = 1; size < 64; size++) Assert.Equal(whole, Translated(Cuts(size)));
    }

    private static string Translated(IReadOnlyList<int> cuts)
    {
        using var tap = new TranslatingTap(AnthropicTongue.Provider.Answers(), ChatTongue.Caller.Answers(new AnswerContext(Guid.Empty, default, "m", 7, Scan())));
        var passed = new ArrayBufferWriter<byte>();
        passed.Write(Run(tap, Stream, cuts));
        Assert.True(tap.IsComplete);
        Assert.Equal(90, tap.Seen.Usage!.Value.Usage.TotalOutput);
        tap.WriteEnd(passed);
        return Encoding.UTF8.GetString(passed.WrittenSpan);
    }

    private static byte[] Run(IStreamTap tap, byte[] bytes, IReadOnlyList<int> cuts)
    {
        var passed = new ArrayBufferWriter<byte>();
        var done = 0;
        foreach (var cut in cuts.Append(bytes.Length))
        {
            Assert.True(tap.Push(bytes.AsSpan(done, cut - done), passed));
            done = cut;
        }

        tap.Finish(passed);
        return passed.WrittenSpan.ToArray();
    }

    private static List<int> Cuts(int size) => [.. Enumerable.Range(1, (Stream.Length - 1) / size).Select(piece => piece * size)];

    private static MessagesScan Scan()
    {
        Assert.True(MessagesScan.TryRead(new ReadOnlySequence<byte>("""{"model":"m","max_tokens":5,"messages":[{"role":"user","content":"Hi"}]}"""u8.ToArray()), needsMaxTokens: true, out var scan, out _));
        return scan;
    }
}
