using System.Text.Json;
using AiPortal.Core.Gateway.Chat;
using AiPortal.Core.Gateway.OpenAi;

namespace AiPortal.Core.Gateway.Responses;

/// <summary>The one pass over a request such as <c>{"model":"gpt-5.4","input":"Hi","instructions":"Be short","stream":true}</c>.</summary>
internal sealed class ResponsesRequestScanner(ResponsesRequestScan scan)
    : JsonRequestScanner(scan, "input", "stream", "max_output_tokens", "previous_response_id", "conversation", "background", "instructions", "tools", "prompt")
{
    private bool _hasInput;

    protected override void ReadValue(string name, ref Utf8JsonReader reader)
    {
        switch (name)
        {
            case "input": ReadInput(ref reader); break;
            case "stream": scan.Stream = ReadBoolean(ref reader, name); break;
            case "max_output_tokens":
                var start = reader.TokenStartIndex;
                scan.MaxOutput = ReadCount(ref reader, name, long.MaxValue);
                scan.MaxOutputRange = new ByteRange(start, reader.BytesConsumed - start);
                break;
            case "background":
                if (ReadBoolean(ref reader, name)) Refuse(name, "'background' is not accepted: what such a response uses would only be known after its answer, where nobody counts it.");
                break;
            case "previous_response_id":
                scan.PreviousResponseId = ReadWord(ref reader);
                // What went before is input too, and only the vendor has it.
                scan.HasOpaqueInput |= scan.PreviousResponseId is not null;
                _hasInput |= scan.PreviousResponseId is not null;
                break;
            case "conversation" or "prompt":
                scan.HasOpaqueInput |= reader.TokenType != JsonTokenType.Null;
                _hasInput |= reader.TokenType != JsonTokenType.Null;
                reader.Skip();
                break;
            case "tools":
                scan.HasOpaqueInput |= HasOther(reader, "function", "custom");
                TallyTools(ref reader);
                break;
            case "metadata": scan.Tags = RequestTags.Read(ref reader); break;
            case "instructions" or "text": Tally(ref reader); break;
            default: reader.Skip(); break;
        }
    }

    protected override void Finish()
    {
        if (!_hasInput) Refuse("input", "'input' must be a string or a non-empty array of items.");
    }

    private void ReadInput(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.StartArray)
        {
            scan.HasOpaqueInput |= HasReference(reader);
            TallyMessages(ref reader);
            _hasInput |= scan.Messages > 0;
            return;
        }

        _hasInput |= reader.TokenType == JsonTokenType.String;
        scan.Messages = 1;
        Tally(ref reader);
    }

    /// <summary>Whether an element is of none of these types. Takes the reader by value: the caller's stays where it is.</summary>
    private static bool HasOther(Utf8JsonReader reader, params ReadOnlySpan<string> types)
    {
        if (reader.TokenType != JsonTokenType.StartArray) return false;
        var depth = reader.CurrentDepth;
        while (reader.Read() && reader.CurrentDepth > depth)
        {
            if (reader.TokenType != JsonTokenType.PropertyName || reader.CurrentDepth != depth + 2 || !reader.ValueTextEquals("type"u8)) continue;
            reader.Read();
            if (reader.TokenType != JsonTokenType.String) continue;
            var known = false;
            foreach (var type in types) known |= reader.ValueTextEquals(type);
            if (!known) return true;
        }

        return false;
    }

    /// <summary>Whether an item only names one that the vendor has.</summary>
    private static bool HasReference(Utf8JsonReader reader)
    {
        var depth = reader.CurrentDepth;
        while (reader.Read() && reader.CurrentDepth > depth)
        {
            if (reader.CurrentDepth == depth + 2 && reader.TokenType == JsonTokenType.String && reader.ValueTextEquals("item_reference"u8)) return true;
        }

        return false;
    }
}
