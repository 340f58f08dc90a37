using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace AiPortal.Tests.Fixtures;

/// <summary>What the fake provider does with one request. Replies are scripts: they may be given to many requests.</summary>
public abstract class FakeUpstreamReply
{
    /// <summary>It also answers who asks for the list of models.</summary>
    internal virtual bool ListsModels => false;

    /// <summary>Answers, or throws <see cref="IOException"/> to close the connection with the answer unfinished.</summary>
    internal abstract Task AnswerAsync(HttpContext context, FakeUpstreamRequest request);

    /// <summary>A usage object in OpenAI's shape; cached and cache-write tokens are inside prompt, reasoning inside completion.</summary>
    public static string Usage(long prompt, long completion, long cached = 0, long reasoning = 0, long cacheWrite = 0) => JsonSerializer.Serialize(new
    {
        prompt_tokens = prompt,
        completion_tokens = completion,
        total_tokens = prompt + completion,
        prompt_tokens_details = new { cached_tokens = cached, cache_write_tokens = cacheWrite },
        completion_tokens_details = new { reasoning_tokens = reasoning },
    });

    /// <summary>A whole chat completion. <paramref name="usage"/> null: the answer has none.</summary>
    public static FakeUpstreamReply Plain(string text, string? usage, string? serviceTier = null) => new Fixed(request =>
        $$"""{"id":"chatcmpl-fake","object":"chat.completion","created":1760000000,"model":{{Quoted(request.Model ?? "none")}},"choices":[{"index":0,"message":{"role":"assistant","content":{{Quoted(text)}},"refusal":null},"logprobs":null,"finish_reason":"stop"}]"""
        + (usage is null ? "" : ",\"usage\":" + usage) + (serviceTier is null ? "" : ",\"service_tier\":" + Quoted(serviceTier)) + "}");

    /// <summary>An event stream; shape it by the methods of <see cref="FakeUpstreamStream"/>.</summary>
    public static FakeUpstreamStream Stream(params string[] deltas) => new(deltas);

    public static FakeUpstreamReply Json(int status, string body, params (string Name, string Value)[] headers) => new Fixed(_ => body, status, headers);

    /// <summary>An event stream of these frames, one flush each; an element <c>"cut"</c> closes the connection.</summary>
    public static FakeUpstreamReply Events(params string[] frames) => new FakeUpstreamEvents(frames, null);

    /// <summary>The same, waiting at the gate before the second frame.</summary>
    public static FakeUpstreamReply Events(FakeUpstreamGate gate, params string[] frames) => new FakeUpstreamEvents(frames, gate);

    /// <summary>Bytes that are no JSON; with a gate they come twice, the second time behind it.</summary>
    public static FakeUpstreamReply Binary(byte[] bytes, string contentType, FakeUpstreamGate? gate = null) => new FakeUpstreamBinary(bytes, contentType, gate);

    /// <summary>The same events under another content type.</summary>
    public FakeUpstreamReply As(string contentType) => this is FakeUpstreamEvents events ? new FakeUpstreamEvents(events, contentType)
        : throw new InvalidOperationException("Only events are renamed.");

    public static FakeUpstreamReply Error(int status, string message, string type, string? code, params (string Name, string Value)[] headers) =>
        Json(status, JsonSerializer.Serialize(new { error = new { message, type, param = (string?)null, code } }), headers);

    public static FakeUpstreamReply RateLimited(int retryAfterSeconds) =>
        Error(429, "Rate limit reached for requests", "requests", "rate_limit_exceeded", ("Retry-After", retryAfterSeconds.ToString(CultureInfo.InvariantCulture)));

    public static FakeUpstreamReply Unauthorized() => Error(401, "Incorrect API key provided: sk-upst…cret", "invalid_request_error", "invalid_api_key");

    public static FakeUpstreamReply ServerError() => Error(500, "The server had an error", "server_error", null);

    /// <summary>Status 200 and a body that is nothing the dialect knows.</summary>
    public static FakeUpstreamReply Garbage() => Json(200, "<html>502 Bad Gateway</html>");

    /// <summary>Status 200 and exactly these bytes.</summary>
    public static FakeUpstreamReply Bytes(byte[] body, string contentType, params (string Name, string Value)[] headers) => new Exact(body, contentType, headers);

