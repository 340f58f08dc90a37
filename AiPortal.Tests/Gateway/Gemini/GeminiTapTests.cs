using System.Buffers;
using System.Text;
using AiPortal.Core.Gateway;
using AiPortal.Core.Gateway.Gemini;

namespace AiPortal.Tests.Gateway.Gemini;

public sealed class GeminiTapTests
{
    private const string Stream =
        "data: {\"candidates\": [{\"content\": {\"parts\": [{\"text\": \"Hel\"}],\"role\": \"model\"},\"index\": 0}],\"usageMetadata\": {\"promptTokenCount\": 9,\"candidatesTokenCount\": 1,\"totalTokenCount\": 10},\"modelVersion\": \"gemini-2.5-flash\",\"responseId\": \"r1\"}\r\n\r\n"
        + "data: {\"candidates\": [{\"content\": {\"parts\": [{\"text\": \"lo 漢\"}],\"role\": \"model\"},\"finishReason\": \"STOP\",\"index\": 0}],\"usageMetadata\": {\"promptTokenCount\": 9,\"candidatesTokenCount\": 3,\"thoughtsTokenCount\": 7,\"totalTokenCount\": 19},\"modelVersion\": \"gemini-2.5-flash\",\"responseId\": \"r1\"}\r\n\r\n";

    [Fact]
    public void Stream_CutInTwoAtEveryByte_GoesOnAtOnceAndIsCounted()
    {
        var bytes = Encoding.UTF8.GetBytes(Stream);
        for (var at = 0; at <= bytes.Length; at++)
        {
            using var tap = new GeminiTap();
            var output = new ArrayBufferWriter<byte>();
            Assert.True(tap.Push(bytes.AsSpan(0, at), output));
            Assert.Equal(at, output.WrittenCount);
            Assert.True(tap.Push(bytes.AsSpan(at), output));
            tap.Finish(output);
            tap.WriteEnd(output);
            Assert.Equal(Stream, Encoding.UTF8.GetString(output.WrittenSpan));
            Assert.True(tap is { IsComplete: true, IsMidFrame: false, ErrorPassed: false, Fault: null });
            Assert.Equal((9, 3, 7), (tap.Seen.Usage!.Value.Usage.Input, tap.Seen.Usage.Value.Usage.Output, tap.Seen.Usage.Value.Usage.Reasoning));
            Assert.Equal(("r1", "gemini-2.5-flash", "STOP", 9L), (tap.Seen.Id, tap.Seen.Model, tap.Seen.FinishReason, tap.Seen.Content.Bytes));
        }
    }

    [Fact]
    public void Stream_BrokenOffAtEveryByte_IsNeverWholeBeforeItsLastFrame()
    {
        var bytes = Encoding.UTF8.GetBytes(Stream);
        for (var length = 0; length < bytes.Length - "\r\n\r\n".Length; length++)
        {
            using var tap = new GeminiTap();
            var output = new ArrayBufferWriter<byte>();
            tap.Push(bytes.AsSpan(0, length), output);
            tap.Finish(output);
            Assert.False(tap.IsComplete, $"cut after {length}");
        }
    }

    [Fact]
    public void Stream_LastFrameWithoutItsEmptyLine_Counts()
    {
        using var tap = new GeminiTap();
        var output = new ArrayBufferWriter<byte>();
        tap.Push(Encoding.UTF8.GetBytes(Stream.TrimEnd()), output);
        Assert.True(tap.IsMidFrame);
        tap.Finish(output);
        Assert.True(tap is { IsComplete: true, IsMidFrame: false });
        Assert.EndsWith("}\n\n", Encoding.UTF8.GetString(output.WrittenSpan), StringComparison.Ordinal);
    }

    [Fact]
    public void Stream_BlockedPrompt_IsWhole()
    {
        using var tap = new GeminiTap();
        tap.Push("data: {\"promptFeedback\":{\"blockReason\":\"SAFETY\"},\"usageMetadata\":{\"promptTokenCount\":5,\"totalTokenCount\":5}}\r\n\r\n"u8, new ArrayBufferWriter<byte>());
        Assert.True(tap.IsComplete);
        Assert.Equal(5, tap.Seen.Usage!.Value.Usage.Input);
    }

    [Fact]
    public void Stream_Error_IsSeenAndPassed()
    {
        using var tap = new GeminiTap();
        tap.Push("data: {\"error\":{\"code\":503,\"message\":\"The model is overloaded.\",\"status\":\"UNAVAILABLE\"}}\r\n\r\n"u8, new ArrayBufferWriter<byte>());
        Assert.True(tap is { IsComplete: false, ErrorPassed: true });
        Assert.Equal("The model is overloaded.", tap.Seen.Error?.Message);
    }

    [Fact]
    public void Stream_FrameWithoutEnd_IsAFault()
    {
        using var tap = new GeminiTap(maxFrameBytes: 1000);
        Assert.False(tap.Push(new byte[2000], new ArrayBufferWriter<byte>()));
        Assert.Equal(GatewayFailure.UpstreamGarbled, tap.Fault);
    }
}
