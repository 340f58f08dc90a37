using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using AiPortal.Core.Gateway.Translation;
using AiPortal.Core.Providers;

namespace AiPortal.Core.Gateway.Gemini;

/// <summary><c>POST /v1beta/models/{model}:generateContent</c> and <c>:streamGenerateContent?alt=sse</c>.</summary>
public sealed class GenerateContentOperation : ConversationOperation
{
    public static GenerateContentOperation Instance { get; } = new();

    public override ErrorShape Errors => GeminiErrors.Shape;

    public override CallerTongue Tongue => GeminiTongue.Caller;

    public override bool TryRead(
        CallTarget target, in ReadOnlySequence<byte> body, [NotNullWhen(true)] out RequestScan? scan, [NotNullWhen(false)] out GatewayRefusal? refusal)
    {
        var isRead = GenerateContentScan.TryRead(target, body, counting: false, out var read, out refusal);
        scan = read;
        return isRead;
    }

    protected override IUpstreamExchange? Passage(ProviderKind kind) =>
        kind.Dialect == ProviderDialect.Gemini ? GenerateContentPassage.Instance : null;
}
