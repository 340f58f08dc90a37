using System.Text.Json;

namespace AiPortal.Core.Gateway.Gemini;

/// <summary>Reads a Gemini answer or one chunk of it into an observation, such as <c>{"candidates":[{"content":{"parts":[{"text":"Hi"}]},"finishReason":"STOP"}]}</c>.</summary>
internal static class GeminiPayload
{
    private const int MaxNameLength = 256;
    private const int MaxReasonLength = 64;

    /// <exception cref="JsonException">The bytes are not JSON; what came before the fault has been noted.</exception>
    public static void Read(ref Utf8JsonReader reader, AnswerObservation seen)
    {
        if (!reader.Read()) throw new JsonException("An object is expected.");
        // A refusal of a stream is an array of one when it is not asked for as events.
        if (reader.TokenType == JsonTokenType.StartArray) reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject) throw new JsonException("An object is expected.");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("candidates"u8)) ReadCandidates(ref reader, seen);
            else if (reader.ValueTextEquals("usageMetadata"u8)) ReadUsage(ref reader, seen);
            else if (reader.ValueTextEquals("promptFeedback"u8)) ReadFeedback(ref reader, seen);
            else if (reader.ValueTextEquals("responseId"u8)) seen.Id = FirstText(seen.Id, ref reader);
            else if (reader.ValueTextEquals("modelVersion"u8)) seen.Model = FirstText(seen.Model, ref reader);
            else if (reader.ValueTextEquals("error"u8))
            {
                reader.Read();
                if (reader.TokenType == JsonTokenType.Null) continue;
                using var error = JsonDocument.ParseValue(ref reader);
                seen.Error = GeminiFault.Read(error.RootElement);
            }
            else UsageFigure.Skip(ref reader);
        }

        reader.Read();
    }

    private static void ReadCandidates(ref Utf8JsonReader reader, AnswerObservation seen)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                reader.Skip();
                continue;
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("content"u8)) GeminiParts.Read(ref reader, seen);
                else if (reader.ValueTextEquals("finishReason"u8)) seen.FinishReason = LastWord(seen.FinishReason, ref reader);
                else UsageFigure.Skip(ref reader);
            }
        }
    }

    private static void ReadUsage(ref Utf8JsonReader reader, AnswerObservation seen)
    {
        if (!UsageFigure.Enter(ref reader)) return;
        var reading = GeminiUsage.Read(ref reader);
        seen.NoteUsage(reading, topLevel: true);
        seen.ServiceTier = reading?.ServiceTier ?? seen.ServiceTier;
    }

    // {"blockReason":"SAFETY"}: then there are no candidates.
    private static void ReadFeedback(ref Utf8JsonReader reader, AnswerObservation seen)
    {
        if (!UsageFigure.Enter(ref reader)) return;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("blockReason"u8)) seen.FinishReason = LastWord(seen.FinishReason, ref reader);
            else UsageFigure.Skip(ref reader);
        }
    }

    private static string? FirstText(string? known, ref Utf8JsonReader reader)
    {
        reader.Read();
        var text = known ?? JsonText.TryReadUpTo(ref reader, MaxNameLength);
        reader.Skip();
        return string.IsNullOrEmpty(text) ? null : text;
    }

    private static string? LastWord(string? known, ref Utf8JsonReader reader)
    {
        reader.Read();
        var text = JsonText.TryReadUpTo(ref reader, MaxReasonLength);
        reader.Skip();
        return string.IsNullOrEmpty(text) || text is "FINISH_REASON_UNSPECIFIED" or "BLOCK_REASON_UNSPECIFIED" ? known : text;
    }
}
