using System.Text.Json;

namespace AiPortal.Core.Gateway.OpenAi;

/// <summary>Weighs <c>"text"</c>, <c>["text","text"]</c>, <c>[1,2,3]</c>, <c>[[1,2],[3]]</c> or a list of parts that are objects: embeddings, moderations and the old completions take such input.</summary>
internal static class InputList
{
    // What four letters weigh: the estimate makes one token of them.
    private const int LettersOfAToken = 4;

    /// <summary>The reader stands on the value, afterwards on its end. False where there is no input in it.</summary>
    public static bool Read(ref Utf8JsonReader reader, RequestScan scan)
    {
        var text = scan.Text;
        var inputs = 0;
        var hasTokens = false;
        switch (reader.TokenType)
        {
            case JsonTokenType.String:
                text.AddString(ref reader);
                inputs = 1;
                break;
            case JsonTokenType.StartArray:
                var depth = reader.CurrentDepth;
                while (reader.Read() && reader.CurrentDepth > depth)
                {
                    var isElement = reader.CurrentDepth == depth + 1;
                    switch (reader.TokenType)
                    {
                        case JsonTokenType.String:
                            text.AddString(ref reader);
                            if (isElement) inputs++;
                            break;
                        case JsonTokenType.Number:
                            text.AddAscii(LettersOfAToken);
                            hasTokens |= isElement;
                            break;
                        case JsonTokenType.StartArray when isElement: inputs++; break;
                        case JsonTokenType.StartObject when isElement:
                            // An image, or who knows what.
                            inputs++;
                            scan.HasOpaqueInput |= !IsText(ref reader, ref text);
                            break;
                    }
                }

                break;
            default: reader.Skip(); break;
        }

        scan.Text = text;
        scan.Inputs = Math.Max(1, inputs + (hasTokens ? 1 : 0));
        return inputs > 0 || hasTokens;
    }

    // {"type":"text","text":"…"}
    private static bool IsText(ref Utf8JsonReader reader, ref TextTally text)
    {
        var onlyText = true;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            onlyText &= reader.ValueTextEquals("type"u8) || reader.ValueTextEquals("text"u8);
            reader.Read();
            if (reader.TokenType == JsonTokenType.String) text.AddString(ref reader);
            reader.Skip();
        }

        return onlyText;
    }
}
