using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using AiPortal.Core.Gateway.Gemini;
using AiPortal.Core.Providers;

namespace AiPortal.Core.Gateway.OpenAi;

/// <summary><c>POST /v1/embeddings</c>. The vectors, base64 or numbers, go on as they are.</summary>
public sealed class EmbeddingsOperation : GatewayOperation
{
    private static readonly JsonPassage Passage = new("embeddings");

    public static EmbeddingsOperation Instance { get; } = new();

    public override string RequestType => "embedding";

    public override bool IsRepeatable => true;

    public override ErrorShape Errors => OpenAiErrors.Shape;

    public override IUpstreamExchange? At(ProviderKind kind) => kind.Dialect switch
    {
        ProviderDialect.OpenAi when kind.Has(ProviderServices.Embeddings) => Passage,
        ProviderDialect.Gemini => EmbeddingsAtGemini.Instance,
        _ => null,
    };

    public override bool TryRead(
        CallTarget target, in ReadOnlySequence<byte> body, [NotNullWhen(true)] out RequestScan? scan, [NotNullWhen(false)] out GatewayRefusal? refusal)
    {
        var read = new JsonRequestScan { FixedOutput = 0 };
        refusal = new Scanner(read).Read(body);
        scan = refusal is null ? read : null;
        return refusal is null;
    }

    private sealed class Scanner(JsonRequestScan scan) : JsonRequestScanner(scan, "input")
    {
        private readonly JsonRequestScan _scan = scan;
        private bool _hasInput;

        protected override void ReadValue(string name, ref Utf8JsonReader reader)
        {
            if (name != "input")
            {
                reader.Skip();
                return;
            }

            _hasInput = InputList.Read(ref reader, _scan);
        }

        protected override void Finish()
        {
            if (!_hasInput) Refuse("input", "'input' must be a string, an array of strings or of tokens, and not empty.");
        }
    }
}
