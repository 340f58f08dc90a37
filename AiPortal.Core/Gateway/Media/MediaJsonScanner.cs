using System.Text.Json;
using AiPortal.Core.Gateway.OpenAi;

namespace AiPortal.Core.Gateway.Media;

/// <summary>A request for images that is JSON.</summary>
internal sealed class ImageScanner(MediaScan scan, bool needsImage) : JsonRequestScanner(scan, "prompt", "n", "stream")
{
    internal const int MaxImages = 128;
    internal const string Standard = "dall-e-2";

    private bool _hasPrompt;

    protected override string DefaultModel => Standard;

    protected override void ReadValue(string name, ref Utf8JsonReader reader)
    {
        switch (name)
        {
            case "prompt":
                _hasPrompt = reader.TokenType == JsonTokenType.String;
                Tally(ref reader);
                break;
            case "n": scan.ImagesWanted = ReadCount(ref reader, name, MaxImages) ?? 1; break;
            case "stream": scan.Stream = ReadBoolean(ref reader, name); break;
            case "image" or "images" or "mask":
                if (reader.TokenType == JsonTokenType.StartArray)
                {
                    for (; reader.Read() && reader.TokenType != JsonTokenType.EndArray; scan.Images++) reader.Skip();
                }
                else if (reader.TokenType != JsonTokenType.Null)
                {
                    scan.Images++;
                    reader.Skip();
                }

                break;
            default: reader.Skip(); break;
        }
    }

    protected override void Finish()
    {
        scan.ImagesWanted = Math.Max(1, scan.ImagesWanted);
        if (!_hasPrompt) Refuse("prompt", "'prompt' must be a string.");
        else if (needsImage && scan.Images == 0) Refuse("image", "You must provide an 'image'.");
    }
}

/// <summary>A request for speech.</summary>
internal sealed class SpeechScanner(MediaScan scan) : JsonRequestScanner(scan, "input", "stream_format")
{
    private decimal _speed = 1;

    protected override void ReadValue(string name, ref Utf8JsonReader reader)
    {
        switch (name)
        {
            case "input":
                if (reader.TokenType != JsonTokenType.String) break;
                var text = new TextTally();
                text.AddString(ref reader);
                scan.Characters = text.Characters;
                Tally(ref reader);
                break;
            case "instructions": Tally(ref reader); break;
            case "stream_format": scan.Stream = ReadWord(ref reader) == "sse"; break;
            case "response_format": scan.ResponseFormat = ReadWord(ref reader); break;
            case "speed":
                if (reader.TokenType == JsonTokenType.Number && reader.TryGetDecimal(out var speed) && speed is >= 0.1m and <= 10) _speed = speed;
                reader.Skip();
                break;
            default: reader.Skip(); break;
        }
    }

    protected override void Finish()
    {
        if (scan.Characters == 0) Refuse("input", "'input' must be a string that is not empty.");
        scan.AudioMs = (long)(scan.Characters * MediaTokens.MostMsPerCharacter / Math.Min(1, _speed));
    }
}
