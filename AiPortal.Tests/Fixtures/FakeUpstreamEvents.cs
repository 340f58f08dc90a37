using System.Text;
using Microsoft.AspNetCore.Http;

namespace AiPortal.Tests.Fixtures;

/// <summary>An event stream, frame by frame as it is written here.</summary>
internal sealed class FakeUpstreamEvents(string[] frames, FakeUpstreamGate? gate, string contentType = "text/event-stream") : FakeUpstreamReply
{
    private readonly string[] _frames = frames;
    private readonly FakeUpstreamGate? _gate = gate;

    public FakeUpstreamEvents(FakeUpstreamEvents other, string contentType)
        : this(other._frames, other._gate, contentType)
    {
    }

    internal override async Task AnswerAsync(HttpContext context, FakeUpstreamRequest request)
    {
        context.Response.ContentType = contentType;
        for (var index = 0; index < _frames.Length; index++)
        {
            if (index == 1 && _gate is not null) await _gate.PassAsync(context.RequestAborted);
            if (_frames[index] == "cut") throw new IOException("cut as the script says");
            await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(_frames[index]), context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
        }
    }
}

internal sealed class FakeUpstreamBinary(byte[] bytes, string contentType, FakeUpstreamGate? gate) : FakeUpstreamReply
{
    internal override async Task AnswerAsync(HttpContext context, FakeUpstreamRequest request)
    {
        context.Response.ContentType = contentType;
        await context.Response.Body.WriteAsync(bytes, context.RequestAborted);
        if (gate is null) return;
        await context.Response.Body.FlushAsync(context.RequestAborted);
        await gate.PassAsync(context.RequestAborted);
        await context.Response.Body.WriteAsync(bytes, context.RequestAborted);
    }
}
