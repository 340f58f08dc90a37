using System.Text.Json;

namespace AiPortal.Core.Gateway.Gemini;

/// <summary>Weighs what of a Gemini request becomes input tokens: text is tallied, images are counted, the rest is marked as not to be bounded.</summary>
internal sealed class GenerateContentText(RequestScan scan)
{
    private const int JsonStringPunctuation = 3;
    private const int MaxTypeLength = 128;

    private TextTally _text;

    /// <summary>A content, or an array of them; the reader stands on its beginning, afterwards on its end. Google takes one content for an array of one.</summary>
    public void ReadContent(ref Utf8JsonReader reader, bool countMessages)
    {
        _text = scan.Text;
        if (reader.TokenType == JsonTokenType.String) _text.AddString(ref reader);
        if (reader.TokenType is JsonTokenType.StartArray or JsonTokenType.StartObject)
        {
            // Names of a content (form) and of its parts (two deeper) are form; deeper ones belong to content that is itself JSON.
            var form = reader.TokenType == JsonTokenType.StartArray ? 2 : 1;
            var depth = reader.CurrentDepth;
            if (countMessages && form == 1) scan.Messages++;
            while (reader.Read() && reader.CurrentDepth > depth)
            {
                if (countMessages && form == 2 && reader.CurrentDepth == depth + 1 && reader.TokenType == JsonTokenType.StartObject) scan.Messages++;
                switch (reader.TokenType)
                {
                    case JsonTokenType.PropertyName: ReadNamed(ref reader, reader.CurrentDepth - depth - form); break;
                    case JsonTokenType.String: _text.AddString(ref reader); break;
                    case JsonTokenType.Number: _text.AddAscii(Length(ref reader)); break;
                }
            }
        }

        scan.Text = _text;
    }

    /// <summary>Tools: functions are text, all others bring in what nobody can bound from here.</summary>
    public void ReadTools(ref Utf8JsonReader reader)
    {
        if (reader.TokenType is not (JsonTokenType.StartArray or JsonTokenType.StartObject)) return;
        _text = scan.Text;
        var depth = reader.CurrentDepth;
        var names = depth + (reader.TokenType == JsonTokenType.StartArray ? 2 : 1);
        var inFunctions = false;
        while (reader.Read() && reader.CurrentDepth > depth)
        {
            if (reader.CurrentDepth == names && reader.TokenType == JsonTokenType.PropertyName)
            {
                inFunctions = reader.ValueTextEquals("functionDeclarations"u8) || reader.ValueTextEquals("function_declarations"u8);
                scan.HasOpaqueInput |= !inFunctions;
            }
            else if (inFunctions && reader.CurrentDepth == names + 1 && reader.TokenType == JsonTokenType.StartObject) scan.Tools++;

            AddCompact(ref reader);
        }

        scan.Text = _text;
    }

    /// <summary>Any member that may reach the model: its compact JSON, because schemas are written into the prompt in some such form.</summary>
    public void ReadOther(ref Utf8JsonReader reader)
    {
        _text = scan.Text;
        if (reader.TokenType == JsonTokenType.String) _text.AddString(ref reader);
        if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
        {
            var depth = reader.CurrentDepth;
            _text.AddAscii(2);
            while (reader.Read() && reader.CurrentDepth > depth) AddCompact(ref reader);
        }

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

    private void ReadNamed(ref Utf8JsonReader reader, int depthBelowForm)
    {
        var ofPart = depthBelowForm == 2;
        if (reader.ValueTextEquals("inlineData"u8) || reader.ValueTextEquals("inline_data"u8)
            || reader.ValueTextEquals("fileData"u8) || reader.ValueTextEquals("file_data"u8)) ReadMedia(ref reader, ofPart);
        else if (!ofPart && depthBelowForm != 0) _text.AddString(ref reader);
    }

    // {"mimeType":"image/png","data":"iVBOR…"}; inside arguments and results it may be anything.
    private void ReadMedia(ref Utf8JsonReader reader, bool ofPart)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null) return;
        var isImage = false;
        if (reader.TokenType == JsonTokenType.StartObject)
        {
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isType = reader.ValueTextEquals("mimeType"u8) || reader.ValueTextEquals("mime_type"u8);
                reader.Read();
                if (isType) isImage = JsonText.ReadUpTo(ref reader, MaxTypeLength)?.StartsWith("image/", StringComparison.OrdinalIgnoreCase) == true;
                reader.Skip();
            }
        }
        else reader.Skip();

        if (isImage && ofPart) scan.Images++;
        else scan.HasOpaqueInput = true;
    }

    private static long Length(ref Utf8JsonReader reader) => reader.HasValueSequence ? reader.ValueSequence.Length : reader.ValueSpan.Length;
}
