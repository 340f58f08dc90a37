using System.Text.Json;

namespace AiPortal.Core.Gateway.Chat;

/// <summary>What one JSON object of an answer turned out to be.</summary>
/// <param name="Choices">Elements of <c>choices</c>.</param>
/// <param name="HasUsage">It has a top-level <c>usage</c> object.</param>
/// <param name="HasError">It has an <c>error</c> that is not null.</param>
internal readonly record struct ChatPayloadShape(int Choices, bool HasUsage, bool HasError);

/// <summary>Reads a chat completion or one chunk of it into an observation.</summary>
internal static class ChatPayload
{
    private const int MaxNameLength = 256;
    private const int MaxReasonLength = 64;
    private const int MaxErrorLength = 2048;

    /// <exception cref="JsonException">The bytes are not JSON; what came before the fault has been noted.</exception>
    public static ChatPayloadShape Read(ref Utf8JsonReader reader, AnswerObservation seen)
    {
        var choices = 0;
        var hasUsage = false;
        var hasError = false;
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) throw new JsonException("An object is expected.");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("choices"u8)) choices += ReadChoices(ref reader, seen);
            else if (reader.ValueTextEquals("usage"u8)) hasUsage |= ReadUsage(ref reader, seen, topLevel: true);
            else if (reader.ValueTextEquals("error"u8)) hasError |= ReadError(ref reader, seen);
            else if (reader.ValueTextEquals("id"u8)) seen.Id = FirstText(seen.Id, ref reader);
            else if (reader.ValueTextEquals("model"u8)) seen.Model = FirstText(seen.Model, ref reader);
            else if (reader.ValueTextEquals("service_tier"u8)) seen.ServiceTier = LastText(seen.ServiceTier, ref reader);
            else if (reader.ValueTextEquals("x_groq"u8)) ReadGroq(ref reader, seen);
            else SkipValue(ref reader);
        }

        reader.Read();
        return new ChatPayloadShape(choices, hasUsage, hasError);
    }

    private static int ReadChoices(ref Utf8JsonReader reader, AnswerObservation seen)
    {
        var count = 0;
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return 0;
        }

        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            count++;
            if (reader.TokenType == JsonTokenType.StartObject) ReadChoice(ref reader, seen);
            else reader.Skip();
        }

        return count;
    }

    private static void ReadChoice(ref Utf8JsonReader reader, AnswerObservation seen)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("delta"u8) || reader.ValueTextEquals("message"u8)) ChatDelta.Read(ref reader, seen);
            else if (reader.ValueTextEquals("finish_reason"u8)) seen.FinishReason = LastText(seen.FinishReason, ref reader);
            // The old completions
            else if (reader.ValueTextEquals("text"u8)) ChatDelta.ReadText(ref reader, seen);
            // Moonshot's older streams
            else if (reader.ValueTextEquals("usage"u8)) ReadUsage(ref reader, seen, topLevel: false);
            else SkipValue(ref reader);
        }
    }

    // Groq's last chunk: {"x_groq":{"id":"req_1","usage":{"prompt_tokens":…}}}
    private static void ReadGroq(ref Utf8JsonReader reader, AnswerObservation seen)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("usage"u8)) ReadUsage(ref reader, seen, topLevel: false);
            else SkipValue(ref reader);
        }
    }

    private static bool ReadUsage(ref Utf8JsonReader reader, AnswerObservation seen, bool topLevel)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.StartObject)
        {
            seen.NoteUsage(UsageJson.Read(ref reader), topLevel);
            return true;
        }

        reader.Skip();
        return false;
    }

    // Vendors write {"error":{"message":…,"code":429}}, {"error":"text"} and, on good answers, {"error":null}.
    /// <summary>The reader stands on the member's name. False for null.</summary>
    internal static bool ReadError(ref Utf8JsonReader reader, AnswerObservation seen)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null) return false;
        string? message = null, type = null, code = null, param = null;
        if (reader.TokenType == JsonTokenType.StartObject)
        {
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("message"u8)) message = Text(ref reader, MaxErrorLength);
                else if (reader.ValueTextEquals("type"u8)) type = Text(ref reader, MaxNameLength);
                else if (reader.ValueTextEquals("code"u8)) code = Text(ref reader, MaxNameLength);
                else if (reader.ValueTextEquals("param"u8)) param = Text(ref reader, MaxNameLength);
                else SkipValue(ref reader);
            }
        }
        else
        {
            message = JsonText.TryReadUpTo(ref reader, MaxErrorLength);
            reader.Skip();
        }

        seen.Error = new UpstreamErrorText(message, type, code, param);
        return true;
    }

    // Every chunk repeats these; only the first is worth a string.
    private static string? FirstText(string? known, ref Utf8JsonReader reader)
    {
        if (known is null) return Text(ref reader, MaxNameLength);
        SkipValue(ref reader);
        return known;
    }

    private static string? LastText(string? known, ref Utf8JsonReader reader)
    {
        reader.Read();
        if (known is not null && reader.TokenType == JsonTokenType.String && reader.ValueTextEquals(known)) return known;
        var text = JsonText.TryReadUpTo(ref reader, MaxReasonLength);
        reader.Skip();
        return string.IsNullOrEmpty(text) ? known : text;
    }

    private static string? Text(ref Utf8JsonReader reader, int maxLength)
    {
        reader.Read();
        var text = reader.TokenType == JsonTokenType.Number ? NumberText(ref reader) : JsonText.TryReadUpTo(ref reader, maxLength);
        reader.Skip();
        return string.IsNullOrEmpty(text) ? null : text;
    }

    private static string? NumberText(ref Utf8JsonReader reader) =>
        reader.TryGetInt64(out var number) ? number.ToString(System.Globalization.CultureInfo.InvariantCulture) : null;

    private static void SkipValue(ref Utf8JsonReader reader)
    {
        reader.Read();
        reader.Skip();
    }
}
