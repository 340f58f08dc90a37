using System.Buffers;
using AiPortal.Core.Gateway.Chat;

namespace AiPortal.Core.Gateway.OpenAi;

/// <summary>A request that is a JSON object, at a provider with the same interface: bytes pass through but for the model and what the vendor refuses.</summary>
internal class JsonPassage(string path) : IUpstreamExchange
{
    protected string Path => path;

    /// <summary>What may be answered; null: JSON, or events where a stream was asked for.</summary>
    protected virtual string? Accept => null;

    public virtual GatewayRefusal? WriteRequest(ExchangeRequest request, IBufferWriter<byte> output, out UpstreamTarget target)
    {
        target = new UpstreamTarget(path, Accept: Accept);
        var scan = (JsonRequestScan)request.Scan;
        List<BodyEdit> edits = [.. VendorEdits.Of(request.Kind, request.Body)];
        if (scan.ModelRange is not { } model)
            edits.Add(new BodyEdit(new ByteRange(scan.MembersStart, 0), (byte[])[.. "\"model\":"u8, .. BodyEdit.Quoted(request.UpstreamModel), .. scan.HasMembers ? ","u8 : default]));
        else if (request.UpstreamModel != scan.Model)
            edits.Add(new BodyEdit(model, BodyEdit.Quoted(request.UpstreamModel)));
        Change(request, edits);
        BodyEdit.Write(output, request.Body, edits);
        return null;
    }

    public virtual PlainAnswer ReadPlain(ExchangeRequest request, in ReadOnlySequence<byte> body) => new(ChatUsageReader.Read(body));

    public virtual IStreamTap Tap(ExchangeRequest request, bool holdEnd) => new SseTap(hideUsageChunk: false, holdEnd);

    public AnswerObservation ReadRefusal(in ReadOnlySequence<byte> body) => ChatUsageReader.ReadRefusal(body);

    /// <summary>Adds what else has to differ in the body sent.</summary>
    protected virtual void Change(ExchangeRequest request, List<BodyEdit> edits)
    {
    }
}
