using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace AiPortal.Core.Gateway.Responses;

/// <summary>OpenAI's shape, and in a stream the event that the interface has for it.</summary>
public sealed class ResponsesErrors : ErrorShape
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static ResponsesErrors Shape { get; } = new();

    public override void Write(IBufferWriter<byte> output, GatewayRefusal refusal, Guid requestId) => OpenAiErrors.Shape.Write(output, refusal, requestId);

    public override void WriteEvent(IBufferWriter<byte> output, GatewayRefusal refusal, Guid requestId)
    {
        output.Write("event: error\ndata: "u8);
        using (var json = new Utf8JsonWriter(output, Options))
        {
            json.WriteStartObject();
            json.WriteString("type"u8, "error"u8);
            json.WriteString("code"u8, refusal.Code);
            json.WriteString("message"u8, refusal.Message);
            json.WriteString("param"u8, refusal.Param);
            // The count of the events before it is not known here; clients do not look at it.
            json.WriteNumber("sequence_number"u8, 0);
            json.WriteEndObject();
        }

        output.Write("\n\n"u8);
    }
}
