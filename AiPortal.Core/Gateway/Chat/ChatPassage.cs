using System.Buffers;
using AiPortal.Core.Gateway.OpenAi;

namespace AiPortal.Core.Gateway.Chat;

/// <summary>Chat, or the old completions, at a provider that speaks it too: bytes pass through but for the model, the output bound, the wish for usage and what the vendor refuses.</summary>
/// <param name="path">Relative to the account's address.</param>
public sealed class ChatPassage(string path) : IUpstreamExchange
{
    public static ChatPassage Instance { get; } = new("chat/completions");

    public GatewayRefusal? WriteRequest(ExchangeRequest request, IBufferWriter<byte> output, out UpstreamTarget target)
    {
        target = new UpstreamTarget(path);
        var scan = (ChatRequestScan)request.Scan;
        var rewrite = new ChatRequestRewrite(request.UpstreamModel, scan.DefaultOutput is null ? request.Kind.CapMember : ChatRequestRewrite.CompatibleCapMember, scan.DefaultOutput ?? request.Cap, request.Kind.StreamUsage);
        rewrite.Write(output, request.Body, scan, VendorEdits.Of(request.Kind, request.Body));
        return null;
    }

    public PlainAnswer ReadPlain(ExchangeRequest request, in ReadOnlySequence<byte> body)
    {
        var seen = ChatUsageReader.Read(body);
        if (request.Kind.FakesUsage) seen.ForgetUsage();
        return new PlainAnswer(seen);
    }

    public IStreamTap Tap(ExchangeRequest request, bool holdEnd) =>
        new SseTap(hideUsageChunk: !((ChatRequestScan)request.Scan).IncludeUsage, holdEndMarker: holdEnd, ignoreUsage: request.Kind.FakesUsage);

    public AnswerObservation ReadRefusal(in ReadOnlySequence<byte> body) => ChatUsageReader.ReadRefusal(body);
}
