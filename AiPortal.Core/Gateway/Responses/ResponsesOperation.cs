using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using AiPortal.Core.Gateway.Translation;
using AiPortal.Core.Providers;

namespace AiPortal.Core.Gateway.Responses;

/// <summary><c>POST /v1/responses</c>. Where the vendor makes none itself it is a chat there, and the answer is translated back.</summary>
public sealed class ResponsesOperation : ConversationOperation
{
    public static ResponsesOperation Instance { get; } = new();

    /// <summary>A response can be gone on from.</summary>
    public override bool IsRepeatable => false;

    public override ErrorShape Errors => ResponsesErrors.Shape;

    public override CallerTongue Tongue => ResponsesTongue.Caller;

    public override bool TryRead(
        CallTarget target, in ReadOnlySequence<byte> body, [NotNullWhen(true)] out RequestScan? scan, [NotNullWhen(false)] out GatewayRefusal? refusal)
    {
        var isRead = ResponsesRequestScan.TryRead(body, out var read, out refusal);
        scan = read;
        return isRead;
    }

    protected override IUpstreamExchange? Passage(ProviderKind kind) => MakesThem(kind) ? ResponsesPassage.Instance : null;

    /// <summary>Whether the vendor makes and keeps responses itself.</summary>
    public static bool MakesThem(ProviderKind kind) => kind.Dialect == ProviderDialect.OpenAi && kind.Has(ProviderServices.Responses);
}
