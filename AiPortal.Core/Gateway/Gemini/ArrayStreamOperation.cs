using System.Buffers;
using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using AiPortal.Core.Providers;

namespace AiPortal.Core.Gateway.Gemini;

/// <summary><c>POST /v1beta/models/{model}:streamGenerateContent</c> without <c>alt=sse</c>: the same stream as one JSON array.</summary>
public sealed class ArrayStreamOperation : GatewayOperation
{
    private static readonly ConcurrentDictionary<IUpstreamExchange, ArrayExchange> Made = new();

    public static ArrayStreamOperation Instance { get; } = new();

    public override string RequestType => GenerateContentOperation.Instance.RequestType;

    public override ErrorShape Errors => GeminiArrayErrors.Shape;

    public override bool TryRead(
        CallTarget target, in ReadOnlySequence<byte> body, [NotNullWhen(true)] out RequestScan? scan, [NotNullWhen(false)] out GatewayRefusal? refusal) =>
        GenerateContentOperation.Instance.TryRead(target, body, out scan, out refusal);

    public override IUpstreamExchange? At(ProviderKind kind) =>
        GenerateContentOperation.Instance.At(kind) is { } events ? Made.GetOrAdd(events, static exchange => new ArrayExchange(exchange)) : null;

    /// <summary>Asks for events, and gives them on as an array.</summary>
    private sealed class ArrayExchange(IUpstreamExchange events) : IUpstreamExchange
    {
        public IReadOnlyList<string> PassedHeaders => events.PassedHeaders;

        public GatewayRefusal? WriteRequest(ExchangeRequest request, IBufferWriter<byte> output, out UpstreamTarget target) => events.WriteRequest(request, output, out target);

        public PlainAnswer ReadPlain(ExchangeRequest request, in ReadOnlySequence<byte> body) => events.ReadPlain(request, body);

        public IStreamTap Tap(ExchangeRequest request, bool holdEnd) => new ArrayTap(events.Tap(request, holdEnd));

        public AnswerObservation ReadRefusal(in ReadOnlySequence<byte> body) => events.ReadRefusal(body);
    }
}

/// <summary>Google's shape as elements of an array: a refusal is one of one, an error in the midst the last.</summary>
public sealed class GeminiArrayErrors : ErrorShape
{
    public static GeminiArrayErrors Shape { get; } = new();

    public override void Write(IBufferWriter<byte> output, GatewayRefusal refusal, Guid requestId)
    {
        output.Write("["u8);
        GeminiErrors.Shape.Write(output, refusal, requestId);
        output.Write("]"u8);
    }

    public override void WriteEvent(IBufferWriter<byte> output, GatewayRefusal refusal, Guid requestId)
    {
        output.Write(",\r\n"u8);
        GeminiErrors.Shape.Write(output, refusal, requestId);
        output.Write("\r\n]"u8);
    }
}
