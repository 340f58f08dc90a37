using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace AiPortal.Core.Gateway;

/// <summary>Writes a refusal in OpenAI's shape: <c>{"error":{"message":…,"type":…,"param":…,"code":…}}</c>, all four always present.</summary>
public static class OpenAiError
{
    // The answer is application/json and never part of a page, so only what JSON itself asks for is escaped.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Write(IBufferWriter<byte> output, GatewayRefusal refusal)
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

    /// <summary>The same as an event for a stream that has begun. No end marker may follow it.</summary>
    public static void WriteEvent(IBufferWriter<byte> output, GatewayRefusal refusal)
    {
        output.Write("data: "u8);
        Write(output, refusal);
        output.Write("\n\n"u8);
    }
}
