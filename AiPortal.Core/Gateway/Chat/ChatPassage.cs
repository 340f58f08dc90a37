using System.Buffers;

namespace AiPortal.Core.Gateway.Chat;

/// <summary>Chat at a provider that speaks it too: bytes pass through but for the model, the output bound and the wish for usage.</summary>
public sealed class ChatPassage : IUpstreamExchange
{
    public static ChatPassage Instance { get; } = new();

    public GatewayRefusal? WriteRequest(ExchangeRequest request, IBufferWriter<byte> output, out UpstreamTarget target)
    {
        target = new UpstreamTarget("chat/completions");
        new ChatRequestRewrite(request.UpstreamModel, request.Kind.CapMember, request.Cap, request.Kind.StreamUsage)
            .Write(output, request.Body, (ChatRequestScan)request.Scan);
        return null;
    }

    public PlainAnswer ReadPlain(ExchangeRequest request, in ReadOnlySequence<byte> body) => new(ChatUsageReader.Read(body));

    public IStreamTap Tap(ExchangeRequest request, bool holdEnd) =>
        new SseTap(hideUsageChunk: !((ChatRequestScan)request.Scan).IncludeUsage, holdEndMarker: holdEnd);

    public AnswerObservation ReadRefusal(in ReadOnlySequence<byte> body) => ChatUsageReader.Read(body);
}
