using System.Net;

namespace AiPortal.Gateway;

/// <summary>Sends pooled bytes with their length and gives them back afterwards.</summary>
internal sealed class PooledContent : HttpContent
{
    private readonly PooledBody _body;

    public PooledContent(PooledBody body, string contentType)
    {
        _body = body;
        Headers.TryAddWithoutValidation("Content-Type", contentType);
    }

    internal PooledBody Body => _body;

    /// <summary>There was a connection and sending began: from here on the provider may have it.</summary>
    internal bool SendingBegan { get; private set; }

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        SendingBegan = true;
        foreach (var piece in _body.Sequence) await stream.WriteAsync(piece, cancellationToken);
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override bool TryComputeLength(out long length)
    {
        length = _body.Length;
        return true;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) _body.Dispose();
        base.Dispose(disposing);
    }
}
