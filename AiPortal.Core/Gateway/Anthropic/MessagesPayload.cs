using System.Text.Json;

namespace AiPortal.Core.Gateway.Anthropic;

/// <summary>Reads a message, or the events of its stream one by one, into an observation. Of one answer.</summary>
internal sealed class MessagesPayload(AnswerObservation seen)
{
    private const int MaxNameLength = 256;
    private const int MaxReasonLength = 64;
    private const int MaxErrorLength = 2048;

    private AnthropicUsage _usage;

    /// <summary>True for the event that ends a stream.</summary>
    /// <exception cref="JsonException">The bytes are not JSON; what came before the fault has been noted.</exception>
    public bool Read(ref Utf8JsonReader reader)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) throw new JsonException("An object is expected.");
        var isStop = ReadMembers(ref reader, isStart: false);
        reader.Read();
        return isStop;
    }

    /// <param name="isStart">Inside the message that begins a stream: it counts the input, of the output it knows nothing yet.</param>
    private bool ReadMembers(ref Utf8JsonReader reader, bool isStart)
    {
        var isStop = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("type"u8))
            {
                reader.Read();
                isStop = reader.TokenType == JsonTokenType.String && reader.ValueTextEquals("message_stop"u8);
                reader.Skip();
            }
            else if (reader.ValueTextEquals("message"u8))
            {
                if (UsageFigure.Enter(ref reader)) ReadMembers(ref reader, isStart: true);
            }
            else if (reader.ValueTextEquals("usage"u8)) ReadUsage(ref reader, isStart);
            else if (reader.ValueTextEquals("content_block"u8) || reader.ValueTextEquals("delta"u8))
            {
                if (UsageFigure.Enter(ref reader)) ReadBlock(ref reader);
            }
            else if (reader.ValueTextEquals("content"u8)) ReadBlocks(ref reader);
            else if (reader.ValueTextEquals("error"u8)) ReadError(ref reader);
            else if (reader.ValueTextEquals("id"u8)) seen.Id = FirstText(seen.Id, ref reader);
            else if (reader.ValueTextEquals("model"u8)) seen.Model = FirstText(seen.Model, ref reader);
            else if (reader.ValueTextEquals("stop_reason"u8)) seen.FinishReason = Text(ref reader, MaxReasonLength) ?? seen.FinishReason;
            else UsageFigure.Skip(ref reader);
        }

        return isStop;
    }

    private void ReadUsage(ref Utf8JsonReader reader, bool isStart)
    {
        if (!UsageFigure.Enter(ref reader)) return;
        _usage.Read(ref reader);
        if (_usage.Reading is not { } reading) return;
        if (isStart) seen.FirstUsage = reading;
        else seen.NoteUsage(reading, topLevel: true);
        seen.ServiceTier = reading.ServiceTier ?? seen.ServiceTier;
    }

    private void ReadBlocks(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType == JsonTokenType.StartObject) ReadBlock(ref reader);
            else reader.Skip();
        }
    }

    // {"type":"text","text":"Hi"}, {"type":"input_json_delta","partial_json":"{\"a\""}, {"stop_reason":"end_turn","stop_sequence":null}
    private void ReadBlock(ref Utf8JsonReader reader)
    {
        var (content, reasoning) = (seen.Content, seen.Reasoning);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("text"u8) || reader.ValueTextEquals("partial_json"u8) || reader.ValueTextEquals("name"u8)) AddText(ref reader, ref content);
            else if (reader.ValueTextEquals("thinking"u8)) AddText(ref reader, ref reasoning);
            else if (reader.ValueTextEquals("input"u8)) AddJson(ref reader, ref content);
            else if (reader.ValueTextEquals("stop_reason"u8)) seen.FinishReason = Text(ref reader, MaxReasonLength) ?? seen.FinishReason;
            else UsageFigure.Skip(ref reader);
        }

        (seen.Content, seen.Reasoning) = (content, reasoning);
    }

    private void ReadError(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null) return;
        string? message = null, type = null, code = null;
        if (reader.TokenType == JsonTokenType.StartObject)
        {
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("message"u8)) message = Text(ref reader, MaxErrorLength);
                else if (reader.ValueTextEquals("type"u8)) type = Text(ref reader, MaxNameLength);
                else if (reader.ValueTextEquals("details"u8)) code = ReadErrorCode(ref reader) ?? code;
                else UsageFigure.Skip(ref reader);
            }
        }
        else
        {
            message = JsonText.TryReadUpTo(ref reader, MaxErrorLength);
            reader.Skip();
        }

        seen.Error = new UpstreamErrorText(message, type, code, null);
    }

    // "details":{"error_code":"enforced_spend_limit_reached"}
    private static string? ReadErrorCode(ref Utf8JsonReader reader)
    {
        string? code = null;
        if (!UsageFigure.Enter(ref reader)) return code;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("error_code"u8)) code = Text(ref reader, MaxNameLength);
            else UsageFigure.Skip(ref reader);
        }

        return code;
    }

    private static void AddText(ref Utf8JsonReader reader, ref TextTally tally)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.String) tally.AddString(ref reader);
        else reader.Skip();
    }

    private static void AddJson(ref Utf8JsonReader reader, ref TextTally tally)
    {
        if (!UsageFigure.Enter(ref reader)) return;
        var depth = reader.CurrentDepth;
        while (reader.Read() && reader.CurrentDepth > depth)
        {
            if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName) tally.AddString(ref reader);
            tally.AddAscii(1);
        }
    }

    private static string? FirstText(string? known, ref Utf8JsonReader reader) => Text(ref reader, MaxNameLength) is { } text && known is null ? text : known;

    private static string? Text(ref Utf8JsonReader reader, int maxLength)
    {
        reader.Read();
        var text = JsonText.TryReadUpTo(ref reader, maxLength);
        reader.Skip();
        return string.IsNullOrEmpty(text) ? null : text;
    }
}
