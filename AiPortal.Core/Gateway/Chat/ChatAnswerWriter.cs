using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using AiPortal.Core.Gateway.Translation;

namespace AiPortal.Core.Gateway.Chat;

/// <summary>Writes an answer as a chat completion or its chunks.</summary>
internal sealed class ChatAnswerWriter(AnswerContext context) : IAnswerWriter
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly HashSet<int> _greeted = [];
    private AnswerBegan? _began;
    private UsageReading? _usage;

    private bool IncludesUsage => context.Scan is ChatRequestScan { IncludeUsage: true };

    public void Write(AnswerEvent happened, IBufferWriter<byte> output)
    {
        switch (happened)
        {
            case AnswerBegan began: _began ??= began; break;
            case UsageKnown known: _usage = known.Reading; break;
            case TextAdded text: Delta(output, text.Choice, json => json.WriteString("content"u8, text.Text)); break;
            case RefusalAdded refusal: Delta(output, refusal.Choice, json => json.WriteString("refusal"u8, refusal.Text)); break;
            case ReasoningAdded thought: Delta(output, thought.Choice, json => json.WriteString("reasoning_content"u8, thought.Text)); break;
            case ReasoningSigned seal: Delta(output, seal.Choice, json => ChatParts.WriteDetails(json, [new ReasoningPart("", seal.Signature)])); break;
            case ReasoningRedacted hidden: Delta(output, hidden.Choice, json => ChatParts.WriteDetails(json, [new ReasoningPart("", null, hidden.Data)])); break;
            case ImageAdded image: Delta(output, image.Choice, json => ChatParts.WriteImages(json, [new ImagePart(image.MediaType, image.Data, null)])); break;
            case ToolCallBegan call:
                Delta(output, call.Choice, json => WriteCall(json, call.Index, () => ChatParts.WriteCall(json, new ToolCallPart(call.Id ?? Minted(call.Choice, call.Index), call.Name, "") { Signature = call.Signature })));
                break;
            case ToolArgumentsAdded arguments:
                Delta(output, arguments.Choice, json => WriteCall(json, arguments.Index, () =>
                {
                    json.WriteStartObject("function"u8);
                    json.WriteString("arguments"u8, arguments.Json);
                    json.WriteEndObject();
                }));
                break;
            case ChoiceEnded end: Chunk(output, json => WriteChoice(json, end.Choice, null, ChatParts.Word(end.Reason))); break;
        }
    }

    public void WriteEnd(IBufferWriter<byte> output)
    {
        if (IncludesUsage && _usage is { } usage) Chunk(output, null, usage);
        output.Write(SseTap.EndMarker);
    }

    public void WriteWhole(WholeAnswer answer, IBufferWriter<byte> output)
    {
        _began = new AnswerBegan(answer.Id, answer.Model, answer.CreatedAt);
        using var json = new Utf8JsonWriter(output, Options);
        json.WriteStartObject();
        WriteHead(json, "chat.completion"u8, answer.Usage);
        json.WriteStartArray("choices"u8);
        foreach (var choice in answer.Choices)
        {
            json.WriteStartObject();
            json.WriteNumber("index"u8, choice.Index);
            json.WriteStartObject("message"u8);
            ChatParts.WriteMessage(json, choice.Parts, index => Minted(choice.Index, index));
            json.WriteEndObject();
            json.WriteNull("logprobs"u8);
            json.WriteString("finish_reason"u8, ChatParts.Word(choice.Reason));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        if (answer.Usage is { } usage) ChatUsageWriter.Write(json, usage.Usage);
        json.WriteEndObject();
    }

    private void Delta(IBufferWriter<byte> output, int choice, Action<Utf8JsonWriter> write) => Chunk(output, json => WriteChoice(json, choice, write, null));

    private void Chunk(IBufferWriter<byte> output, Action<Utf8JsonWriter>? write, UsageReading? usage = null)
    {
        output.Write("data: "u8);
        using (var json = new Utf8JsonWriter(output, Options))
        {
            json.WriteStartObject();
            WriteHead(json, "chat.completion.chunk"u8, usage ?? _usage);
            json.WriteStartArray("choices"u8);
            write?.Invoke(json);
            json.WriteEndArray();
            if (usage is { } known) ChatUsageWriter.Write(json, known.Usage);
            else if (IncludesUsage) json.WriteNull("usage"u8);
            json.WriteEndObject();
        }

        output.Write("\n\n"u8);
    }

    private void WriteHead(Utf8JsonWriter json, ReadOnlySpan<byte> kind, UsageReading? usage)
    {
        json.WriteString("id"u8, _began?.Id is { } id ? id.StartsWith("chatcmpl-", StringComparison.Ordinal) ? id : "chatcmpl-" + id : $"chatcmpl-{context.RequestId:N}");
        json.WriteString("object"u8, kind);
        json.WriteNumber("created"u8, (_began?.CreatedAt ?? context.CreatedAt).ToUnixTimeSeconds());
        json.WriteString("model"u8, _began?.Model ?? context.Model);
        if (usage?.ServiceTier is { } tier) json.WriteString("service_tier"u8, tier);
    }

    private void WriteChoice(Utf8JsonWriter json, int choice, Action<Utf8JsonWriter>? write, string? reason)
    {
        json.WriteStartObject();
        json.WriteNumber("index"u8, choice);
        json.WriteStartObject("delta"u8);
        if (_greeted.Add(choice)) json.WriteString("role"u8, "assistant"u8);
        write?.Invoke(json);
        json.WriteEndObject();
        json.WriteNull("logprobs"u8);
        json.WriteString("finish_reason"u8, reason);
        json.WriteEndObject();
    }

    private static void WriteCall(Utf8JsonWriter json, int index, Action write)
    {
        json.WriteStartArray("tool_calls"u8);
        json.WriteStartObject();
        json.WriteNumber("index"u8, index);
        write();
        json.WriteEndObject();
        json.WriteEndArray();
    }

    private string Minted(int choice, int index) => $"call_{context.RequestId:N}_{choice}_{index}";
}
