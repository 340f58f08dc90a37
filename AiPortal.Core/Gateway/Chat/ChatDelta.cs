using System.Text.Json;

namespace AiPortal.Core.Gateway.Chat;

/// <summary>Tallies the text of a message or of one delta, such as <c>{"role":"assistant","content":"Hel"}</c>.</summary>
internal static class ChatDelta
{
    public static void Read(ref Utf8JsonReader reader, AnswerObservation seen)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }

        var content = new TextTally();
        var reasoning = new TextTally();
        // The same thoughts come under two names at some vendors.
        var sameReasoning = new TextTally();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("content"u8)) ReadContent(ref reader, ref content, ref reasoning);
            else if (reader.ValueTextEquals("reasoning_content"u8)) AddText(ref reader, ref reasoning);
            else if (reader.ValueTextEquals("reasoning"u8)) AddText(ref reader, ref sameReasoning);
            else if (reader.ValueTextEquals("refusal"u8)) AddText(ref reader, ref content);
            else if (reader.ValueTextEquals("tool_calls"u8) || reader.ValueTextEquals("function_call"u8)) ReadCalls(ref reader, ref content);
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        if (sameReasoning.Bytes > reasoning.Bytes) reasoning = sameReasoning;
        if (!content.IsEmpty) seen.Content = Sum(seen.Content, content);
        if (!reasoning.IsEmpty) seen.Reasoning = Sum(seen.Reasoning, reasoning);
    }

    /// <summary>A choice's own text. The reader stands on the member's name.</summary>
    public static void ReadText(ref Utf8JsonReader reader, AnswerObservation seen)
    {
        var content = new TextTally();
        AddText(ref reader, ref content);
        if (!content.IsEmpty) seen.Content = Sum(seen.Content, content);
    }

    private static TextTally Sum(TextTally total, in TextTally more)
    {
        total.Add(more);
        return total;
    }

    private static void AddText(ref Utf8JsonReader reader, ref TextTally tally)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.String) tally.AddString(ref reader);
        else reader.Skip();
    }

    // "text", or Mistral's [{"type":"thinking","thinking":[{"type":"text","text":"…"}]},{"type":"text","text":"…"}]
    private static void ReadContent(ref Utf8JsonReader reader, ref TextTally content, ref TextTally reasoning)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.String) content.AddString(ref reader);
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return;
        }

        var depth = reader.CurrentDepth;
        var thinkingDepth = int.MaxValue;
        while (reader.Read() && reader.CurrentDepth > depth)
        {
            if (reader.CurrentDepth < thinkingDepth) thinkingDepth = int.MaxValue;
            if (reader.TokenType != JsonTokenType.PropertyName) continue;
            if (reader.CurrentDepth == thinkingDepth) thinkingDepth = int.MaxValue;
            if (reader.ValueTextEquals("thinking"u8)) thinkingDepth = Math.Min(thinkingDepth, reader.CurrentDepth);
            else if (reader.ValueTextEquals("text"u8))
            {
                if (thinkingDepth == int.MaxValue) AddText(ref reader, ref content);
                else AddText(ref reader, ref reasoning);
            }
        }
    }

    // [{"index":0,"id":"call_1","type":"function","function":{"name":"f","arguments":"{\"a\""}}]
    private static void ReadCalls(ref Utf8JsonReader reader, ref TextTally content)
    {
        reader.Read();
        if (reader.TokenType is not (JsonTokenType.StartArray or JsonTokenType.StartObject)) return;
        var depth = reader.CurrentDepth;
        while (reader.Read() && reader.CurrentDepth > depth)
        {
            if (reader.TokenType != JsonTokenType.PropertyName) continue;
            if (reader.ValueTextEquals("name"u8) || reader.ValueTextEquals("arguments"u8) || reader.ValueTextEquals("input"u8))
                AddText(ref reader, ref content);
        }
    }
}
