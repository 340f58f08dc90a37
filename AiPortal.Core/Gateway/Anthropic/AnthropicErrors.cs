using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace AiPortal.Core.Gateway.Anthropic;

/// <summary>
/// A refusal in Anthropic's shape: <c>{"type":"error","error":{"type":…,"message":…},"request_id":…}</c>. The portal's own word for it
/// stands in <c>error.details.error_code</c>.
/// </summary>
public sealed class AnthropicErrors : ErrorShape
{
    /// <summary>Anthropic's own status for a service that has more calls than it can take.</summary>
    public const int Overloaded = 529;

    // The answer is application/json and never part of a page, so only what JSON itself asks for is escaped.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static AnthropicErrors Shape { get; } = new();

    public override string RequestIdHeader => "request-id";

    public override int StatusOf(GatewayRefusal refusal) => refusal.Status == 503 ? Overloaded : refusal.Status;

    public override void Write(IBufferWriter<byte> output, GatewayRefusal refusal, Guid requestId)
    {
        using var json = new Utf8JsonWriter(output, Options);
        json.WriteStartObject();
        json.WriteString("type"u8, "error"u8);
        json.WriteStartObject("error"u8);
        json.WriteString("type"u8, TypeOf(StatusOf(refusal)));
        json.WriteString("message"u8, refusal.Message);
        json.WriteStartObject("details"u8);
        json.WriteString("error_code"u8, refusal.Code);
        if (refusal.Param is { } param) json.WriteString("param"u8, param);
        json.WriteEndObject();
        if (refusal.BudgetId is { } budget)
        {
            json.WriteString("budget_id"u8, budget);
            if (refusal.ResetsAt is { } resetsAt) json.WriteString("resets_at"u8, resetsAt.UtcDateTime);
            else json.WriteNull("resets_at"u8);
            if (refusal.RequestUrl is { } url) json.WriteString("request_url"u8, url);
        }

        json.WriteEndObject();
        json.WriteString("request_id"u8, requestId);
        json.WriteEndObject();
    }

    public override void WriteEvent(IBufferWriter<byte> output, GatewayRefusal refusal, Guid requestId)
    {
        output.Write("event: error\ndata: "u8);
        Write(output, refusal, requestId);
        output.Write("\n\n"u8);
    }

    private static string TypeOf(int status) => status switch
    {
        401 => "authentication_error",
        402 => "billing_error",
        403 => "permission_error",
        404 => "not_found_error",
        409 => "conflict_error",
        413 => "request_too_large",
        429 => "rate_limit_error",
        504 => "timeout_error",
        Overloaded => "overloaded_error",
        >= 500 => "api_error",
        _ => "invalid_request_error",
    };
}
