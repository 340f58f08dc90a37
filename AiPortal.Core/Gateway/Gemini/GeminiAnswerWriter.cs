using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using AiPortal.Core.Gateway.Translation;

namespace AiPortal.Core.Gateway.Gemini;

/// <summary>
/// Writes an answer as <c>generateContent</c> gives it, or its chunks. Function calls go whole, so the pieces of their arguments are kept until
/// the next thing comes; the reasons to finish and the usage go in the last chunk.
/// </summary>
internal sealed class GeminiAnswerWriter(AnswerContext context) : IAnswerWriter
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly SortedDictionary<int, (ToolCallPart Call, StringBuilder Json)> _calls = [];
    private readonly SortedDictionary<int, StringBuilder> _thoughts = [];
    private readonly SortedDictionary<int, string> _ends = [];
    private readonly HashSet<int> _malformed = [];
    private AnswerBegan? _began;
    private UsageReading? _usage;

    private bool ShowsThoughts => context.Scan is GenerateContentScan { IncludeThoughts: true };

    public void Write(AnswerEvent happened, IBufferWriter<byte> output)
    {
        switch (happened)
        {
            case AnswerBegan began: _began ??= began; break;
            case UsageKnown known: _usage = known.Reading; break;
            case TextAdded text: Say(output, text.Choice, new TextPart(text.Text)); break;
            case RefusalAdded refusal: Say(output, refusal.Choice, new TextPart(refusal.Text)); break;
            case ImageAdded image: Say(output, image.Choice, new ImagePart(image.MediaType, image.Data, null)); break;
            case ReasoningAdded thought when ShowsThoughts: Say(output, thought.Choice, new ReasoningPart(thought.Text, null)); break;
            case ReasoningAdded thought: Unseen(thought.Choice).Append(thought.Text); break;
            // Sealed thoughts must come back with the next request, also from callers who did not ask to see them.
            case ReasoningSigned seal:
                Say(output, seal.Choice, new ReasoningPart(Unseen(seal.Choice).ToString(), seal.Signature));
                Unseen(seal.Choice).Clear();
                break;
            case ToolCallBegan call:
                Flush(output, call.Choice);
                _calls[call.Choice] = (new ToolCallPart(call.Id ?? "", call.Name, "") { Signature = call.Signature }, new StringBuilder());
                break;
            case ToolArgumentsAdded arguments when _calls.TryGetValue(arguments.Choice, out var open): open.Json.Append(arguments.Json); break;
            case ChoiceEnded end:
                Flush(output, end.Choice);
                _ends[end.Choice] = Word(end.Reason, _malformed.Contains(end.Choice));
                break;
        }
    }

    public void WriteEnd(IBufferWriter<byte> output) => Chunk(output, json =>
    {
        json.WriteStartArray("candidates"u8);
        foreach (var (choice, reason) in _ends)
            GeminiCandidates.Write(json, choice, [], reason);
        json.WriteEndArray();
        if (_usage is { } usage) GeminiUsageWriter.Write(json, usage.Usage);
    });

    public void WriteWhole(WholeAnswer answer, IBufferWriter<byte> output)
    {
        _began = new AnswerBegan(answer.Id, answer.Model, answer.CreatedAt);
        using var json = new Utf8JsonWriter(output, Options);
        json.WriteStartObject();
        json.WriteStartArray("candidates"u8);
        foreach (var choice in answer.Choices)
        {
            ContentPart[] parts = [.. choice.Parts.Where(IsShown)];
            var malformed = parts.Any(part => part is ToolCallPart call && !GeminiCandidates.IsWhole(call));
            GeminiCandidates.Write(json, choice.Index, [.. parts.Where(part => part is not ToolCallPart call || GeminiCandidates.IsWhole(call))], Word(choice.Reason, malformed));
        }

        json.WriteEndArray();
        if (answer.Usage is { } usage) GeminiUsageWriter.Write(json, usage.Usage);
        WriteTail(json);
        json.WriteEndObject();
    }

    private bool IsShown(ContentPart part) => part is not ReasoningPart thought || (thought.Redacted is null && (ShowsThoughts || thought.Signature is not null));

    private StringBuilder Unseen(int choice) => _thoughts.TryGetValue(choice, out var text) ? text : _thoughts[choice] = new StringBuilder();

    private void Say(IBufferWriter<byte> output, int choice, ContentPart part)
    {
        Flush(output, choice);
        Part(output, choice, part);
    }

    private void Flush(IBufferWriter<byte> output, int choice)
    {
        if (!_calls.Remove(choice, out var open)) return;
        var call = open.Call with { Arguments = open.Json.Length == 0 ? "{}" : open.Json.ToString() };
        if (GeminiCandidates.IsWhole(call)) Part(output, choice, call);
        else _malformed.Add(choice);
    }

    private void Part(IBufferWriter<byte> output, int choice, ContentPart part) => Chunk(output, json =>
    {
        json.WriteStartArray("candidates"u8);
        GeminiCandidates.Write(json, choice, [part], null);
        json.WriteEndArray();
    });

    private void Chunk(IBufferWriter<byte> output, Action<Utf8JsonWriter> write)
    {
        output.Write("data: "u8);
        using (var json = new Utf8JsonWriter(output, Options))
        {
            json.WriteStartObject();
            write(json);
            WriteTail(json);
            json.WriteEndObject();
        }

        output.Write("\r\n\r\n"u8);
    }

    private void WriteTail(Utf8JsonWriter json)
    {
        json.WriteString("modelVersion"u8, _began?.Model ?? context.Model);
        json.WriteString("responseId"u8, _began?.Id ?? context.RequestId.ToString("N"));
    }

    /// <summary>A call that was cut cannot be given as an object: it is left out, and the reason says so where no other does.</summary>
    private static string Word(EndReason reason, bool malformed) => reason switch
    {
        EndReason.Length => "MAX_TOKENS",
        EndReason.Filtered => "SAFETY",
        EndReason.Stop or EndReason.ToolCalls => malformed ? "MALFORMED_FUNCTION_CALL" : "STOP",
    };
}
