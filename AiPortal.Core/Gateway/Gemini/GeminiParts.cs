using System.Text.Json;

namespace AiPortal.Core.Gateway.Gemini;

/// <summary>Tallies the text of a candidate's content, such as <c>{"role":"model","parts":[{"text":"Let me see","thought":true},{"text":"Hi"}]}</c>.</summary>
internal static class GeminiParts
{
    public static void Read(ref Utf8JsonReader reader, AnswerObservation seen)
    {
        if (!UsageFigure.Enter(ref reader)) return;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isParts = reader.ValueTextEquals("parts"u8);
            reader.Read();
            if (isParts && reader.TokenType == JsonTokenType.StartArray) ReadParts(ref reader, seen);
            else reader.Skip();
        }
    }

    private static void ReadParts(ref Utf8JsonReader reader, AnswerObservation seen)
    {
        var (content, reasoning) = (seen.Content, seen.Reasoning);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                reader.Skip();
                continue;
            }

            var text = new TextTally();
            var isThought = ReadPart(ref reader, ref text);
            if (isThought) reasoning.Add(text);
            else content.Add(text);
        }

        (seen.Content, seen.Reasoning) = (content, reasoning);
    }

    private static bool ReadPart(ref Utf8JsonReader reader, ref TextTally text)
    {
        var isThought = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("text"u8))
            {
                reader.Read();
                if (reader.TokenType == JsonTokenType.String) text.AddString(ref reader);
                else reader.Skip();
            }
            else if (reader.ValueTextEquals("thought"u8)) isThought = reader.Read() && reader.TokenType == JsonTokenType.True;
            else if (reader.ValueTextEquals("functionCall"u8) || reader.ValueTextEquals("executableCode"u8) || reader.ValueTextEquals("codeExecutionResult"u8))
                AddAll(ref reader, ref text);
            else UsageFigure.Skip(ref reader);
        }

        return isThought;
    }

    // {"name":"get_weather","args":{"city":"Paris"}}
    private static void AddAll(ref Utf8JsonReader reader, ref TextTally text)
    {
        if (!UsageFigure.Enter(ref reader)) return;
        var depth = reader.CurrentDepth;
        while (reader.Read() && reader.CurrentDepth > depth)
        {
            if (reader.TokenType == JsonTokenType.String || (reader.TokenType == JsonTokenType.PropertyName && reader.CurrentDepth > depth + 1)) text.AddString(ref reader);
            else if (reader.TokenType == JsonTokenType.Number) text.AddAscii(reader.HasValueSequence ? reader.ValueSequence.Length : reader.ValueSpan.Length);
        }
    }
}
