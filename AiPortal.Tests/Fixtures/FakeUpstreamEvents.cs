using System.Text;
using Microsoft.AspNetCore.Http;

namespace AiPortal.Tests.Fixtures;

/// <summary>An event stream, frame by frame as it is written here.</summary>
internal sealed class FakeUpstreamEvents(string[] frames, FakeUpstreamGate? gate) : FakeUpstreamReply
{
    internal override async Task AnswerAsync(HttpContext context, FakeUpstreamRequest request)
    {
        context.Response.ContentType = "text/event-stream";
        for (var index = 0; index < frames.Length; index++)
        {
            if (index == 1 && gate is not null) await gate.PassAsync(context.RequestAborted);
            var frame = frames[index];
            if (frame == "cut") throw new IOException("cut as the script says");
            await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(frame), context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
        }
    }
}

internal sealed class FakeUpstreamBinary(byte[] bytes, string contentType) : FakeUpstreamReply
{
    internal override async Task AnswerAsync(HttpContext context, FakeUpstreamRequest request)
    {
        context.Response.ContentType = contentType;
        await context.Response.Body.WriteAsync(bytes, context.RequestAborted);
    }
}