    /// <summary>A good answer whose text has this many bytes, written without holding it.</summary>
    public static FakeUpstreamReply Huge(long bytes, string? usage) => new Large(bytes, usage);

    /// <summary>Takes the request and says nothing, not even headers, until the gate opens.</summary>
    public static FakeUpstreamReply StallBeforeHeaders(FakeUpstreamGate gate, FakeUpstreamReply then) => new Stalled(gate, then);

    /// <summary>Takes the request and closes the connection without a word.</summary>
    public static FakeUpstreamReply HangUp() => new Cut(0);

    /// <summary>A plain answer that breaks off after this many bytes of its body.</summary>
    public static FakeUpstreamReply PlainCutAfter(int bytes) => new Cut(bytes);

    /// <summary>The plain reply compressed, whether or not it was asked for.</summary>
    public FakeUpstreamReply Gzipped() => this is Fixed reply ? new Fixed(reply.Body, reply.Status, [.. reply.Headers, ("Content-Encoding", "gzip")])
        : throw new InvalidOperationException("Only plain replies are compressed.");

    protected static string Quoted(string? text) => JsonSerializer.Serialize(text);

    private sealed class Fixed(Func<FakeUpstreamRequest, string> body, int status = 200, params (string Name, string Value)[] headers) : FakeUpstreamReply
    {
        public Func<FakeUpstreamRequest, string> Body => body;

        public int Status => status;

        public (string Name, string Value)[] Headers => headers;

        internal override async Task AnswerAsync(HttpContext context, FakeUpstreamRequest request)
        {
            var bytes = Encoding.UTF8.GetBytes(body(request));
            context.Response.StatusCode = status;
            context.Response.ContentType = "application/json";
            foreach (var (name, value) in headers) context.Response.Headers[name] = value;
            if (headers.Contains(("Content-Encoding", "gzip")))
            {
                using var packed = new MemoryStream();
                using (var gzip = new GZipStream(packed, CompressionLevel.Fastest)) gzip.Write(bytes);
                bytes = packed.ToArray();
            }

            context.Response.ContentLength = bytes.Length;
            await context.Response.Body.WriteAsync(bytes, context.RequestAborted);
        }
    }

    private sealed class Exact(byte[] body, string contentType, (string Name, string Value)[] headers) : FakeUpstreamReply
    {
        internal override async Task AnswerAsync(HttpContext context, FakeUpstreamRequest request)
        {
            context.Response.ContentType = contentType;
            foreach (var (name, value) in headers) context.Response.Headers[name] = value;
            context.Response.ContentLength = body.Length;
            await context.Response.Body.WriteAsync(body, context.RequestAborted);
        }
    }

    private sealed class Large(long bytes, string? usage) : FakeUpstreamReply
    {
        internal override async Task AnswerAsync(HttpContext context, FakeUpstreamRequest request)
        {
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync("{\"id\":\"chatcmpl-fake\",\"choices\":[{\"index\":0,\"finish_reason\":\"stop\",\"message\":{\"role\":\"assistant\",\"content\":\"", context.RequestAborted);
            var text = new byte[64 * 1024];
            Array.Fill(text, (byte)'a');
            for (var left = bytes; left > 0; left -= text.Length)
                await context.Response.Body.WriteAsync(text.AsMemory(0, (int)Math.Min(left, text.Length)), context.RequestAborted);
            await context.Response.WriteAsync("\"}}]" + (usage is null ? "" : ",\"usage\":" + usage) + "}", context.RequestAborted);
        }
    }

    private sealed class Stalled(FakeUpstreamGate gate, FakeUpstreamReply then) : FakeUpstreamReply
    {
        internal override async Task AnswerAsync(HttpContext context, FakeUpstreamRequest request)
        {
            await gate.PassAsync(context.RequestAborted);
            await then.AnswerAsync(context, request);
        }
    }

    private sealed class Cut(int bytes) : FakeUpstreamReply
    {
        internal override async Task AnswerAsync(HttpContext context, FakeUpstreamRequest request)
        {
            if (bytes > 0)
            {
                context.Response.ContentType = "application/json";
                var text = "{\"id\":\"chatcmpl-fake\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"" + new string('a', bytes);
                await context.Response.WriteAsync(text[..bytes], context.RequestAborted);
                await context.Response.Body.FlushAsync(context.RequestAborted);
                throw new IOException("cut as the script says");
            }

            context.Abort();
        }
    }
}
