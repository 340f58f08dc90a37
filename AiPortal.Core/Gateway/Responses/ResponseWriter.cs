using System.Text.Json;
using AiPortal.Core.Catalog;
using AiPortal.Core.Gateway.Translation;

namespace AiPortal.Core.Gateway.Responses;

/// <summary>How far a response is.</summary>
/// <param name="Status">completed, incomplete or in_progress.</param>
/// <param name="Incomplete">Why it is incomplete.</param>
internal readonly record struct ResponseState(string Status, string? Incomplete)
{
    public static ResponseState Running { get; } = new("in_progress", null);

    public static ResponseState Of(EndReason reason) => reason switch
    {
        EndReason.Length => new("incomplete", "max_output_tokens"),
        EndReason.Filtered => new("incomplete", "content_filter"),
        EndReason.Stop or EndReason.ToolCalls => new("completed", null),
    };
}

/// <summary>Writes the object that is a response.</summary>
internal sealed class ResponseWriter(AnswerContext context)
{
    // What an answer says where the request said nothing.
    private static readonly (string Name, string Json)[] Standard =
    [
        ("instructions", "null"), ("max_output_tokens", "null"), ("metadata", "{}"), ("parallel_tool_calls", "true"), ("reasoning", """{"effort":null,"summary":null}"""),
        ("temperature", "1"), ("text", """{"format":{"type":"text"}}"""), ("tool_choice", "\"auto\""), ("tools", "[]"), ("top_p", "1"), ("truncation", "\"disabled\""), ("user", "null"),
    ];

    public AnswerBegan? Began { get; set; }

    public UsageReading? Usage { get; set; }

    public void Write(Utf8JsonWriter json, IEnumerable<OutputItem> output, ResponseState state)
    {
        var created = (Began?.CreatedAt ?? context.CreatedAt).ToUnixTimeSeconds();
        json.WriteStartObject();
        json.WriteString("id"u8, $"resp_{context.RequestId:N}");
        json.WriteString("object"u8, "response"u8);
        json.WriteNumber("created_at"u8, created);
        json.WriteString("status"u8, state.Status);
        json.WriteBoolean("background"u8, false);
        json.WriteNull("error"u8);
        if (state.Incomplete is { } why)
        {
            json.WriteStartObject("incomplete_details"u8);
            json.WriteString("reason"u8, why);
            json.WriteEndObject();
        }
        else json.WriteNull("incomplete_details"u8);

        json.WriteString("model"u8, Began?.Model ?? context.Model);
        json.WriteStartArray("output"u8);
        foreach (var item in output) item.Write(json);
        json.WriteEndArray();
        json.WriteNull("previous_response_id"u8);
        // Nothing is kept here, whatever was asked.
        json.WriteBoolean("store"u8, false);
        var echo = ((ResponsesRequestScan)context.Scan).Echo;
        foreach (var (name, standard) in Standard)
        {
            json.WritePropertyName(name);
            if (echo.TryGetValue(name, out var given)) given.WriteTo(json);
            else json.WriteRawValue(standard);
        }

        if (Usage?.ServiceTier is { } tier) json.WriteString("service_tier"u8, tier);
        if (state.Status != ResponseState.Running.Status && Usage is { } usage) WriteUsage(json, usage.Usage);
        else json.WriteNull("usage"u8);
        json.WriteEndObject();
    }

    private static void WriteUsage(Utf8JsonWriter json, in Usage usage)
    {
        json.WriteStartObject("usage"u8);
        json.WriteNumber("input_tokens"u8, usage.TotalInput);
        json.WriteStartObject("input_tokens_details"u8);
        json.WriteNumber("cached_tokens"u8, usage.CachedInput);
        json.WriteNumber("cache_write_tokens"u8, usage.CacheWrite + usage.CacheWrite1h);
        json.WriteEndObject();
        json.WriteNumber("output_tokens"u8, usage.TotalOutput);
        json.WriteStartObject("output_tokens_details"u8);
        json.WriteNumber("reasoning_tokens"u8, usage.Reasoning);
        json.WriteEndObject();
        json.WriteNumber("total_tokens"u8, usage.Total);
        json.WriteEndObject();
    }
}
