using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using AiPortal.Core.Gateway.Translation;
using AiPortal.Core.Providers;

namespace AiPortal.Core.Gateway.Chat;

/// <summary><c>POST /v1/chat/completions</c>.</summary>
public sealed class ChatOperation : ConversationOperation
{
    public static ChatOperation Instance { get; } = new();

    public override ErrorShape Errors => OpenAiErrors.Shape;

    public override CallerTongue Tongue => ChatTongue.Caller;

    public override bool TryRead(
        CallTarget target, in ReadOnlySequence<byte> body, [NotNullWhen(true)] out RequestScan? scan, [NotNullWhen(false)] out GatewayRefusal? refusal)
    {
        var isRead = ChatRequestScan.TryRead(body, out var read, out refusal);
        scan = read;
        return isRead;
    }

    protected override IUpstreamExchange? Passage(ProviderKind kind) =>
        kind.Dialect is ProviderDialect.OpenAi or ProviderDialect.Sandbox ? ChatPassage.Instance : null;
}
