using System.Text.Json;

namespace AiPortal.Core.Gateway.Anthropic;

/// <summary>Weighs what of a messages request becomes input tokens: text is tallied, images are counted, the rest is marked as not to be bounded.</summary>
internal sealed class MessagesContentScanner(MessagesScan scan)
{
    private const int JsonStringPunctuation = 3;

    private TextTally _text;

    private enum BlockKind { Text, Image, Document, Opaque }

    private enum SourceKind { None, Inline, Outside }

    /// <summary>The reader stands on the opening bracket; afterwards on the closing one.</summary>
    public void ReadMessages(ref Utf8JsonReader reader)
    {
        _text = scan.Text;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            scan.Messages++;
            ReadMessage(ref reader);
        }

        scan.Text = _text;
    }

    /// <summary>A string, or a list of blocks.</summary>
    public void ReadContent(ref Utf8JsonReader reader)
    {
        _text = scan.Text;
        ReadBlocks(ref reader);
        scan.Text = _text;
    }

    /// <summary>Definitions of the caller's own tools become text; a tool of the vendor's brings what nobody can bound.</summary>
    public void ReadTools(ref Utf8JsonReader reader)
    {
        _text = scan.Text;
        if (reader.TokenType == JsonTokenType.StartArray)
        {
            _text.AddAscii(2);
            var depth = reader.CurrentDepth;
            while (reader.Read() && reader.CurrentDepth > depth)
            {
                if (reader.CurrentDepth == depth + 1 && reader.TokenType == JsonTokenType.StartObject) scan.Tools++;
                var isType = reader.CurrentDepth == depth + 2 && reader.TokenType == JsonTokenType.PropertyName && reader.ValueTextEquals("type"u8);
                AddCompact(ref reader);
                if (!isType) continue;
                reader.Read();
                scan.HasOpaqueInput |= reader.TokenType != JsonTokenType.Null && !(reader.TokenType == JsonTokenType.String && reader.ValueTextEquals("custom"u8));
                AddCompact(ref reader);
            }
        }
        else AddAll(ref reader);

        scan.Text = _text;
    }

    /// <summary>Any member that may reach the model, as compact JSON.</summary>
    public void ReadOther(ref Utf8JsonReader reader)
    {
        _text = scan.Text;
        AddAll(ref reader);
        scan.Text = _text;
    }

    // {"role":"user","content":"Hi"}
    private void ReadMessage(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            AddAll(ref reader);
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isContent = reader.ValueTextEquals("content"u8);
            reader.Read();
            if (isContent) ReadBlocks(ref reader);
            else AddAll(ref reader);
        }
    }

    private void ReadBlocks(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.String) _text.AddString(ref reader);
        else if (reader.TokenType == JsonTokenType.StartObject) ReadBlock(ref reader);
        else if (reader.TokenType == JsonTokenType.StartArray)
        {
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                if (reader.TokenType == JsonTokenType.StartObject) ReadBlock(ref reader);
                else AddAll(ref reader);
            }
        }
    }

    private void ReadBlock(ref Utf8JsonReader reader)
    {
        var (kind, source) = (BlockKind.Text, SourceKind.None);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("type"u8))
            {
                reader.Read();
                // Given twice the weightier counts, whatever a provider reads.
                kind = (BlockKind)Math.Max((int)kind, (int)KindOf(ref reader));
                reader.Skip();
            }
            else if (reader.ValueTextEquals("source"u8))
            {
                reader.Read();
                if (reader.TokenType == JsonTokenType.StartObject) source = (SourceKind)Math.Max((int)source, (int)ReadSource(ref reader));
                else AddAll(ref reader);
            }
            else if (reader.ValueTextEquals("content"u8))
            {
                reader.Read();
                ReadBlocks(ref reader);
            }
            else if (reader.ValueTextEquals("signature"u8) || reader.ValueTextEquals("cache_control"u8))
            {
                reader.Read();
                reader.Skip();
            }
            else
            {
                reader.Read();
                AddAll(ref reader);
            }
        }

        if (kind == BlockKind.Image) scan.Images++;
        scan.HasOpaqueInput |= kind == BlockKind.Opaque || (kind == BlockKind.Document && source == SourceKind.Outside) || (kind == BlockKind.Text && source == SourceKind.Outside);
    }

    /// <summary>Text inside the source is read like any; of bytes and addresses the block's kind says what they cost.</summary>
    private SourceKind ReadSource(ref Utf8JsonReader reader)
    {
        var (isText, data) = (false, default(TextTally));
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("content"u8))
            {
                reader.Read();
                ReadBlocks(ref reader);
                isText = true;
            }
            else if (reader.ValueTextEquals("data"u8))
            {
                reader.Read();
                if (reader.TokenType == JsonTokenType.String) data.AddString(ref reader);
                reader.Skip();
            }
            else
            {
                var isType = reader.ValueTextEquals("type"u8);
                reader.Read();
                if (isType) isText = reader.TokenType == JsonTokenType.String && (reader.ValueTextEquals("text"u8) || reader.ValueTextEquals("content"u8));
                reader.Skip();
            }
        }

        if (!isText) return SourceKind.Outside;
        _text.Add(data);
        return SourceKind.Inline;
    }

    private static BlockKind KindOf(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.String) return BlockKind.Opaque;
        if (reader.ValueTextEquals("image"u8)) return BlockKind.Image;
        if (reader.ValueTextEquals("document"u8)) return BlockKind.Document;
        return reader.ValueTextEquals("text"u8) || reader.ValueTextEquals("tool_use"u8) || reader.ValueTextEquals("tool_result"u8) || reader.ValueTextEquals("thinking"u8)
            || reader.ValueTextEquals("redacted_thinking"u8) || reader.ValueTextEquals("search_result"u8) || reader.ValueTextEquals("server_tool_use"u8)
            ? BlockKind.Text
            : BlockKind.Opaque;
    }

    private void AddAll(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.String) _text.AddString(ref reader);
        if (reader.TokenType is not (JsonTokenType.StartObject or JsonTokenType.StartArray)) return;
        _text.AddAscii(2);
        var depth = reader.CurrentDepth;
        while (reader.Read() && reader.CurrentDepth > depth) AddCompact(ref reader);
    }

    private void AddCompact(ref Utf8JsonReader reader)
    {
        if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName)
        {
            _text.AddString(ref reader);
            _text.AddAscii(JsonStringPunctuation);
        }
        else _text.AddAscii((reader.HasValueSequence ? reader.ValueSequence.Length : reader.ValueSpan.Length) + 1);
    }
}
