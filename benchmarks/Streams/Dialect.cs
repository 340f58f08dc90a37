using System.Text;

namespace AiPortal.Benchmarks.Streams;

/// <summary>A vendor's shape: the request as a caller writes it, and the answer as a provider does.</summary>
internal abstract class Dialect
{
    public static readonly Dialect[] All = [new OpenAi(), new Anthropic(), new Gemini()];

    /// <summary>The portal's kind of provider.</summary>
    public abstract string Kind { get; }

    /// <summary>What a whole stream has near its end.</summary>
    public abstract string EndMark { get; }

    public abstract Uri BaseUrl(Uri provider);

    public abstract bool Speaks(string path);

    public abstract HttpRequestMessage Ask(string secret, string model, bool stream, Script script);

    public abstract string Plain(Script script);

    /// <summary>The events of a stream: what comes before the pieces of text, one for each piece, and what comes after.</summary>
    public abstract (string Begin, Func<int, string> Piece, string End) Stream(Script script);

    private static StringContent Json(string body) => new(body, Encoding.UTF8, "application/json");

    private static string Text(Script script) => string.Concat(Enumerable.Range(0, script.Chunks).Select(script.Piece));

    private sealed class OpenAi : Dialect
    {
        private const string Head = """{"id":"chatcmpl-StreamsAbCdEf0123456789","object":"chat.completion.chunk","created":1795239147,"model":"m","choices":[""";

        public override string Kind => "openai-compatible";

        public override string EndMark => "[DONE]";

        public override Uri BaseUrl(Uri provider) => new(provider, "v1");

        public override bool Speaks(string path) => path.EndsWith("/chat/completions", StringComparison.Ordinal);

        public override HttpRequestMessage Ask(string secret, string model, bool stream, Script script) => new(HttpMethod.Post, "v1/chat/completions")
        {
            Headers = { { "Authorization", "Bearer " + secret } },
            Content = Json($$"""{"model":"{{model}}","messages":[{"role":"user","content":"Count. {{script}}"}],"max_tokens":256{{(stream ? ",\"stream\":true,\"stream_options\":{\"include_usage\":true}" : "")}}}"""),
        };

        public override string Plain(Script script) =>
            $$"""{"id":"chatcmpl-StreamsAbCdEf0123456789","object":"chat.completion","created":1795239147,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"{{Text(script)}}","refusal":null},"logprobs":null,"finish_reason":"stop"}],"usage":{{Usage(script)}}}""";

        public override (string, Func<int, string>, string) Stream(Script script) => (
            Event("""{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}],"usage":null}"""),
            index => Event($$"""{"index":0,"delta":{"content":"{{script.Piece(index)}}"},"finish_reason":null}],"usage":null}"""),
            Event("""{"index":0,"delta":{},"finish_reason":"stop"}],"usage":null}""") + Event($$"""],"usage":{{Usage(script)}}}""") + "data: [DONE]\n\n");

        private static string Event(string rest) => $"data: {Head}{rest}\n\n";

        private static string Usage(Script script) => $$"""{"prompt_tokens":{{Script.Input}},"completion_tokens":{{script.Output}},"total_tokens":{{Script.Input + script.Output}}}""";
    }

    private sealed class Anthropic : Dialect
    {
        public override string Kind => "anthropic";

        public override string EndMark => "message_stop";

        public override Uri BaseUrl(Uri provider) => provider;

        public override bool Speaks(string path) => path.EndsWith("/messages", StringComparison.Ordinal);

        public override HttpRequestMessage Ask(string secret, string model, bool stream, Script script) => new(HttpMethod.Post, "v1/messages")
        {
            Headers = { { "x-api-key", secret }, { "anthropic-version", "2023-06-01" } },
            Content = Json($$"""{"model":"{{model}}","max_tokens":256,"messages":[{"role":"user","content":"Count. {{script}}"}]{{(stream ? ",\"stream\":true" : "")}}}"""),
        };

        public override string Plain(Script script) =>
            $$"""{"id":"msg_streams","type":"message","role":"assistant","model":"m","content":[{"type":"text","text":"{{Text(script)}}"}],"stop_reason":"end_turn","stop_sequence":null,"usage":{{Usage(script.Output)}}}""";

        public override (string, Func<int, string>, string) Stream(Script script) => (
            Event("message_start", ",\"message\":{" + $"\"id\":\"msg_streams\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"m\",\"content\":[],\"stop_reason\":null,\"stop_sequence\":null,\"usage\":{Usage(1)}" + "}")
                + Event("content_block_start", ",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}"),
            index => Event("content_block_delta", ",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"" + script.Piece(index) + "\"}"),
            Event("content_block_stop", ",\"index\":0")
                + Event("message_delta", ",\"delta\":{\"stop_reason\":\"end_turn\",\"stop_sequence\":null},\"usage\":" + Usage(script.Output)) + Event("message_stop", ""));

        private static string Event(string name, string rest) => $"event: {name}\ndata: {{\"type\":\"{name}\"{rest}}}\n\n";

        private static string Usage(int output) => $$"""{"input_tokens":{{Script.Input}},"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"output_tokens":{{output}}}""";
    }

    private sealed class Gemini : Dialect
    {
        public override string Kind => "gemini";

        public override string EndMark => "\"finishReason\":\"STOP\"";

        public override Uri BaseUrl(Uri provider) => provider;

        public override bool Speaks(string path) => path.EndsWith("enerateContent", StringComparison.Ordinal);

        public override HttpRequestMessage Ask(string secret, string model, bool stream, Script script) =>
            new(HttpMethod.Post, $"v1beta/models/{model}:{(stream ? "streamGenerateContent?alt=sse" : "generateContent")}")
            {
                Headers = { { "x-goog-api-key", secret } },
                Content = Json($$"""{"contents":[{"role":"user","parts":[{"text":"Count. {{script}}"}]}],"generationConfig":{"maxOutputTokens":256} }"""),
            };

        public override string Plain(Script script) => Whole(Text(script), script, last: true);

        public override (string, Func<int, string>, string) Stream(Script script) => (
            "", index => $"data: {Whole(script.Piece(index), script, last: false)}\r\n\r\n", $"data: {Whole("", script, last: true)}\r\n\r\n");

        private static string Whole(string text, Script script, bool last) =>
            "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"" + text + "\"}],\"role\":\"model\"}" + (last ? ",\"finishReason\":\"STOP\"" : "") + ",\"index\":0}],\"usageMetadata\":{"
            + $"\"promptTokenCount\":{Script.Input}" + (last ? $",\"candidatesTokenCount\":{script.Output},\"totalTokenCount\":{Script.Input + script.Output}" : $",\"totalTokenCount\":{Script.Input}")
            + "},\"modelVersion\":\"m\",\"responseId\":\"streams\"}";
    }
}
