using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using AiPortal.Core.Gateway.Translation;

namespace AiPortal.Core.Gateway.Gemini;

/// <summary>Reads a Gemini answer, whole or in chunks, for a caller of another dialect.</summary>
internal sealed class GeminiAnswerReader : IAnswerReader
{
    private const int MaxChoices = 127;
    private readonly Dictionary<int, int> _calls = [];
    private bool _began;

    public bool IsComplete { get; private set; }

    public void ReadWhole(JsonElement body, ICollection<AnswerEvent> events) => Read(body, events);

    public void ReadFrame(string? name, JsonElement data, ICollection<AnswerEvent> events) => Read(data, events);

    private void Read(JsonElement body, ICollection<AnswerEvent> events)
    {
        if (body.Member("error") is { } error)
        {
            events.Add(new AnswerFailed(GeminiFault.Read(error)));
            return;
        }

        if (!_began && (body.Member("candidates") is not null || body.Member("promptFeedback") is not null))
        {
            _began = true;
            var created = DateTimeOffset.TryParse(body.Text("createTime"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at) ? at : (DateTimeOffset?)null;
            events.Add(new AnswerBegan(body.Text("responseId"), body.Text("modelVersion"), created));
        }

        if (body.Object("usageMetadata") is { } usage)
        {
            var raw = new Utf8JsonReader(JsonMarshal.GetRawUtf8Value(usage));
            raw.Read();
            if (GeminiUsage.Read(ref raw) is { } reading) events.Add(new UsageKnown(reading));
        }

        var place = 0;
        foreach (var candidate in body.Items("candidates")) ReadCandidate(candidate, place++, events);
        if (place > 0 || body.Object("promptFeedback")?.Text("blockReason") is not { } blocked || blocked == "BLOCK_REASON_UNSPECIFIED") return;
        IsComplete = true;
        events.Add(new ChoiceEnded(0, EndReason.Filtered));
    }

    private void ReadCandidate(JsonElement candidate, int place, ICollection<AnswerEvent> events)
    {
        var choice = (int)Math.Clamp(candidate.Whole("index") ?? place, 0, MaxChoices);
        if (candidate.Object("content") is { } content)
        {
            foreach (var part in content.Items("parts")) ReadPart(part, choice, events);
        }

        if (candidate.Text("finishReason") is not { } reason || reason == "FINISH_REASON_UNSPECIFIED") return;
        IsComplete = true;
        events.Add(new ChoiceEnded(choice, Reason(reason, _calls.GetValueOrDefault(choice) > 0)));
    }

    private void ReadPart(JsonElement part, int choice, ICollection<AnswerEvent> events)
    {
        if (part.Text("text") is { Length: > 0 } text)
            events.Add(part.Flag("thought") == true ? new ReasoningAdded(choice, text) : new TextAdded(choice, text));
        if (part.Object("functionCall") is { } call && call.Text("name") is { Length: > 0 } name)
        {
            var index = _calls.GetValueOrDefault(choice);
            _calls[choice] = index + 1;
            events.Add(new ToolCallBegan(choice, index, call.Text("id") is { Length: > 0 } id ? id : null, name) { Signature = part.Text("thoughtSignature") });
            events.Add(new ToolArgumentsAdded(choice, index, call.Object("args")?.GetRawText() ?? "{}"));
        }

        if (part.Object("inlineData") is { } inline && inline.Text("mimeType") is { } type && type.StartsWith("image/", StringComparison.Ordinal)
            && inline.Text("data") is { } data && part.Flag("thought") != true)
            events.Add(new ImageAdded(choice, type, data));
    }

    /// <summary>Tool calls end with STOP too.</summary>
    private static EndReason Reason(string reason, bool called) => reason switch
    {
        "MAX_TOKENS" => EndReason.Length,
        "SAFETY" or "RECITATION" or "BLOCKLIST" or "PROHIBITED_CONTENT" or "SPII" or "IMAGE_SAFETY" or "IMAGE_PROHIBITED_CONTENT" or "IMAGE_RECITATION" or "MODEL_ARMOR" => EndReason.Filtered,
        _ => called ? EndReason.ToolCalls : EndReason.Stop,
    };
}
