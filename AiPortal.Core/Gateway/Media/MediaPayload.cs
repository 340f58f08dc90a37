using System.Globalization;
using System.Text.Json;
using AiPortal.Core.Catalog;
using AiPortal.Core.Gateway.Chat;

namespace AiPortal.Core.Gateway.Media;

/// <summary>What one JSON object of an answer says.</summary>
/// <param name="Type">Of an event.</param>
/// <param name="Images">Elements of <c>data</c>.</param>
/// <param name="DurationMs">Of the sound that was heard.</param>
internal readonly record struct MediaFacts(string? Type, long Images, long? DurationMs, UsageReading? Usage);

/// <summary>Reads answers about images and sound: <c>{"created":1,"data":[{"b64_json":…}],"usage":{…}}</c>, <c>{"text":"…","duration":8.47}</c>, <c>{"type":"speech.audio.done","usage":{…}}</c>.</summary>
internal static class MediaPayload
{
    private const int MsPerSecond = 1000;

    /// <exception cref="JsonException">The bytes are not JSON.</exception>
    public static MediaFacts Read(ref Utf8JsonReader reader, AnswerObservation seen)
    {
        string? type = null;
        long images = 0;
        long? duration = null;
        UsageReading? usage = null;
        var text = seen.Content;
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) throw new JsonException("An object is expected.");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("type"u8)) type = UsageFigure.ReadWord(ref reader);
            else if (reader.ValueTextEquals("data"u8)) images += Count(ref reader);
            else if (reader.ValueTextEquals("duration"u8)) duration = Duration(ref reader);
            else if (reader.ValueTextEquals("usage"u8)) usage = UsageFigure.Enter(ref reader) ? UsageJson.Read(ref reader) : usage;
            else if (reader.ValueTextEquals("error"u8)) ChatPayload.ReadError(ref reader, seen);
            else if (reader.ValueTextEquals("text"u8) || reader.ValueTextEquals("delta"u8))
            {
                reader.Read();
                if (reader.TokenType == JsonTokenType.String) text.AddString(ref reader);
                else reader.Skip();
            }
            else UsageFigure.Skip(ref reader);
        }

        reader.Read();
        seen.Content = text;
        return new MediaFacts(type, images, duration, usage);
    }

    private static long Count(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return 0;
        }

        long count = 0;
        for (; reader.Read() && reader.TokenType != JsonTokenType.EndArray; count++) reader.Skip();
        return count;
    }

    // A number, at some vendors as text.
    private static long? Duration(ref Utf8JsonReader reader)
    {
        var doubts = UsageDoubts.None;
        var copy = reader;
        copy.Read();
        if (copy.TokenType != JsonTokenType.String) return UsageFigure.ReadSeconds(ref reader, ref doubts);
        return decimal.TryParse(UsageFigure.ReadWord(ref reader), NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds)
            && seconds is >= 0 and <= Usage.MaxCount / MsPerSecond
            ? (long)decimal.Ceiling(seconds * MsPerSecond)
            : null;
    }
}
