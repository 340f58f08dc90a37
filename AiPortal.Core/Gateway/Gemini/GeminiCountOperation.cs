using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using AiPortal.Core.Providers;

namespace AiPortal.Core.Gateway.Gemini;

/// <summary><c>POST /v1beta/models/{model}:countTokens</c>; only Google's accounts count themselves.</summary>
public sealed class GeminiCountOperation : CountingOperation
{
    private GeminiCountOperation()
        : base("totalTokens")
    {
    }

    public static GeminiCountOperation Instance { get; } = new();

    public override ErrorShape Errors => GeminiErrors.Shape;

    protected override GatewayOperation Conversation => GenerateContentOperation.Instance;

    public override bool TryRead(
        CallTarget target, in ReadOnlySequence<byte> body, [NotNullWhen(true)] out RequestScan? scan, [NotNullWhen(false)] out GatewayRefusal? refusal)
    {
        var isRead = GenerateContentScan.TryRead(target, body, counting: true, out var read, out refusal);
        scan = read;
        return isRead;
    }

    public override IUpstreamExchange? Counter(ProviderKind kind) => kind.Dialect == ProviderDialect.Gemini ? GenerateContentPassage.Counting : null;
}
