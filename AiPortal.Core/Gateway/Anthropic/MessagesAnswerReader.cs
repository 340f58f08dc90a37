using System.Text.Json;
using AiPortal.Core.Gateway.Translation;

namespace AiPortal.Core.Gateway.Anthropic;

/// <summary>Reads a message, whole or by its events, for a caller of another dialect. What the vendor's own tools did has no word elsewhere and is left out.</summary>
internal sealed class MessagesAnswerReader : IAnswerReader
{
    private readonly Dictionary<long, Block> _blocks = [];
    private AnthropicUsage _usage;
    private string? _model;
    private int _calls;
    private bool _isAnswerTool;

    public bool IsComplete { get; private set; }

    public void ReadWhole(JsonElement body, ICollection<AnswerEvent> events)
    {
        if (body.Text("type") == "error" || body.Member("error") is not null)
        {
            events.Add(ReadError(body));
            return;
        }

        Begin(body, events);
        var index = 0;
        foreach (var block in body.Items("content"))
        {
            StartBlock(index, block, events);
            StopBlock(index++, events);
        }

        End(body, events);
        ReadUsage(body, isFinal: true, events);
    }

    public void ReadFrame(string? name, JsonElement data, ICollection<AnswerEvent> events)
    {
        switch (data.Text("type") ?? name)
        {
            case "message_start" when data.Object("message") is { } message:
                Begin(message, events);
                ReadUsage(message, isFinal: false, events);
                break;
            case "content_block_start" when data.Object("content_block") is { } block: StartBlock(data.Whole("index") ?? 0, block, events); break;
            case "content_block_delta" when data.Object("delta") is { } delta: ReadDelta(data.Whole("index") ?? 0, delta, events); break;
            case "content_block_stop": StopBlock(data.Whole("index") ?? 0, events); break;
            case "message_delta":
                if (data.Object("delta") is { } change) End(change, events);
                ReadUsage(data, isFinal: true, events);
                break;
            case "message_stop": IsComplete = true; break;
            case "error": events.Add(ReadError(data)); break;
        }
    }

    private void Begin(JsonElement message, ICollection<AnswerEvent> events)
    {
        _model = message.Text("model");
        events.Add(new AnswerBegan(message.Text("id"), _model, null));
    }

    private void StartBlock(long index, JsonElement block, ICollection<AnswerEvent> events)
    {
        switch (block.Text("type"))
        {
            case "text": AddText(block.Text("text"), events); break;
            case "thinking":
                AddThought(block.Text("thinking"), events);
                AddSignature(block.Text("signature"), events);
                break;
            case "redacted_thinking" when block.Text("data") is { } data: events.Add(new ReasoningRedacted(0, ThoughtSeal.Close(_model, data))); break;
            case "tool_use" when block.Text("name") is { Length: > 0 } name:
                var isAnswer = name.StartsWith(MessagesTools.AnswerPrefix, StringComparison.Ordinal);
                _isAnswerTool |= isAnswer;
                var begun = _blocks[index] = new Block(isAnswer ? null : _calls++);
                if (begun.Call is { } call) events.Add(new ToolCallBegan(0, call, block.Text("id"), name));
                // A stream begins with an empty one; whole answers have it here.
                if (block.Object("input") is { } input && input.EnumerateObject().Any()) AddArguments(begun, input.GetRawText(), events);
                break;
        }
    }

    private void ReadDelta(long index, JsonElement delta, ICollection<AnswerEvent> events)
    {
        switch (delta.Text("type"))
        {
            case "text_delta": AddText(delta.Text("text"), events); break;
            case "thinking_delta": AddThought(delta.Text("thinking"), events); break;
            case "signature_delta": AddSignature(delta.Text("signature"), events); break;
            case "input_json_delta" when _blocks.TryGetValue(index, out var block) && delta.Text("partial_json") is { Length: > 0 } json: AddArguments(block, json, events); break;
        }
    }

    private void StopBlock(long index, ICollection<AnswerEvent> events)
    {
        if (_blocks.Remove(index, out var block) && !block.HasArguments) AddArguments(block, "{}", events);
    }

    private void End(JsonElement owner, ICollection<AnswerEvent> events)
    {
        if (owner.Text("stop_reason") is not { } word) return;
        IsComplete = true;
        var reason = word switch
        {
            "max_tokens" or "model_context_window_exceeded" => EndReason.Length,
            "tool_use" => _calls == 0 && _isAnswerTool ? EndReason.Stop : EndReason.ToolCalls,
            "refusal" => EndReason.Filtered,
            _ => EndReason.Stop,
        };
        events.Add(new ChoiceEnded(0, reason, owner.Text("stop_sequence")));
    }

    private void ReadUsage(JsonElement owner, bool isFinal, ICollection<AnswerEvent> events)
    {
        if (owner.Object("usage") is not { } usage) return;
        var raw = new Utf8JsonReader(System.Runtime.InteropServices.JsonMarshal.GetRawUtf8Value(usage));
        raw.Read();
        _usage.Read(ref raw);
        if (_usage.Reading is { } reading) events.Add(new UsageKnown(reading, isFinal));
    }

    private static AnswerFailed ReadError(JsonElement body)
    {
        var error = body.Object("error");
        return new AnswerFailed(new UpstreamErrorText(error?.Text("message") ?? body.Text("error"), error?.Text("type"), error?.Object("details")?.Text("error_code"), null));
    }

    private static void AddText(string? text, ICollection<AnswerEvent> events)
    {
        if (text is { Length: > 0 }) events.Add(new TextAdded(0, text));
    }

    private static void AddThought(string? text, ICollection<AnswerEvent> events)
    {
        if (text is { Length: > 0 }) events.Add(new ReasoningAdded(0, text));
    }

    private void AddSignature(string? signature, ICollection<AnswerEvent> events)
    {
        if (signature is { Length: > 0 }) events.Add(new ReasoningSigned(0, ThoughtSeal.Close(_model, signature)));
    }

    private static void AddArguments(Block block, string json, ICollection<AnswerEvent> events)
    {
        block.HasArguments = true;
        events.Add(block.Call is { } call ? new ToolArgumentsAdded(0, call, json) : new TextAdded(0, json));
    }

    /// <param name="call">Its place among the calls; null for the tool that stands for the answer.</param>
    private sealed class Block(int? call)
    {
        public int? Call => call;

        public bool HasArguments { get; set; }
    }
}
