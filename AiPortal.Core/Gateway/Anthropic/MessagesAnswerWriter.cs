using System.Buffers;
using System.Text.Json;
using AiPortal.Core.Catalog;
using AiPortal.Core.Gateway.Translation;

namespace AiPortal.Core.Gateway.Anthropic;

/// <summary>Writes an answer as a message or its events. Thoughts go only to those who asked for them.</summary>
internal sealed class MessagesAnswerWriter(AnswerContext context) : IAnswerWriter
{
    private readonly MessagesBlocks _blocks = new();
    private readonly AnswerObservation _written = new();
    private readonly bool _showsThoughts = context.Scan is MessagesScan { WantsThoughts: true };
    private AnswerBegan? _began;
    private ChoiceEnded? _end;
    private UsageReading? _usage;
    private bool _isStarted;

    public void Write(AnswerEvent happened, IBufferWriter<byte> output)
    {
        _written.Note(happened);
        switch (happened)
        {
            case AnswerBegan began: _began ??= began; break;
            case UsageKnown known: _usage = known.Reading; return;
            case ChoiceEnded { Choice: 0 } end: _end = end; return;
            case ReasoningAdded or ReasoningSigned or ReasoningRedacted when !_showsThoughts: break;
            case ReasoningAdded { Choice: 0 } thought: _blocks.AddThought(Started(output), thought.Text); break;
            case ReasoningSigned { Choice: 0 } seal: _blocks.Sign(Started(output), seal.Signature); break;
            case ReasoningRedacted { Choice: 0 } hidden: _blocks.AddRedacted(Started(output), hidden.Data); break;
            case TextAdded { Choice: 0 } text: _blocks.AddText(Started(output), text.Text); break;
            case RefusalAdded { Choice: 0 } refusal: _blocks.AddText(Started(output), refusal.Text); break;
            case ImageAdded { Choice: 0 } image: _blocks.AddText(Started(output), MessagesWords.ImageText(image.MediaType, image.Data)); break;
            case ToolCallBegan { Choice: 0 } call: _blocks.BeginCall(Started(output), call.Index, Id(call.Id, call.Index), call.Name); break;
            case ToolArgumentsAdded { Choice: 0 } arguments: _blocks.AddArguments(Started(output), arguments.Index, arguments.Json); break;
        }

        Started(output);
    }

    public void WriteEnd(IBufferWriter<byte> output)
    {
        _blocks.CloseAll(Started(output));
        MessagesWords.WriteEvent(output, "message_delta", json =>
        {
            json.WriteStartObject("delta"u8);
            json.WriteString("stop_reason"u8, MessagesWords.StopReason(_end, _blocks.HasCalls));
            json.WriteString("stop_sequence"u8, _end?.StopSequence);
            json.WriteEndObject();
            MessagesWords.WriteUsage(json, _usage?.Usage ?? Estimated(), _usage?.ServiceTier);
        });
        MessagesWords.WriteEvent(output, "message_stop", _ => { });
    }

    public void WriteWhole(WholeAnswer answer, IBufferWriter<byte> output)
    {
        var choice = answer.Choices.Count > 0 ? answer.Choices[0] : null;
        var parts = choice?.Parts ?? [];
        using var json = new Utf8JsonWriter(output, MessagesWords.Json);
        json.WriteStartObject();
        WriteHead(json, answer.Id, answer.Model);
        json.WriteStartArray("content"u8);
        var calls = 0;
        foreach (var part in parts)
        {
            if (part is ReasoningPart && !_showsThoughts) continue;
            MessagesParts.Write(json, part is ToolCallPart call ? call with { Id = Id(call.Id, calls++) } : part);
        }

        json.WriteEndArray();
        var end = choice is null ? null : new ChoiceEnded(0, choice.Reason, choice.StopSequence);
        json.WriteString("stop_reason"u8, MessagesWords.StopReason(end, calls > 0));
        json.WriteString("stop_sequence"u8, choice?.StopSequence);
        foreach (var text in parts.OfType<TextPart>()) _written.Note(new TextAdded(0, text.Text));
        MessagesWords.WriteUsage(json, answer.Usage?.Usage ?? Estimated(), answer.Usage?.ServiceTier);
        json.WriteEndObject();
    }

    private IBufferWriter<byte> Started(IBufferWriter<byte> output)
    {
        if (_isStarted) return output;
        _isStarted = true;
        MessagesWords.WriteEvent(output, "message_start", json =>
        {
            json.WriteStartObject("message"u8);
            WriteHead(json, _began?.Id, _began?.Model);
            json.WriteStartArray("content"u8);
            json.WriteEndArray();
            json.WriteNull("stop_reason"u8);
            json.WriteNull("stop_sequence"u8);
            MessagesWords.WriteUsage(json, _usage?.Usage ?? new Usage(context.EstimatedInput, 0, 0, 0, 0), _usage?.ServiceTier);
            json.WriteEndObject();
        });
        return output;
    }

    private void WriteHead(Utf8JsonWriter json, string? id, string? model)
    {
        json.WriteString("id"u8, MessagesWords.MessageId(id, context.RequestId));
        json.WriteString("type"u8, "message"u8);
        json.WriteString("role"u8, "assistant"u8);
        json.WriteString("model"u8, model ?? context.Model);
    }

    private Usage Estimated() => new(context.EstimatedInput, 0, 0, TokenEstimate.Of(_written.Content), TokenEstimate.Of(_written.Reasoning));

    private string Id(string? id, int index) => id is { Length: > 0 } ? id : $"toolu_{context.RequestId:N}_{index}";
}
