using System.Text.Json;

namespace AiPortal.Core.Gateway.Chat;

/// <summary>Weighs what of a request becomes input tokens: text is tallied, images are counted, the rest is marked as not to be bounded.</summary>
internal sealed class ChatContentScanner(RequestScan scan)
{
    private const int JsonStringPunctuation = 3;

    private TextTally _text;

    /// <summary>The reader stands on the opening bracket; afterwards on the closing one.</summary>
    public void ReadMessages(ref Utf8JsonReader reader)
    {
        _text = scan.Text;
        var depth = reader.CurrentDepth;
        while (reader.Read() && reader.CurrentDepth > depth)
        {
            if (reader.CurrentDepth == depth + 1 && reader.TokenType is not (JsonTokenType.EndObject or JsonTokenType.EndArray)) scan.Messages++;
            switch (reader.TokenType)
            {
                case JsonTokenType.PropertyName: ReadNamed(ref reader, reader.CurrentDepth - depth); break;
                case JsonTokenType.String: _text.AddString(ref reader); break;
                case JsonTokenType.Number: _text.AddAscii(Length(ref reader)); break;
            }
        }

        scan.Text = _text;
    }

    public void ReadTools(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.StartArray) ReadOther(ref reader, countElements: true);
        else ReadOther(ref reader);
    }

    /// <summary>Any member that may reach the model: its compact JSON, because vendors write schemas into the prompt in some such form.</summary>
    public void ReadOther(ref Utf8JsonReader reader, bool countElements = false)
    {
        _text = scan.Text;
        var depth = reader.CurrentDepth;
        if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
        {
            _text.AddAscii(2);
            while (reader.Read() && reader.CurrentDepth > depth)
            {
                if (countElements && reader.CurrentDepth == depth + 1 && reader.TokenType == JsonTokenType.StartObject) scan.Tools++;
                AddCompact(ref reader);
            }
        }
        else if (reader.TokenType == JsonTokenType.String) _text.AddString(ref reader);

        scan.Text = _text;
    }

    private void AddCompact(ref Utf8JsonReader reader)
    {
        if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName)
        {
            _text.AddString(ref reader);
            _text.AddAscii(JsonStringPunctuation);
        }
        else _text.AddAscii(Length(ref reader) + 1);
    }

    private void ReadNamed(ref Utf8JsonReader reader, int depthInMessages)
    {
        if (IsImage(ref reader))
        {
            reader.Read();
            if (reader.TokenType == JsonTokenType.Null) return;
            scan.Images++;
            if (IsLowDetail(ref reader)) scan.LowDetailImages++;
        }
        else if (IsOpaque(ref reader))
        {
            reader.Read();
            scan.HasOpaqueInput |= reader.TokenType != JsonTokenType.Null;
            reader.Skip();
        }
        else if (depthInMessages is not (2 or 4))
        {
            // Names of messages (2) and of their parts (4) are form; deeper ones belong to content that is itself JSON.
            _text.AddString(ref reader);
        }
    }

    private static bool IsImage(ref Utf8JsonReader name) => name.ValueTextEquals("image_url"u8);

    private static bool IsOpaque(ref Utf8JsonReader name) => Length(ref name) switch
    {
        4 => name.ValueTextEquals("file"u8) || name.ValueTextEquals("data"u8),
        5 => name.ValueTextEquals("audio"u8) || name.ValueTextEquals("video"u8),
        7 => name.ValueTextEquals("file_id"u8),
        8 => name.ValueTextEquals("file_url"u8),
        9 => name.ValueTextEquals("file_data"u8) || name.ValueTextEquals("video_url"u8),
        11 => name.ValueTextEquals("input_audio"u8),
        _ => name.ValueIsEscaped && IsEscapedOpaque(ref name),
    };

    private static bool IsEscapedOpaque(ref Utf8JsonReader name) =>
        name.ValueTextEquals("file"u8) || name.ValueTextEquals("data"u8) || name.ValueTextEquals("audio"u8) || name.ValueTextEquals("video"u8)
        || name.ValueTextEquals("file_id"u8) || name.ValueTextEquals("file_data"u8) || name.ValueTextEquals("video_url"u8)
        || name.ValueTextEquals("input_audio"u8);

    // {"url":"data:image/png;base64,…","detail":"low"}
    private static bool IsLowDetail(ref Utf8JsonReader reader)
    {
        var low = false;
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return false;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var detail = reader.ValueTextEquals("detail"u8);
            reader.Read();
            if (detail) low = reader.TokenType == JsonTokenType.String && reader.ValueTextEquals("low"u8);
            reader.Skip();
        }

        return low;
    }

    private static long Length(ref Utf8JsonReader reader) => reader.HasValueSequence ? reader.ValueSequence.Length : reader.ValueSpan.Length;
}
