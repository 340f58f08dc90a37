using System.Buffers;
using System.Text;
using System.Text.Json;
using AiPortal.Core.Gateway;
using AiPortal.Core.Gateway.Chat;
using AiPortal.Core.Gateway.Sandbox;
using Xunit;

namespace AiPortal.Tests.Gateway.Sandbox;

public sealed class SandboxUpstreamTests
{
    private static readonly SandboxUpstream Upstream = new(TimeProvider.System, SandboxPace.Immediate);

    [Theory]
    [InlineData("Hello", "sandbox")]
    [InlineData("你好,请介绍一下自己", "沙盒")]
    public async Task Answer_Plain_SaysWhatItIsInTheCallersScript(string question, string word)
    {
        var (status, body) = await AskAsync("sandbox-small", question);
        using var json = JsonDocument.Parse(body);
        var text = json.RootElement.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString();

        Assert.Equal(200, status);
        Assert.Contains(word, text, StringComparison.Ordinal);
        Assert.Equal("sandbox-small", json.RootElement.GetProperty("model").GetString());
    }

    [Theory]
    [InlineData("")]
    [InlineData(",\"n\":3")]
    public async Task Answer_PlainAndStream_ReportUsageThatFitsTheirText(string more)
    {
        var plain = ChatUsageReader.Read(Bytes.Of((await AskAsync("sandbox-large", "Hello", more)).Body));
        using var tap = new SseTap(hideUsageChunk: false);
        var output = new ArrayBufferWriter<byte>();
        tap.Push(Encoding.UTF8.GetBytes((await AskAsync("sandbox-large", "Hello", more + ",\"stream\":true,\"stream_options\":{\"include_usage\":true}")).Body), output);

        foreach (var seen in new[] { plain, tap.Seen })
        {
            Assert.Equal("stop", seen.FinishReason);
            Assert.Equal(UsageDoubts.None, seen.Usage?.Doubts);
            Assert.InRange(seen.Usage!.Value.Usage.Output, TokenEstimate.Of(seen.Content), TokenEstimate.Of(seen.Content) + 3);
            Assert.InRange(seen.Usage.Value.Usage.Input, 1, 30);
        }

        Assert.True(tap.IsComplete);
        Assert.Equal(0, tap.Seen.Unreadable);
    }

    [Fact]
    public async Task Answer_SameBody_IsTheSame()
    {
        var first = ChatUsageReader.Read(Bytes.Of((await AskAsync("sandbox-reasoning", "Hello")).Body));
        var again = ChatUsageReader.Read(Bytes.Of((await AskAsync("sandbox-reasoning", "Hello")).Body));
        var other = ChatUsageReader.Read(Bytes.Of((await AskAsync("sandbox-reasoning", "Hello!")).Body));

        Assert.Equal((first.Id, first.Usage, first.Content), (again.Id, again.Usage, again.Content));
        Assert.NotEqual(first.Id, other.Id);
    }

    [Theory]
    [InlineData("sandbox-small", 1)]
    [InlineData("sandbox-small", 25)]
    [InlineData("sandbox-reasoning", 1)]
    [InlineData("sandbox-reasoning", 25)]
    [InlineData("sandbox-reasoning", 600)]
    public async Task Answer_BoundedOutput_NeverExceedsIt(string model, long bound)
    {
        var seen = ChatUsageReader.Read(Bytes.Of((await AskAsync(model, "Hello", $",\"max_tokens\":{bound}")).Body));

        Assert.InRange(seen.Usage!.Value.Usage.TotalOutput, 0, bound);
        Assert.Equal(bound < 100 ? "length" : "stop", seen.FinishReason);
    }

    [Fact]
    public async Task Answer_LongPromptAtAReasoningModel_HasCachedAndReasoningTokens()
    {
        var usage = ChatUsageReader.Read(Bytes.Of((await AskAsync("sandbox-reasoning", new string('a', 10_000))).Body)).Usage!.Value.Usage;

        Assert.Equal(1152, usage.CachedInput);
        Assert.InRange(usage.Reasoning, 64, 512);
        Assert.True(usage.Output > 0);
    }

    [Fact]
    public async Task Answer_StreamWithoutUsageAsked_HasNoUsage()
    {
        var (_, body) = await AskAsync("sandbox-small", "Hello", ",\"stream\":true");

        Assert.DoesNotContain("\"usage\"", body, StringComparison.Ordinal);
        Assert.EndsWith("data: [DONE]\n\n", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Answer_BadBody_IsTheDialectsError()
    {
        var answer = Upstream.Answer(Bytes.Of("{\"model\":7}"));
        var body = await ReadAsync(answer);

        Assert.Equal(400, answer.Status);
        Assert.Equal("model", ChatUsageReader.Read(Bytes.Of(body)).Error?.Param);
    }

    [Fact]
    public async Task ReadAsync_CallerLeaves_Ends()
    {
        using var leaving = new CancellationTokenSource();
        var answer = Upstream.Answer(Bytes.Of("{\"model\":\"sandbox-small\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]}"));

        await Assert.ThrowsAsync<OperationCanceledException>(async () =>
        {
            await foreach (var frame in answer.ReadAsync(leaving.Token))
            {
                Assert.StartsWith("data: ", Encoding.UTF8.GetString(frame.Span), StringComparison.Ordinal);
                await leaving.CancelAsync();
            }
        });
    }

    [Fact]
    public async Task ReadAsync_Stream_WaitsByTheGivenClock()
    {
        var clock = new RecordingClock();
        var pace = new SandboxPace(TimeSpan.FromMinutes(3), TimeSpan.FromMinutes(1));
        var answer = new SandboxUpstream(clock, pace).Answer(Bytes.Of("{\"model\":\"sandbox-small\",\"stream\":true,\"max_tokens\":3,\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]}"));

        var frames = 0;
        await foreach (var _ in answer.ReadAsync()) frames++;

        Assert.Equal(Enumerable.Repeat(pace.BetweenFrames, frames - 1).Prepend(pace.BeforeFirst), clock.Waits);
    }

    private static async Task<(int Status, string Body)> AskAsync(string model, string question, string more = "")
    {
        var answer = Upstream.Answer(Bytes.Of("{\"model\":\"" + model + "\",\"messages\":[{\"role\":\"user\",\"content\":" + JsonSerializer.Serialize(question) + "}]" + more + "}"));
        return (answer.Status, await ReadAsync(answer));
    }

    private static async Task<string> ReadAsync(SandboxAnswer answer)
    {
        var body = new StringBuilder();
        await foreach (var piece in answer.ReadAsync()) body.Append(Encoding.UTF8.GetString(piece.Span));
        return body.ToString();
    }

    /// <summary>Every wait is over at once, and written down.</summary>
    private sealed class RecordingClock : TimeProvider
    {
        public List<TimeSpan> Waits { get; } = [];

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Waits.Add(dueTime);
            return base.CreateTimer(callback, state, TimeSpan.Zero, period);
        }
    }
}
