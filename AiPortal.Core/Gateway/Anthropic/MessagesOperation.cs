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

/// <summary><c>POST /v1/messages/count_tokens</c>: the same providers as for messages; those that cannot count are not asked.</summary>
public sealed class CountTokensOperation : GatewayOperation
{
    public static CountTokensOperation Instance { get; } = new();

    public override string RequestType => "count_tokens";

    public override ErrorShape Errors => AnthropicErrors.Shape;

    /// <summary>Whether accounts of a kind count themselves.</summary>
    public static bool IsCountedBy(ProviderKind kind) => kind.Dialect == ProviderDialect.Anthropic;

    public override bool TryRead(
        CallTarget target, in ReadOnlySequence<byte> body, [NotNullWhen(true)] out RequestScan? scan, [NotNullWhen(false)] out GatewayRefusal? refusal)
    {
        var isRead = MessagesScan.TryRead(body, needsMaxTokens: false, out var read, out refusal);
        scan = read;
        return isRead;
    }

    public override IUpstreamExchange? At(ProviderKind kind) => IsCountedBy(kind) ? MessagesPassage.Counting : MessagesOperation.Instance.At(kind);
}
