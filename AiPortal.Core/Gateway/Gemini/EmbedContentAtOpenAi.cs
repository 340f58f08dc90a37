using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using AiPortal.Core.Gateway.Chat;
using AiPortal.Core.Gateway.Translation;

namespace AiPortal.Core.Gateway.Gemini;

/// <summary>A caller of Google's asks a provider of OpenAI's kind for embeddings. Dropped: task type and title, which are hints.</summary>
internal sealed class EmbedContentAtOpenAi(bool batch) : IUpstreamExchange
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public GatewayRefusal? WriteRequest(ExchangeRequest request, IBufferWriter<byte> output, out UpstreamTarget target)
    {
        target = new UpstreamTarget("embeddings");
        using var body = JsonDocument.Parse(request.Body, new JsonDocumentOptions { MaxDepth = RequestScan.MaxDepth });
        try
        {
            JsonElement[] requests = batch ? [.. body.RootElement.Items("requests")] : [body.RootElement];
            string[] texts = [.. requests.Select(TextOf)];
            long?[] dimensions = [.. requests.Select(each => each.AnyWhole("outputDimensionality")).Distinct()];
            if (dimensions.Length > 1) throw PromptFault.Inexpressible("outputDimensionality");
            using var json = new Utf8JsonWriter(output, Options);
            json.WriteStartObject();
            json.WriteString("model"u8, request.UpstreamModel);
            json.WriteStartArray("input"u8);
            foreach (var text in texts) json.WriteStringValue(text);
            json.WriteEndArray();
            json.WriteString("encoding_format"u8, "float"u8);
            if (dimensions is [{ } count]) json.WriteNumber("dimensions"u8, count);
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
        var seen = ChatUsageReader.Read(body);
        if (seen.Unreadable > 0 || seen.Error is not null) return new PlainAnswer(seen);
        using var answer = JsonDocument.Parse(body);
        JsonElement[] vectors = [.. answer.RootElement.Items("data").OrderBy(item => item.Whole("index") ?? 0).Select(item => item.Member("embedding") ?? default).Where(vector => vector.ValueKind == JsonValueKind.Array)];
        if (vectors.Length != request.Scan.Inputs)
        {
            seen.Unreadable = 1;
            return new PlainAnswer(seen);
        }

        var output = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(output))
        {
            json.WriteStartObject();
            if (batch) json.WriteStartArray("embeddings"u8);
            else json.WritePropertyName("embedding"u8);
            foreach (var vector in vectors)
            {
                json.WriteStartObject();
                json.WritePropertyName("values"u8);
                vector.WriteTo(json);
                json.WriteEndObject();
            }

            if (batch) json.WriteEndArray();
            json.WriteEndObject();
        }

        return new PlainAnswer(seen, output.WrittenMemory);
    }

    public IStreamTap Tap(ExchangeRequest request, bool holdEnd) => new SseTap(hideUsageChunk: false, holdEnd);

    public AnswerObservation ReadRefusal(in ReadOnlySequence<byte> body) => ChatUsageReader.Read(body);

    private static string TextOf(JsonElement request) =>
        string.Join("\n", (request.Member("content") ?? default).AnyItems("parts").Select(part => part.Text("text") ?? throw PromptFault.Inexpressible("content.parts")));
}
