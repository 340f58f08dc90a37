using System.Buffers;
using System.Buffers.Binary;
using System.Text.Encodings.Web;
using System.Text.Json;
using AiPortal.Core.Gateway.Translation;

namespace AiPortal.Core.Gateway.Gemini;

/// <summary>A caller of OpenAI's asks Google for embeddings, always in a batch. Dropped: the end user's name.</summary>
internal sealed class EmbeddingsAtGemini : IUpstreamExchange
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static EmbeddingsAtGemini Instance { get; } = new();

    public GatewayRefusal? WriteRequest(ExchangeRequest request, IBufferWriter<byte> output, out UpstreamTarget target)
    {
        target = new UpstreamTarget(GeminiModelName.Path(request.UpstreamModel, "batchEmbedContents"));
        using var body = JsonDocument.Parse(request.Body, new JsonDocumentOptions { MaxDepth = RequestScan.MaxDepth });
        try
        {
            var texts = Texts(body.RootElement);
            using var json = new Utf8JsonWriter(output, Options);
            json.WriteStartObject();
            json.WriteStartArray("requests"u8);
            foreach (var text in texts)
            {
                json.WriteStartObject();
                json.WriteString("model"u8, GeminiModelName.Resource(request.UpstreamModel));
                json.WriteStartObject("content"u8);
                json.WriteStartArray("parts"u8);
                json.WriteStartObject();
                json.WriteString("text"u8, text);
                json.WriteEndObject();
                json.WriteEndArray();
                json.WriteEndObject();
                if (body.RootElement.Whole("dimensions") is { } dimensions) json.WriteNumber("outputDimensionality"u8, dimensions);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
            return null;
        }
        catch (PromptFault fault)
        {
            return fault.ToRefusal();
        }
        catch (InvalidOperationException)
        {
            return GatewayFailures.Refuse(GatewayFailure.BodyNotJson, "a string has half of a surrogate pair.");
        }
    }

    public PlainAnswer ReadPlain(ExchangeRequest request, in ReadOnlySequence<byte> body)
    {
        var seen = GenerateContentPassage.Read(body);
        if (seen.Unreadable > 0 || seen.Error is not null) return new PlainAnswer(seen);
        using var answer = JsonDocument.Parse(body);
        JsonElement[] vectors = [.. answer.RootElement.Items("embeddings").Select(embedding => embedding.Member("values") ?? default).Where(vector => vector.ValueKind == JsonValueKind.Array)];
        if (vectors.Length != request.Scan.Inputs)
        {
            seen.Unreadable = 1;
            return new PlainAnswer(seen);
        }

        using var asked = JsonDocument.Parse(request.Body, new JsonDocumentOptions { MaxDepth = RequestScan.MaxDepth });
        var packed = asked.RootElement.Text("encoding_format") == "base64";
        var output = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(output))
        {
            json.WriteStartObject();
            json.WriteString("object"u8, "list"u8);
            json.WriteStartArray("data"u8);
            for (var i = 0; i < vectors.Length; i++)
            {
                json.WriteStartObject();
                json.WriteString("object"u8, "embedding"u8);
                json.WriteNumber("index"u8, i);
                json.WritePropertyName("embedding"u8);
                if (packed) json.WriteBase64StringValue(Packed(vectors[i]));
                else vectors[i].WriteTo(json);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteString("model"u8, request.UpstreamModel);
            // Google counts nothing: what is estimated is charged, and told.
            var tokens = seen.Usage?.Usage.TotalInput ?? request.Context.EstimatedInput;
            json.WriteStartObject("usage"u8);
            json.WriteNumber("prompt_tokens"u8, tokens);
            json.WriteNumber("total_tokens"u8, tokens);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return new PlainAnswer(seen, output.WrittenMemory);
    }

    public IStreamTap Tap(ExchangeRequest request, bool holdEnd) => new GeminiTap();

    public AnswerObservation ReadRefusal(in ReadOnlySequence<byte> body) => GenerateContentPassage.Read(body);

    /// <exception cref="PromptFault">Tokens belong to a vendor's own vocabulary.</exception>
    private static List<string> Texts(JsonElement body)
    {
        if (body.Text("input") is { } only) return [only];
        return [.. body.Items("input").Select(item => item.ValueKind == JsonValueKind.String ? item.GetString()! : throw PromptFault.Inexpressible("input"))];
    }

    /// <summary>As OpenAI packs numbers: 32 bits each, the low byte first.</summary>
    private static byte[] Packed(JsonElement vector)
    {
        var bytes = new byte[vector.GetArrayLength() * sizeof(float)];
        var at = 0;
        foreach (var number in vector.EnumerateArray())
        {
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(at), number.ValueKind == JsonValueKind.Number ? number.GetSingle() : 0);
            at += sizeof(float);
        }

        return bytes;
    }
}
