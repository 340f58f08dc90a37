using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using AiPortal.Core.Gateway.Chat;

namespace AiPortal.Core.Gateway.Sandbox;

/// <summary>Writes the sandbox's answer in OpenAI's shape, whole or as frames.</summary>
internal sealed class SandboxCompletion(string id, string model, long createdAtUnixSeconds)
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly List<(List<string> Pieces, string FinishReason)> _choices = [];
    private long _prompt;
    private long _cached;
    private long _completion;
    private long _reasoning;

    public void Add(List<string> pieces, string finishReason, long reasoning)
    {
        var tally = new TextTally();
        foreach (var piece in pieces) tally.AddUtf8(Encoding.UTF8.GetBytes(piece));
        _choices.Add((pieces, finishReason));
        _completion += TokenEstimate.Of(tally) + reasoning;
        _reasoning += reasoning;
    }

    public void Count(long prompt, long cached) => (_prompt, _cached) = (prompt, cached);

    public byte[] Plain() => Object("chat.completion", json =>
    {
        json.WriteStartArray("choices"u8);
        for (var index = 0; index < _choices.Count; index++)
        {
            var (pieces, finishReason) = _choices[index];
            json.WriteStartObject();
            json.WriteNumber("index"u8, index);
            json.WriteStartObject("message"u8);
            json.WriteString("role"u8, "assistant"u8);
            json.WriteString("content"u8, string.Concat(pieces));
            json.WriteNull("refusal"u8);
            json.WriteEndObject();
            json.WriteNull("logprobs"u8);
            json.WriteString("finish_reason"u8, finishReason);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        WriteUsage(json);
    }).WrittenSpan.ToArray();

    public List<byte[]> Frames(bool includeUsage)
    {
        var frames = new List<byte[]>();
        for (var index = 0; index < _choices.Count; index++)
        {
            var (pieces, finishReason) = _choices[index];
            frames.Add(Chunk(index, "", isFirst: true, null, includeUsage));
            foreach (var piece in pieces) frames.Add(Chunk(index, piece, isFirst: false, null, includeUsage));
            frames.Add(Chunk(index, null, isFirst: false, finishReason, includeUsage));
        }

        if (includeUsage)
            frames.Add(Frame(Object("chat.completion.chunk", json =>
            {
                json.WriteStartArray("choices"u8);
                json.WriteEndArray();
                WriteUsage(json);
            })));
        frames.Add(SseTap.EndMarker.ToArray());
        return frames;
    }

    private byte[] Chunk(int index, string? content, bool isFirst, string? finishReason, bool includeUsage) => Frame(Object("chat.completion.chunk", json =>
    {
        json.WriteStartArray("choices"u8);
        json.WriteStartObject();
        json.WriteNumber("index"u8, index);
        json.WriteStartObject("delta"u8);
        if (isFirst) json.WriteString("role"u8, "assistant"u8);
        if (content is not null) json.WriteString("content"u8, content);
        json.WriteEndObject();
        json.WriteNull("logprobs"u8);
        json.WriteString("finish_reason"u8, finishReason);
        json.WriteEndObject();
        json.WriteEndArray();
        if (includeUsage) json.WriteNull("usage"u8);
    }));

    private ArrayBufferWriter<byte> Object(string kind, Action<Utf8JsonWriter> members)
    {
        var output = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(output, Options);
        json.WriteStartObject();
        json.WriteString("id"u8, id);
        json.WriteString("object"u8, kind);
        json.WriteNumber("created"u8, createdAtUnixSeconds);
        json.WriteString("model"u8, model);
        members(json);
        json.WriteString("system_fingerprint"u8, "fp_sandbox"u8);
        json.WriteEndObject();
        return output;
    }

    private void WriteUsage(Utf8JsonWriter json)
    {
        json.WriteStartObject("usage"u8);
        json.WriteNumber("prompt_tokens"u8, _prompt);
        json.WriteNumber("completion_tokens"u8, _completion);
        json.WriteNumber("total_tokens"u8, _prompt + _completion);
        json.WriteStartObject("prompt_tokens_details"u8);
        json.WriteNumber("cached_tokens"u8, _cached);
        json.WriteEndObject();
        json.WriteStartObject("completion_tokens_details"u8);
        json.WriteNumber("reasoning_tokens"u8, _reasoning);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static byte[] Frame(ArrayBufferWriter<byte> json) => [.. "data: "u8, .. json.WrittenSpan, .. "\n\n"u8];
}
