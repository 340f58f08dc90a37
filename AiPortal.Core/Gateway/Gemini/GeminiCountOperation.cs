using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using AiPortal.Core.Providers;

namespace AiPortal.Core.Gateway.Gemini;

/// <summary><c>POST /v1beta/models/{model}:countTokens</c>: for whatever <c>generateContent</c> is served for; only Google's accounts count themselves.</summary>
public sealed class GeminiCountOperation : GatewayOperation
{
    public static GeminiCountOperation Instance { get; } = new();

    public override string RequestType => "count_tokens";

    public override ErrorShape Errors => GeminiErrors.Shape;

    public override bool TryRead(
        CallTarget target, in ReadOnlySequence<byte> body, [NotNullWhen(true)] out RequestScan? scan, [NotNullWhen(false)] out GatewayRefusal? refusal)
    {
        var isRead = GenerateContentScan.TryRead(target, body, counting: true, out var read, out refusal);
        scan = read;
        return isRead;
    }

    public override IUpstreamExchange? At(ProviderKind kind) => GenerateContentOperation.Instance.At(kind);

    /// <summary>Whether accounts of a kind count themselves.</summary>
    public static bool IsCountedBy(ProviderKind kind) => kind.Dialect == ProviderDialect.Gemini;

    /// <summary>The request to an account that counts; the path is the answer.</summary>
    public static string WriteRequest(ExchangeRequest request, IBufferWriter<byte> output)
    {
        new GenerateContentRewrite(request.UpstreamModel, Cap: null).Write(output, request.Body, (GenerateContentScan)request.Scan);
        return GeminiModelName.Path(request.UpstreamModel, "countTokens");
    }
}
