using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using AiPortal.Core.Providers;

namespace AiPortal.Core.Gateway.Gemini;

/// <summary><c>POST /v1beta/models/{model}:embedContent</c>, and <c>:batchEmbedContents</c> for several at once.</summary>
public sealed class EmbedContentOperation : GatewayOperation
{
    private readonly bool _batch;
    private readonly EmbedContentPassage _passage;
    private readonly EmbedContentAtOpenAi _translated;

    private EmbedContentOperation(bool batch)
    {
        _batch = batch;
        _passage = new EmbedContentPassage(batch ? "batchEmbedContents" : "embedContent");
        _translated = new EmbedContentAtOpenAi(batch);
    }

    public static EmbedContentOperation One { get; } = new(batch: false);

    public static EmbedContentOperation Batch { get; } = new(batch: true);

    public override string RequestType => "embedding";

    public override ErrorShape Errors => GeminiErrors.Shape;

    public override bool TryRead(
        CallTarget target, in ReadOnlySequence<byte> body, [NotNullWhen(true)] out RequestScan? scan, [NotNullWhen(false)] out GatewayRefusal? refusal)
    {
        scan = null;
        refusal = GeminiModelName.Fault(target.Model);
        if (refusal is not null) return false;
        var read = new EmbedContentScan { Model = target.Model!, FixedOutput = 0 };
        refusal = new EmbedContentScanner(read, _batch).Read(body);
        scan = refusal is null ? read : null;
        return refusal is null;
    }

    public override IUpstreamExchange? At(ProviderKind kind) => kind.Dialect switch
    {
        ProviderDialect.Gemini => _passage,
        ProviderDialect.OpenAi when kind.Has(ProviderServices.Embeddings) => _translated,
        _ => null,
    };
}
