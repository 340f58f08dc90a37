using System.Buffers;
using System.Text.Json;

namespace AiPortal.Core.Gateway.Gemini;

/// <summary>A request for embeddings after one pass over its bytes.</summary>
public sealed class EmbedContentScan : RequestScan
{
    internal EmbedContentScan()
    {
    }

    /// <summary>The values of <c>model</c>, one for each content where they are given.</summary>
    internal List<ByteRange> ModelRanges { get; } = [];
}

/// <summary>The one pass over <c>{"content":{"parts":[{"text":"Hi"}]}}</c>, or of a batch <c>{"requests":[{"model":"models/m","content":{…}}]}</c>.</summary>
internal sealed class EmbedContentScanner(EmbedContentScan scan, bool batch)
{
    private const int MaxModelLength = 256;
    private readonly GenerateContentText _text = new(scan);
    private GatewayRefusal? _refusal;

    public GatewayRefusal? Read(in ReadOnlySequence<byte> body)
    {
        if (!Utf8Check.IsWellFormed(body)) return NotJson("it is not UTF-8.");
        try
        {
            var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = RequestScan.MaxDepth });
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) return NotJson("an object is expected.");
            if (batch) ReadBatch(ref reader);
            else ReadOne(ref reader);
            if (_refusal is null) reader.Read();
        }
        catch (JsonException fault)
        {
            return NotJson(fault.Message);
        }
        catch (InvalidOperationException)
        {
            return NotJson("a string has half of a surrogate pair.");
        }

        scan.Inputs = Math.Max(1, scan.Messages);
        return _refusal;
    }

    private void ReadBatch(ref Utf8JsonReader reader)
    {
        var seen = false;
        while (_refusal is null && reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isRequests = reader.ValueTextEquals("requests"u8);
            reader.Read();
            if (!isRequests)
            {
                _text.ReadOther(ref reader);
                continue;
            }

            if (seen) Refuse("requests", "'requests' is given twice.");
            seen = true;
            if (reader.TokenType != JsonTokenType.StartArray) break;
            while (_refusal is null && reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                if (reader.TokenType == JsonTokenType.StartObject) ReadOne(ref reader);
                else Refuse("requests", "'requests' must be an array of requests.");
            }
        }

        if (scan.Messages == 0) Refuse("requests", "'requests' must be a non-empty array of requests.");
    }

    private void ReadOne(ref Utf8JsonReader reader)
    {
        var before = scan.Messages;
        while (_refusal is null && reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var (isModel, isContent) = (reader.ValueTextEquals("model"u8), reader.ValueTextEquals("content"u8));
            reader.Read();
            var start = reader.TokenStartIndex;
            if (isModel)
            {
                if (JsonText.ReadUpTo(ref reader, MaxModelLength) is not { } model || GeminiModelName.Bare(model) != scan.Model) Refuse("model", "'model' differs from the model in the path.");
                scan.ModelRanges.Add(new ByteRange(start, reader.BytesConsumed - start));
            }
            else if (isContent && scan.Messages > before) Refuse("content", "'content' is given twice.");
            else if (isContent) _text.ReadContent(ref reader, countMessages: true);
            else _text.ReadOther(ref reader);
        }

        if (scan.Messages != before + 1) Refuse("content", "You must provide one 'content'.");
    }

    private void Refuse(string param, string message) =>
        _refusal ??= GatewayFailures.Refuse(GatewayFailure.BodyInvalid, message) with { Param = param };

    private static GatewayRefusal NotJson(string reason) => GatewayFailures.Refuse(GatewayFailure.BodyNotJson, reason);
}
