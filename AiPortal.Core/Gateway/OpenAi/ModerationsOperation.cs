using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using AiPortal.Core.Catalog;
using AiPortal.Core.Gateway.Chat;
using AiPortal.Core.Providers;

namespace AiPortal.Core.Gateway.OpenAi;

/// <summary><c>POST /v1/moderations</c>: free by its price row, and on the ledger all the same.</summary>
public sealed class ModerationsOperation : GatewayOperation
{
    private static readonly Passage Moderations = new();

    public static ModerationsOperation Instance { get; } = new();

    public override string RequestType => "moderation";

    public override bool IsRepeatable => true;

    public override ErrorShape Errors => OpenAiErrors.Shape;

    public override IUpstreamExchange? At(ProviderKind kind) =>
        kind.Dialect == ProviderDialect.OpenAi && kind.Has(ProviderServices.Moderations) ? Moderations : null;

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

        protected override string DefaultModel => "omni-moderation-latest";

        protected override void ReadValue(string name, ref Utf8JsonReader reader)
        {
            if (name == "input") _hasInput = InputList.Read(ref reader, _scan);
            else reader.Skip();
        }

        protected override void Finish()
        {
            if (!_hasInput) Refuse("input", "'input' must be a string, an array of strings or an array of parts, and not empty.");
        }
    }

    private sealed class Passage() : JsonPassage("moderations")
    {
        public override PlainAnswer ReadPlain(ExchangeRequest request, in ReadOnlySequence<byte> body)
        {
            var seen = ChatUsageReader.Read(body);
            // Nothing is counted where nothing is charged; a vendor that charges tells its usage.
            if (seen is { Usage: null, Unreadable: 0, Error: null }) seen.NoteUsage(new UsageReading(new Usage(), UsageDoubts.None), topLevel: true);
            return new PlainAnswer(seen);
        }
    }
}
