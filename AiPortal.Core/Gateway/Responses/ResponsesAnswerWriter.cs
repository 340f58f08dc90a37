using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using AiPortal.Core.Gateway.Translation;

namespace AiPortal.Core.Gateway.Responses;

/// <summary>Writes an answer as a response or its events. One choice: the interface has no more.</summary>
internal sealed class ResponsesAnswerWriter(AnswerContext context) : IAnswerWriter
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly ResponseWriter _response = new(context);
    private readonly List<OutputItem> _output = [];
    private readonly Dictionary<int, CallItem> _calls = [];
    private EndReason _reason = EndReason.Stop;
    private bool _greeted;
    private int _sequence;

    public void Write(AnswerEvent happened, IBufferWriter<byte> output)
    {
        switch (happened)
        {
            case AnswerBegan began:
                _response.Began ??= began;
                Greet(output);
                break;
            case UsageKnown known: _response.Usage = known.Reading; break;
            case TextAdded { Choice: 0 } text: AddText(output, false, text.Text); break;
            case RefusalAdded { Choice: 0 } refusal: AddText(output, true, refusal.Text); break;
            case ReasoningAdded { Choice: 0 } thought: AddThought(output, thought.Text); break;
            case ReasoningSigned { Choice: 0 } seal:
                var sealedItem = Thought(output);
                sealedItem.Seal = new ReasoningSeal(seal.Signature, null);
                Close(output);
                break;
            case ReasoningRedacted { Choice: 0 } hidden:
                Close(output);
                Thought(output).Seal = new ReasoningSeal(null, hidden.Data);
                Close(output);
                break;
            case ToolCallBegan { Choice: 0 } call:
                Close(output);
                _calls[call.Index] = (CallItem)Add(output, Call(call.Index, call.Id, call.Name, call.Signature));
                break;
            case ToolArgumentsAdded { Choice: 0 } arguments when _calls.TryGetValue(arguments.Index, out var call):
                call.Arguments.Append(arguments.Json);
                Event(output, "response.function_call_arguments.delta", json =>
                {
                    Place(json, call);
                    json.WriteString("delta"u8, arguments.Json);
                });
                break;
            case ImageAdded { Choice: 0 } image:
                Close(output);
                Done(output, Add(output, new ImageItem($"ig_{context.RequestId:N}_{_output.Count}", _output.Count, image.Data)));
                break;
            case ChoiceEnded { Choice: 0 } end:
                _reason = end.Reason;
                CloseAll(output);
                break;
        }
    }

    public void WriteEnd(IBufferWriter<byte> output)
    {
        Greet(output);
        CloseAll(output);
        var state = ResponseState.Of(_reason);
        Event(output, "response." + state.Status, json => WriteResponse(json, state));
    }

    public void WriteWhole(WholeAnswer answer, IBufferWriter<byte> output)
    {
        _response.Began = new AnswerBegan(answer.Id, answer.Model, answer.CreatedAt);
        _response.Usage = answer.Usage;
        var choice = answer.Choices.Count > 0 ? answer.Choices[0] : null;
        foreach (var part in choice?.Parts ?? []) Fold(part);
        using var json = new Utf8JsonWriter(output, Options);
        _response.Write(json, _output, ResponseState.Of(choice?.Reason ?? EndReason.Stop));
    }

    private void Fold(ContentPart part)
    {
        switch (part)
        {
            case TextPart text: Message().Parts.Add((false, new StringBuilder(text.Text))); break;
            case RefusalPart refusal: Message().Parts.Add((true, new StringBuilder(refusal.Text))); break;
            case ReasoningPart thought:
                var item = new ReasoningItem($"rs_{context.RequestId:N}_{_output.Count}", _output.Count) { Seal = new ReasoningSeal(thought.Signature, thought.Redacted) };
                item.Text.Append(thought.Text);
                _output.Add(item);
                break;
            case ToolCallPart call:
                var made = Call(_output.Count, call.Id.Length > 0 ? call.Id : null, call.Name, call.Signature);
                made.Arguments.Append(call.Arguments);
                _output.Add(made);
                break;
            case ImagePart { Data: { } data }: _output.Add(new ImageItem($"ig_{context.RequestId:N}_{_output.Count}", _output.Count, data)); break;
        }
    }

    private MessageItem Message()
    {
        if (_output is [.., MessageItem { IsDone: false } last]) return last;
        var item = new MessageItem($"msg_{context.RequestId:N}_{_output.Count}", _output.Count);
        _output.Add(item);
        return item;
    }

    private CallItem Call(int index, string? id, string name, string? signature) =>
        new($"fc_{context.RequestId:N}_{_output.Count}", _output.Count, id ?? $"call_{context.RequestId:N}_{index}", name, signature);

    private void Greet(IBufferWriter<byte> output)
    {
        if (_greeted) return;
        _greeted = true;
        foreach (var type in (string[])["response.created", "response.in_progress"]) Event(output, type, json => WriteResponse(json, ResponseState.Running));
    }

    private void AddText(IBufferWriter<byte> output, bool isRefusal, string text)
    {
        if (_output is not [.., MessageItem { IsDone: false } message])
        {
            Close(output);
            message = (MessageItem)Add(output, new MessageItem($"msg_{context.RequestId:N}_{_output.Count}", _output.Count));
        }

        if (message.Parts is not [.., var last] || last.IsRefusal != isRefusal)
        {
            if (message.Parts.Count > 0) EndPart(output, message);
            message.Parts.Add((isRefusal, new StringBuilder()));
            Part(output, "response.content_part.added", message, "");
        }

        message.Parts[^1].Text.Append(text);
        Event(output, isRefusal ? "response.refusal.delta" : "response.output_text.delta", json =>
        {
            Place(json, message);
            json.WriteNumber("content_index"u8, message.Parts.Count - 1);
            json.WriteString("delta"u8, text);
            if (isRefusal) return;
            json.WriteStartArray("logprobs"u8);
            json.WriteEndArray();
        });
    }

    private void AddThought(IBufferWriter<byte> output, string text)
    {
        var item = Thought(output);
        if (item.Text.Length == 0) Summary(output, "response.reasoning_summary_part.added", item, json => ReasoningPart(json, ""));
        item.Text.Append(text);
        Summary(output, "response.reasoning_summary_text.delta", item, json => json.WriteString("delta"u8, text));
    }

    private ReasoningItem Thought(IBufferWriter<byte> output)
    {
        if (_output is [.., ReasoningItem { IsDone: false } open]) return open;
        Close(output);
        return (ReasoningItem)Add(output, new ReasoningItem($"rs_{context.RequestId:N}_{_output.Count}", _output.Count));
    }

    private OutputItem Add(IBufferWriter<byte> output, OutputItem item)
    {
        Greet(output);
        _output.Add(item);
        Event(output, "response.output_item.added", json =>
        {
            json.WriteNumber("output_index"u8, item.Index);
            json.WritePropertyName("item"u8);
            item.Write(json, begun: true);
        });
        return item;
    }

    /// <summary>Ends the last item unless it is a call: arguments of several calls may come in turns.</summary>
    private void Close(IBufferWriter<byte> output)
    {
        if (_output is [.., { IsDone: false } last] && last is not CallItem) Done(output, last);
    }

    private void CloseAll(IBufferWriter<byte> output)
    {
        foreach (var item in _output)
        {
            if (!item.IsDone) Done(output, item);
        }
    }

    private void Done(IBufferWriter<byte> output, OutputItem item)
    {
        item.IsDone = true;
        switch (item)
        {
            case MessageItem { Parts.Count: > 0 } message: EndPart(output, message); break;
            case ReasoningItem { Text.Length: > 0 } thought:
                Summary(output, "response.reasoning_summary_text.done", thought, json => json.WriteString("text"u8, thought.Text.ToString()));
                Summary(output, "response.reasoning_summary_part.done", thought, json => ReasoningPart(json, thought.Text.ToString()));
                break;
            case CallItem call:
                Event(output, "response.function_call_arguments.done", json =>
                {
                    Place(json, call);
                    json.WriteString("name"u8, call.Name);
                    json.WriteString("arguments"u8, call.Json);
                });
                break;
        }

        Event(output, "response.output_item.done", json =>
        {
            json.WriteNumber("output_index"u8, item.Index);
            json.WritePropertyName("item"u8);
            item.Write(json);
        });
    }

    private void EndPart(IBufferWriter<byte> output, MessageItem message)
    {
        var (isRefusal, builder) = message.Parts[^1];
        var text = builder.ToString();
        Event(output, isRefusal ? "response.refusal.done" : "response.output_text.done", json =>
        {
            Place(json, message);
            json.WriteNumber("content_index"u8, message.Parts.Count - 1);
            json.WriteString(isRefusal ? "refusal"u8 : "text"u8, text);
            if (isRefusal) return;
            json.WriteStartArray("logprobs"u8);
            json.WriteEndArray();
        });
        Part(output, "response.content_part.done", message, text);
    }

    private void Part(IBufferWriter<byte> output, string type, MessageItem message, string text) => Event(output, type, json =>
    {
        Place(json, message);
        json.WriteNumber("content_index"u8, message.Parts.Count - 1);
        json.WritePropertyName("part"u8);
        MessageItem.WritePart(json, message.Parts[^1].IsRefusal, text);
    });

    private void Summary(IBufferWriter<byte> output, string type, ReasoningItem item, Action<Utf8JsonWriter> write) => Event(output, type, json =>
    {
        Place(json, item);
        json.WriteNumber("summary_index"u8, 0);
        write(json);
    });

    private static void ReasoningPart(Utf8JsonWriter json, string text)
    {
        json.WritePropertyName("part"u8);
        ReasoningItem.WritePart(json, text);
    }

    private void WriteResponse(Utf8JsonWriter json, ResponseState state)
    {
        json.WritePropertyName("response"u8);
        _response.Write(json, _output, state);
    }

    private static void Place(Utf8JsonWriter json, OutputItem item)
    {
        json.WriteString("item_id"u8, item.Id);
        json.WriteNumber("output_index"u8, item.Index);
    }

    private void Event(IBufferWriter<byte> output, string type, Action<Utf8JsonWriter> write)
    {
        output.Write("event: "u8);
        output.Write(Encoding.ASCII.GetBytes(type));
        output.Write("\ndata: "u8);
        using (var json = new Utf8JsonWriter(output, Options))
        {
            json.WriteStartObject();
            json.WriteString("type"u8, type);
            json.WriteNumber("sequence_number"u8, _sequence++);
            write(json);
            json.WriteEndObject();
        }

        output.Write("\n\n"u8);
    }
}
