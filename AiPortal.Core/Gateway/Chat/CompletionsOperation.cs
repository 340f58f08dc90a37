using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using AiPortal.Core.Providers;

namespace AiPortal.Core.Gateway.Chat;

/// <summary><c>POST /v1/completions</c>, the old interface for plain text. Its stream and usage are as those of chat.</summary>
public sealed class CompletionsOperation : GatewayOperation
{
    private static readonly ChatPassage Passage = new("completions");

    public static CompletionsOperation Instance { get; } = new();

    public override string RequestType => "completion";

    public override bool IsRepeatable => true;

    public override ErrorShape Errors => OpenAiErrors.Shape;

    public override IUpstreamExchange? At(ProviderKind kind) =>
        kind.Dialect == ProviderDialect.OpenAi && kind.Has(ProviderServices.Completions) ? Passage : null;

    public override bool TryRead(
        CallTarget target, in ReadOnlySequence<byte> body, [NotNullWhen(true)] out RequestScan? scan, [NotNullWhen(false)] out GatewayRefusal? refusal)
    {
        var isRead = ChatRequestScan.TryReadCompletion(body, out var read, out refusal);
        scan = read;
        return isRead;
    }
}
