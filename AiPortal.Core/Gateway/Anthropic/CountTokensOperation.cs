using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using AiPortal.Core.Providers;

namespace AiPortal.Core.Gateway.Anthropic;

/// <summary><c>POST /v1/messages/count_tokens</c>; only Anthropic's accounts count themselves.</summary>
public sealed class CountTokensOperation : CountingOperation
{
    private CountTokensOperation()
        : base("input_tokens")
    {
    }

    public static CountTokensOperation Instance { get; } = new();

    public override ErrorShape Errors => AnthropicErrors.Shape;

    protected override GatewayOperation Conversation => MessagesOperation.Instance;

    public override bool TryRead(
        CallTarget target, in ReadOnlySequence<byte> body, [NotNullWhen(true)] out RequestScan? scan, [NotNullWhen(false)] out GatewayRefusal? refusal)
    {
        var isRead = MessagesScan.TryRead(body, needsMaxTokens: false, out var read, out refusal);
        scan = read;
        return isRead;
    }

    public override IUpstreamExchange? Counter(ProviderKind kind) => kind.Dialect == ProviderDialect.Anthropic ? MessagesPassage.Counting : null;
}
