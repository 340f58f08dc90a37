using System.Buffers;
using AiPortal.Core.Gateway.OpenAi;

namespace AiPortal.Core.Gateway.Gemini;

/// <summary>Embeddings at Google: bytes pass through but for the model where the body repeats it.</summary>
internal sealed class EmbedContentPassage(string method) : IUpstreamExchange
{
    public GatewayRefusal? WriteRequest(ExchangeRequest request, IBufferWriter<byte> output, out UpstreamTarget target)
    {
        target = new UpstreamTarget(GeminiModelName.Path(request.UpstreamModel, method));
        var scan = (EmbedContentScan)request.Scan;
        List<BodyEdit> edits = request.UpstreamModel == scan.Model
            ? []
            : [.. scan.ModelRanges.Select(range => new BodyEdit(range, BodyEdit.Quoted(GeminiModelName.Resource(request.UpstreamModel))))];
        BodyEdit.Write(output, request.Body, edits);
        return null;
    }

    public PlainAnswer ReadPlain(ExchangeRequest request, in ReadOnlySequence<byte> body) => new(GenerateContentPassage.Read(body));

    public IStreamTap Tap(ExchangeRequest request, bool holdEnd) => new GeminiTap();

    public AnswerObservation ReadRefusal(in ReadOnlySequence<byte> body) => GenerateContentPassage.Read(body);
}
