using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace AiPortal.Core.Gateway.Gemini;

/// <summary>A refusal in Google's shape: <c>{"error":{"code":429,"message":…,"status":"RESOURCE_EXHAUSTED","details":[…]}}</c>.</summary>
public sealed class GeminiErrors : ErrorShape
{
    private const int ClientClosedRequest = 499;

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static GeminiErrors Shape { get; } = new();

    /// <summary>Google's word for an HTTP status.</summary>
    public static string Word(int status) => status switch
    {
        401 => "UNAUTHENTICATED",
        403 => "PERMISSION_DENIED",
        404 => "NOT_FOUND",
        409 => "ABORTED",
        429 => "RESOURCE_EXHAUSTED",
        ClientClosedRequest => "CANCELLED",
        503 => "UNAVAILABLE",
        504 => "DEADLINE_EXCEEDED",
        501 => "UNIMPLEMENTED",
        >= 500 => "INTERNAL",
        _ => "INVALID_ARGUMENT",
    };

    public override void Write(IBufferWriter<byte> output, GatewayRefusal refusal, Guid requestId)
    {
        using var json = new Utf8JsonWriter(output, Options);
        json.WriteStartObject();
        json.WriteStartObject("error"u8);
        json.WriteNumber("code"u8, StatusOf(refusal));
        json.WriteString("message"u8, refusal.Message);
        json.WriteString("status"u8, Word(StatusOf(refusal)));
        json.WriteStartArray("details"u8);
        WriteReason(json, refusal);
        if (refusal.Param is { } param) WriteField(json, param, refusal.Message);
        if (refusal.RetryAfterSeconds is { } seconds)
        {
            Begin(json, "RetryInfo");
            json.WriteString("retryDelay"u8, seconds.ToString(CultureInfo.InvariantCulture) + "s");
            json.WriteEndObject();
        }

        Begin(json, "RequestInfo");
        json.WriteString("requestId"u8, requestId);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    public override void WriteEvent(IBufferWriter<byte> output, GatewayRefusal refusal, Guid requestId)
    {
        output.Write("data: "u8);
        Write(output, refusal, requestId);
        output.Write("\n\n"u8);
    }

    private static void WriteReason(Utf8JsonWriter json, GatewayRefusal refusal)
    {
        Begin(json, "ErrorInfo");
        json.WriteString("reason"u8, refusal.Code);
        json.WriteString("domain"u8, "aiportal"u8);
        json.WriteStartObject("metadata"u8);
        if (refusal.BudgetId is { } budget)
        {
            json.WriteString("budget_id"u8, budget);
            // Metadata is a map of strings: a budget that never resets has none.
            if (refusal.ResetsAt is { } resetsAt) json.WriteString("resets_at"u8, resetsAt.UtcDateTime);
            if (refusal.RequestUrl is { } url) json.WriteString("request_url"u8, url);
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteField(Utf8JsonWriter json, string field, string description)
    {
        Begin(json, "BadRequest");
        json.WriteStartArray("fieldViolations"u8);
        json.WriteStartObject();
        json.WriteString("field"u8, field);
        json.WriteString("description"u8, description);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Begin(Utf8JsonWriter json, string type)
    {
        json.WriteStartObject();
        json.WriteString("@type"u8, "type.googleapis.com/google.rpc." + type);
    }
}
