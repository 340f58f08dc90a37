using System.Buffers;
using System.Text;
using AiPortal.Core.Gateway;
using AiPortal.Core.Gateway.Chat;
using AiPortal.Core.Gateway.Gemini;
using AiPortal.Core.Gateway.Translation;
using AiPortal.Core.Providers;

namespace AiPortal.Tests.Gateway.Gemini;

/// <summary>One translation there and back, without HTTP.</summary>
internal sealed class GeminiTranslation
{
    private static readonly DateTimeOffset At = DateTimeOffset.FromUnixTimeSeconds(1_760_000_000);
    private readonly IUpstreamExchange _exchange;
    private readonly ExchangeRequest _request;

    private GeminiTranslation(GatewayOperation operation, string kind, CallTarget target, string body, string upstream, long? cap)
    {
        var bytes = Bytes.Of(body);
        Assert.True(operation.TryRead(target, bytes, out var scan, out var refusal), refusal?.Message);
        var provider = ProviderKinds.Find(kind)!;
        _exchange = operation.At(provider)!;
        _request = new ExchangeRequest(scan, bytes, provider, upstream, cap, null, new AnswerContext(new Guid("00000000000000000000000000000001"), At, upstream, 10, scan));
    }

    /// <summary>A caller of OpenAI's at Google.</summary>
    public static GeminiTranslation OfOpenAi(string body, string upstream = "gemini-2.5-flash", long? cap = null) => new(ChatOperation.Instance, "gemini", default, body, upstream, cap);

    /// <summary>A caller of Google's at OpenAI.</summary>
    public static GeminiTranslation OfGemini(string body, bool stream = false, string upstream = "gpt-5") =>
        new(GenerateContentOperation.Instance, "openai", new CallTarget("asked", stream), body, upstream, null);

    public string Request(out GatewayRefusal? refusal)
    {
        var output = new ArrayBufferWriter<byte>();
        refusal = _exchange.WriteRequest(_request, output, out _);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    public (string Body, AnswerObservation Seen) Plain(string answer)
    {
        var (seen, translated) = _exchange.ReadPlain(_request, Bytes.InSegments(answer, 13));
        return (Encoding.UTF8.GetString(translated!.Value.Span), seen);
    }

    /// <summary>The stream translated, whole and cut in two at every byte: always the same.</summary>
    public (string Body, AnswerObservation Seen) Stream(string answer)
    {
        var bytes = Encoding.UTF8.GetBytes(answer);
        var (whole, seen) = Push(bytes, bytes.Length);
        for (var at = 0; at < bytes.Length; at++) Assert.Equal(whole, Push(bytes, at).Body);
        return (whole, seen);
    }

    private (string Body, AnswerObservation Seen) Push(byte[] bytes, int at)
    {
        using var tap = _exchange.Tap(_request, holdEnd: false);
        var output = new ArrayBufferWriter<byte>();
        Assert.True(tap.Push(bytes.AsSpan(0, at), output));
        Assert.True(tap.Push(bytes.AsSpan(at), output));
        tap.Finish(output);
        Assert.True(tap.IsComplete);
        tap.WriteEnd(output);
        return (Encoding.UTF8.GetString(output.WrittenSpan), tap.Seen);
    }
}
