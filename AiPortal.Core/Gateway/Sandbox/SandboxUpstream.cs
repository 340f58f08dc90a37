using System.Buffers;
using AiPortal.Core.Gateway.Chat;

namespace AiPortal.Core.Gateway.Sandbox;

/// <summary>
/// The provider of kind <c>sandbox</c>: in this process, free, and the same answer to the same body. Its usage is the
/// portal's own estimate, with cached input from 1,024 tokens on and hidden reasoning at models called so.
/// </summary>
public sealed class SandboxUpstream(TimeProvider time, SandboxPace pace)
{
    private const int CacheFrom = 1024;
    private const int CacheBlock = 128;
    private const int ReasoningBlock = 64;

    public SandboxAnswer Answer(in ReadOnlySequence<byte> body)
    {
        if (!ChatRequestScan.TryRead(body, out var scan, out var refusal))
        {
            var error = new ArrayBufferWriter<byte>();
            OpenAiErrors.Shape.Write(error, refusal, Guid.Empty);
            return new SandboxAnswer(refusal.Status, "application/json", [error.WrittenSpan.ToArray()], time, SandboxPace.Immediate);
        }

        var dice = SandboxDice.For(body);
        var completion = new SandboxCompletion($"chatcmpl-sandbox{dice.Next():x16}", scan.Model, time.GetUtcNow().ToUnixTimeSeconds());
        var bound = scan.MaxOutput ?? long.MaxValue;
        var reasons = scan.Model.Contains("reasoning", StringComparison.OrdinalIgnoreCase);
        var chinese = scan.Text.ThreeByte * 4 > scan.Text.OneByte;
        for (var choice = 0; choice < scan.Choices; choice++)
        {
            var reasoning = reasons ? Math.Min(bound, dice.Next(1, 8) * ReasoningBlock) : 0;
            var pieces = SandboxText.Pieces(ref dice, chinese, bound - reasoning, out var complete);
            completion.Add(pieces, complete ? "stop" : "length", reasoning);
        }

        var prompt = TokenEstimate.Input(scan);
        completion.Count(prompt, prompt < CacheFrom ? 0 : prompt / 2 / CacheBlock * CacheBlock);
        return scan.Stream
            ? new SandboxAnswer(200, "text/event-stream", completion.Frames(scan.IncludeUsage), time, pace)
            : new SandboxAnswer(200, "application/json", [completion.Plain()], time, pace);
    }
}
