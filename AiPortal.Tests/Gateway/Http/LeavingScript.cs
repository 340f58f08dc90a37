using System.Collections.Concurrent;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using AiPortal.Tests.Fixtures;
using Microsoft.AspNetCore.Http;

namespace AiPortal.Tests.Gateway.Http;

/// <summary>At which moment a caller goes away, or in which shape an answer comes to one who stays.</summary>
public enum Leaving { BeforeTheFirstByte, AfterOnePiece, Midway, BeforeTheUsage, PlainBeforeTheAnswer, StaysGzip, StaysSplitJson, StaysSplitStream }

/// <summary>
/// A provider for many callers at once: who is meant stands in the message, as <c>call-17</c>. A piece is ten words of ten tokens in
/// current vocabularies.
/// </summary>
internal sealed class LeavingScript(Leaving leaving, Func<int, int> pieces) : FakeUpstreamReply
{
    public const string Piece = " the water is cold and we go home now for";
    public const int TokensOfPiece = 10;
    public const int Pieces = 6;
    private readonly ConcurrentDictionary<int, TaskCompletionSource> _arrived = new();
    private readonly ConcurrentDictionary<int, TaskCompletionSource> _left = new();

    public Task ArrivedAsync(int call) => Of(_arrived, call).Task;

    public void Left(int call) => Of(_left, call).TrySetResult();

    /// <summary>What a whole answer reports, another figure for every call.</summary>
    public static (int Prompt, int Completion) UsageOf(int call) => (100 + (call % 97), 10 + (call % 61));

    internal override async Task AnswerAsync(HttpContext context, FakeUpstreamRequest request)
    {
        var text = request.Member("messages")!.Value[0].GetProperty("content").GetString()!;
        var call = int.Parse(text.Split('-')[1], CultureInfo.InvariantCulture);
        Of(_arrived, call).TrySetResult();
        switch (leaving)
        {
            case Leaving.PlainBeforeTheAnswer:
                await Of(_left, call).Task.WaitAsync(TimeSpan.FromSeconds(30));
                await PlainAsync(context, call, gzip: false, split: false);
                return;
            case Leaving.StaysGzip or Leaving.StaysSplitJson:
                await PlainAsync(context, call, leaving == Leaving.StaysGzip, leaving == Leaving.StaysSplitJson);
                return;
            case Leaving.BeforeTheFirstByte or Leaving.AfterOnePiece or Leaving.Midway or Leaving.BeforeTheUsage or Leaving.StaysSplitStream:
                await StreamAsync(context, call);
                return;
        }
    }

    private async Task StreamAsync(HttpContext context, int call)
    {
        if (leaving == Leaving.BeforeTheFirstByte) await Task.Delay(Timeout.Infinite, context.RequestAborted);
        context.Response.ContentType = "text/event-stream";
        for (var piece = 0; piece < pieces(call); piece++) await FrameAsync(context, call, "{\"content\":\"" + Piece + "\"}", null);
        if (leaving is Leaving.AfterOnePiece or Leaving.Midway) await Task.Delay(Timeout.Infinite, context.RequestAborted);
        await FrameAsync(context, call, "{}", "\"stop\"");
        if (leaving == Leaving.BeforeTheUsage) await Task.Delay(Timeout.Infinite, context.RequestAborted);
        await SendAsync(context, call, "data: {\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"m\",\"choices\":[],\"usage\":" + UsageText(call) + "}\n\ndata: [DONE]\n\n");
    }

    private Task FrameAsync(HttpContext context, int call, string delta, string? finish) => SendAsync(context, call,
        "data: {\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":" + delta + ",\"finish_reason\":" + (finish ?? "null") + "}]}\n\n");

    private async Task PlainAsync(HttpContext context, int call, bool gzip, bool split)
    {
        var bytes = Encoding.UTF8.GetBytes("{\"id\":\"c\",\"object\":\"chat.completion\",\"created\":1,\"model\":\"m\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"größe 温度 " + Piece
            + "\"},\"finish_reason\":\"stop\"}],\"usage\":" + UsageText(call) + "}");
        context.Response.ContentType = "application/json";
        if (gzip)
        {
            context.Response.Headers.ContentEncoding = "gzip";
            using var packed = new MemoryStream();
            await using (var zip = new GZipStream(packed, call % 2 == 0 ? CompressionLevel.Fastest : CompressionLevel.SmallestSize)) zip.Write(bytes);
            bytes = packed.ToArray();
        }

        await SendPiecesAsync(context, bytes, split || call % 3 == 0 ? new Random(call) : null);
    }

    private Task SendAsync(HttpContext context, int call, string text) =>
        SendPiecesAsync(context, Encoding.UTF8.GetBytes(text), leaving == Leaving.StaysSplitStream ? new Random(call) : null);

    private static async Task SendPiecesAsync(HttpContext context, byte[] bytes, Random? cuts)
    {
        for (var at = 0; at < bytes.Length;)
        {
            var count = Math.Min(cuts?.Next(1, 60) ?? bytes.Length, bytes.Length - at);
            await context.Response.Body.WriteAsync(bytes.AsMemory(at, count), context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
            at += count;
        }
    }

    private static string UsageText(int call)
    {
        var (prompt, completion) = UsageOf(call);
        return $$"""{"prompt_tokens":{{prompt}},"completion_tokens":{{completion}},"total_tokens":{{prompt + completion}}}""";
    }

    private static TaskCompletionSource Of(ConcurrentDictionary<int, TaskCompletionSource> all, int call) =>
        all.GetOrAdd(call, static _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
}
