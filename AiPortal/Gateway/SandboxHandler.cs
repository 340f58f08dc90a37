using System.Net;
using System.Net.Http.Headers;
using AiPortal.Core.Gateway.Sandbox;

namespace AiPortal.Gateway;

/// <summary>Lets the sandbox stand where a connection to a provider would: the same pipeline, no network.</summary>
internal sealed class SandboxHandler(SandboxUpstream sandbox) : HttpMessageHandler
{
    /// <summary>Never dialled.</summary>
    public static Uri Address { get; } = new("http://sandbox.invalid/v1/");

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var answer = sandbox.Answer(((PooledContent)request.Content!).Body.Sequence);
        var response = new HttpResponseMessage((HttpStatusCode)answer.Status) { Content = new FrameContent(answer) };
        response.Content.Headers.ContentType = new MediaTypeHeaderValue(answer.ContentType);
        return Task.FromResult(response);
    }

    private sealed class FrameContent(SandboxAnswer answer) : HttpContent
    {
        protected override Task<Stream> CreateContentReadStreamAsync(CancellationToken cancellationToken) => Task.FromResult<Stream>(new FrameStream(answer.ReadAsync(cancellationToken)));

        protected override Task<Stream> CreateContentReadStreamAsync() => CreateContentReadStreamAsync(CancellationToken.None);

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await foreach (var frame in answer.ReadAsync(CancellationToken.None)) await stream.WriteAsync(frame);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
