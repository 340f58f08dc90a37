using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using AiPortal.Core.Gateway.Translation;
using AiPortal.Core.Providers;

namespace AiPortal.Core.Gateway.Anthropic;

/// <summary><c>POST /v1/messages</c>.</summary>
public sealed class MessagesOperation : ConversationOperation
{
    public static MessagesOperation Instance { get; } = new();

    public override ErrorShape Errors => AnthropicErrors.Shape;

    public override CallerTongue Tongue => AnthropicTongue.Caller;

    public override bool TryRead(
        CallTarget target, in ReadOnlySequence<byte> body, [NotNullWhen(true)] out RequestScan? scan, [NotNullWhen(false)] out GatewayRefusal? refusal)
    {
        var isRead = MessagesScan.TryRead(body, needsMaxTokens: true, out var read, out refusal);
        scan = read;
        return isRead;
    }

    protected override IUpstreamExchange? Passage(ProviderKind kind) => kind.Dialect == ProviderDialect.Anthropic ? MessagesPassage.Instance : null;
}
