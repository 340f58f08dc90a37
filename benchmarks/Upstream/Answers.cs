using System.Globalization;
using System.Text;

namespace AiPortal.Benchmarks.Upstream;

/// <summary>The bytes of both answers: what a provider sends for a question of 118 tokens.</summary>
internal static class Answers
{
    private const string Event =
        """data: {"id":"chatcmpl-BenchAbCdEf0123456789abcdef","object":"chat.completion.chunk","created":1795239147,"model":"bench","service_tier":"default","system_fingerprint":"fp_44added55e","choices":[""";

    private const string Begin = Event + """{"index":0,"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null}],"usage":null}""" + "\n\n";

    private const string Finish = Event + """{"index":0,"delta":{},"logprobs":null,"finish_reason":"stop"}],"usage":null}""" + "\n\n";

    private const string Content =
        Event + """{"index":0,"delta":{"content":"word @0000000000000000000 "},"logprobs":null,"finish_reason":null}],"usage":null}""" + "\n\n";

    public static byte[] Plain { get; } = Encoding.UTF8.GetBytes(
        """{"id":"chatcmpl-BenchAbCdEf0123456789abcdef","object":"chat.completion","created":1795239147,"model":"bench","choices":[{"index":0,"message":{"role":"assistant","content":"A reverse proxy forwards each request to an upstream server and relays the response. A gateway adds authentication, budgets and a ledger on that path, so every microsecond it spends is paid by every call.","refusal":null},"logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":118,"completion_tokens":40,"total_tokens":158,"prompt_tokens_details":{"cached_tokens":0}},"service_tier":"default","system_fingerprint":"fp_44added55e"}""");

    public static byte[] PlainResponse { get; } =
        [.. Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {Plain.Length}\r\n\r\n"), .. Plain];

    public static byte[] StreamStart { get; } =
        [.. "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-cache\r\nTransfer-Encoding: chunked\r\n\r\n"u8, .. Chunked(Begin)];

    /// <summary>A content chunk with 19 digits of room at <see cref="StampAt"/>.</summary>
    public static byte[] ContentChunk { get; } = Chunked(Content);

    public static int StampAt { get; } = ContentChunk.AsSpan().IndexOf((byte)'@') + 1;

    public static byte[] StreamEnd(int tokens) => [.. Chunked(Finish), .. Chunked(Usage(tokens)), .. Chunked("data: [DONE]\n\n"), .. "0\r\n\r\n"u8];

    /// <summary>The stream as one body, without chunked framing; its stamps are zero.</summary>
    public static byte[] WholeStream(int chunks) =>
        Encoding.UTF8.GetBytes(Begin + string.Concat(Enumerable.Repeat(Content, chunks)) + Finish + Usage(chunks) + "data: [DONE]\n\n");

    private static string Usage(int tokens) => string.Create(CultureInfo.InvariantCulture,
        $"{Event}],\"usage\":{{\"prompt_tokens\":118,\"completion_tokens\":{tokens},\"total_tokens\":{118 + tokens}}}}}\n\n");

    private static byte[] Chunked(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return [.. Encoding.ASCII.GetBytes(bytes.Length.ToString("x", CultureInfo.InvariantCulture) + "\r\n"), .. bytes, .. "\r\n"u8];
    }
}
