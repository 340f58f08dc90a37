using System.Text.Json;
using AiPortal.Core.Gateway.Chat;

namespace AiPortal.Core.Gateway.Responses;

/// <summary>Reads a response, whole or event by event, into an observation.</summary>
internal static class ResponsesPayload
{
    private const int MaxNameLength = 256;
    private const int MaxErrorLength = 2048;

    /// <summary>A whole response, or the body of a refusal.</summary>
    /// <exception cref="JsonException">The bytes are not JSON; what came before the fault has been noted.</exception>
    public static void ReadWhole(ref Utf8JsonReader reader, AnswerObservation seen)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) throw new JsonException("An object is expected.");
        ReadResponse(ref reader, seen, tally: true);
        reader.Read();
    }

    /// <summary>One event, such as <c>{"type":"response.output_text.delta","sequence_number":4,"delta":"Hel"}</c>; gives its type.</summary>
    /// <exception cref="JsonException">The bytes are not JSON.</exception>
    public static string? ReadEvent(ref Utf8JsonReader reader, AnswerObservation seen)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) throw new JsonException("An object is expected.");
        string? type = null, message = null, code = null;
        var delta = new TextTally();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("type"u8)) type = Text(ref reader);
            else if (reader.ValueTextEquals("delta"u8)) AddText(ref reader, ref delta);
            else if (reader.ValueTextEquals("response"u8) && UsageFigure.Enter(ref reader)) ReadResponse(ref reader, seen, tally: false);
            else if (reader.ValueTextEquals("message"u8)) message = Text(ref reader, MaxErrorLength);
            else if (reader.ValueTextEquals("code"u8)) code = Text(ref reader);
            else if (reader.ValueTextEquals("error"u8)) ReadError(ref reader, seen);
            else if (reader.TokenType == JsonTokenType.PropertyName) UsageFigure.Skip(ref reader);
        }

        if (type == "error") seen.Error ??= new UpstreamErrorText(message, null, code, null);
        if (delta.IsEmpty || type is null) return type;
        if (type.StartsWith("response.reasoning", StringComparison.Ordinal)) seen.Reasoning = Sum(seen.Reasoning, delta);
        else if (!type.StartsWith("response.audio.delta", StringComparison.Ordinal)) seen.Content = Sum(seen.Content, delta);
        return type;
    }

    /// <summary>The reader stands on the opening brace, afterwards on the closing one.</summary>
    private static void ReadResponse(ref Utf8JsonReader reader, AnswerObservation seen, bool tally)
    {
        UsageReading? usage = null;
        long searches = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("id"u8)) seen.Id = Text(ref reader) ?? seen.Id;
            else if (reader.ValueTextEquals("model"u8)) seen.Model = Text(ref reader) ?? seen.Model;
            else if (reader.ValueTextEquals("status"u8)) seen.FinishReason = Text(ref reader) ?? seen.FinishReason;
            else if (reader.ValueTextEquals("service_tier"u8)) seen.ServiceTier = Text(ref reader) ?? seen.ServiceTier;
            else if (reader.ValueTextEquals("error"u8)) ReadError(ref reader, seen);
            else if (reader.ValueTextEquals("output"u8)) searches += ReadOutput(ref reader, seen, tally);
            else if (!reader.ValueTextEquals("usage"u8)) UsageFigure.Skip(ref reader);
            else if (UsageFigure.Enter(ref reader)) usage = UsageJson.Read(ref reader);
        }

        if (usage is { } reading) seen.NoteUsage(reading with { Usage = reading.Usage with { Searches = searches } }, topLevel: true);
    }

    /// <summary>Gives the searches among the items.</summary>
    private static long ReadOutput(ref Utf8JsonReader reader, AnswerObservation seen, bool tally)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return 0;
        }

        long searches = 0;
        var (content, reasoning, inReasoning) = (new TextTally(), new TextTally(), false);
        var depth = reader.CurrentDepth;
        while (reader.Read() && reader.CurrentDepth > depth)
        {
            if (reader.TokenType == JsonTokenType.StartObject && reader.CurrentDepth == depth + 1) inReasoning = false;
            if (reader.TokenType != JsonTokenType.PropertyName) continue;
            if (reader.CurrentDepth == depth + 2 && reader.ValueTextEquals("type"u8))
            {
                reader.Read();
                if (reader.TokenType != JsonTokenType.String) reader.Skip();
                else if (reader.ValueTextEquals("web_search_call"u8) || reader.ValueTextEquals("file_search_call"u8)) searches++;
                else inReasoning = reader.ValueTextEquals("reasoning"u8);
            }
            else if (tally && (reader.ValueTextEquals("text"u8) || reader.ValueTextEquals("arguments"u8) || reader.ValueTextEquals("refusal"u8) || reader.ValueTextEquals("input"u8)))
            {
                if (inReasoning) AddText(ref reader, ref reasoning);
                else AddText(ref reader, ref content);
            }
        }

        seen.Content = Sum(seen.Content, content);
        seen.Reasoning = Sum(seen.Reasoning, reasoning);
        return searches;
    }

    private static void ReadError(ref Utf8JsonReader reader, AnswerObservation seen)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null) return;
        string? message = null, type = null, code = null, param = null;
        if (reader.TokenType == JsonTokenType.StartObject)
        {
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("message"u8)) message = Text(ref reader, MaxErrorLength);
                else if (reader.ValueTextEquals("type"u8)) type = Text(ref reader);
                else if (reader.ValueTextEquals("code"u8)) code = Text(ref reader);
                else if (reader.ValueTextEquals("param"u8)) param = Text(ref reader);
                else UsageFigure.Skip(ref reader);
            }
        }
        else
        {
            message = JsonText.TryReadUpTo(ref reader, MaxErrorLength);
            reader.Skip();
        }

        seen.Error = new UpstreamErrorText(message, type, code, param);
    }

    private static string? Text(ref Utf8JsonReader reader, int maxLength = MaxNameLength)
    {
        reader.Read();
        var text = reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var number)
            ? number.ToString(System.Globalization.CultureInfo.InvariantCulture)
            : JsonText.TryReadUpTo(ref reader, maxLength);
        reader.Skip();
        return string.IsNullOrEmpty(text) ? null : text;
    }

    private static void AddText(ref Utf8JsonReader reader, ref TextTally tally)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.String) tally.AddString(ref reader);
        else reader.Skip();
    }

    private static TextTally Sum(TextTally total, in TextTally more)
    {
        total.Add(more);
        return total;
    }
}
