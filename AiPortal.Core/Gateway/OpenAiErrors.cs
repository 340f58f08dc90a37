using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace AiPortal.Core.Gateway;

/// <summary>A refusal in OpenAI's shape: <c>{"error":{"message":…,"type":…,"param":…,"code":…}}</c>, all four always present.</summary>
public sealed class OpenAiErrors : ErrorShape
{
    // The answer is application/json and never part of a page, so only what JSON itself asks for is escaped.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static OpenAiErrors Shape { get; } = new();

    public override void Write(IBufferWriter<byte> output, GatewayRefusal refusal, Guid requestId)
    {
        using var json = new Utf8JsonWriter(output, Options);
        json.WriteStartObject();
        json.WriteStartObject("error"u8);
        json.WriteString("message"u8, refusal.Message);
        json.WriteString("type"u8, refusal.Type);
        json.WriteString("param"u8, refusal.Param);
        json.WriteString("code"u8, refusal.Code);
        if (refusal.BudgetId is { } budget)
        {
            json.WriteString("budget_id"u8, budget);
            if (refusal.ResetsAt is { } resetsAt) json.WriteString("resets_at"u8, resetsAt.UtcDateTime);
            else json.WriteNull("resets_at"u8);
            if (refusal.RequestUrl is { } url) json.WriteString("request_url"u8, url);
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    public override void WriteEvent(IBufferWriter<byte> output, GatewayRefusal refusal, Guid requestId)
    {
        output.Write("data: "u8);
        Write(output, refusal, requestId);
        output.Write("\n\n"u8);
    }
}
