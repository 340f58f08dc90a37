using System.Runtime.InteropServices;
using System.Text.Json;
using AiPortal.Core.Gateway.Translation;

namespace AiPortal.Core.Gateway.Chat;

/// <summary>Reads a chat completion, whole or in chunks, for a caller of another dialect.</summary>
internal sealed class ChatAnswerReader : IAnswerReader
{
    private readonly HashSet<(int Choice, int Index)> _calls = [];
    private bool _began;
    private bool _ended;

    public bool IsComplete => _ended;

    public bool ReadMarker(ReadOnlySpan<byte> data)
    {
        if (!data.SequenceEqual("[DONE]"u8)) return false;
        _ended = true;
        return true;
    }

    public void ReadWhole(JsonElement body, ICollection<AnswerEvent> events) => Read(body, "message", events);

    public void ReadFrame(string? name, JsonElement data, ICollection<AnswerEvent> events) => Read(data, "delta", events);

    private void Read(JsonElement body, string content, ICollection<AnswerEvent> events)
    {
        var seen = new AnswerObservation();
        var raw = new Utf8JsonReader(JsonMarshal.GetRawUtf8Value(body));
        ChatPayload.Read(ref raw, seen);
        if (seen.Error is { } error)
        {
            events.Add(new AnswerFailed(error));
            return;
        }

        // Azure's first chunk tells what its filters found, under empty names.
        var id = body.Text("id") is { Length: > 0 } named ? named : null;
        if (!_began && (id is not null || body.Items("choices").Any()))
        {
            _began = true;
            var created = body.Whole("created") is > 0 and < 253402300799 and var seconds ? DateTimeOffset.FromUnixTimeSeconds(seconds) : (DateTimeOffset?)null;
            events.Add(new AnswerBegan(id, body.Text("model") is { Length: > 0 } model ? model : null, created));
        }

        foreach (var choice in body.Items("choices"))
        {
            var index = (int)Math.Clamp(choice.Whole("index") ?? 0, 0, 127);
            if (choice.Object(content) is { } said) ReadContent(said, index, events);
            if (choice.Text("finish_reason") is not { } reason) continue;
            _ended = true;
            events.Add(new ChoiceEnded(index, Reason(reason)));
        }

        if (seen.Usage is { } usage) events.Add(new UsageKnown(usage with { ServiceTier = seen.ServiceTier ?? usage.ServiceTier }));
    }

    private void ReadContent(JsonElement said, int choice, ICollection<AnswerEvent> events)
    {
        if ((said.Text("reasoning_content") ?? said.Text("reasoning")) is { Length: > 0 } thought) events.Add(new ReasoningAdded(choice, thought));
        foreach (var detail in said.Items("reasoning_details"))
        {
            if (detail.Text("signature") is { Length: > 0 } seal) events.Add(new ReasoningSigned(choice, seal));
            else if (detail.Text("type") == "reasoning.encrypted" && detail.Text("data") is { } data) events.Add(new ReasoningRedacted(choice, data));
        }

        if (said.Text("content") is { Length: > 0 } text) events.Add(new TextAdded(choice, text));
        foreach (var part in said.Items("content")) ReadPart(part, choice, events);
        if (said.Text("refusal") is { Length: > 0 } refusal) events.Add(new RefusalAdded(choice, refusal));
        foreach (var image in said.Items("images"))
        {
            if (image.Object("image_url")?.Text("url") is { } url && DataUrl.TryRead(url, out var type, out var data)) events.Add(new ImageAdded(choice, type, data));
        }

        var place = 0;
        foreach (var call in said.Items("tool_calls"))
        {
            var index = (int)Math.Clamp(call.Whole("index") ?? place, 0, 1023);
            place++;
            if (call.Object("function") is not { } function) continue;
            if (function.Text("name") is { Length: > 0 } name && _calls.Add((choice, index)))
                events.Add(new ToolCallBegan(choice, index, call.Text("id"), name) { Signature = call.Object("extra_content")?.Object("google")?.Text("thought_signature") });
            if (function.Text("arguments") is { Length: > 0 } arguments) events.Add(new ToolArgumentsAdded(choice, index, arguments));
        }
    }

    // Mistral: "content":[{"type":"thinking","thinking":[{"type":"text","text":"Let me"}]},{"type":"text","text":"Hello"}]
    private static void ReadPart(JsonElement part, int choice, ICollection<AnswerEvent> events)
    {
        if (part.Text("type") == "text" && part.Text("text") is { Length: > 0 } text) events.Add(new TextAdded(choice, text));
        foreach (var thought in part.Items("thinking"))
        {
            if (thought.Text("text") is { Length: > 0 } piece) events.Add(new ReasoningAdded(choice, piece));
        }
    }

    private static EndReason Reason(string reason) => reason switch
    {
        "length" or "max_tokens" => EndReason.Length,
        "tool_calls" or "function_call" => EndReason.ToolCalls,
        "content_filter" or "sensitive" => EndReason.Filtered,
        _ => EndReason.Stop,
    };
}
