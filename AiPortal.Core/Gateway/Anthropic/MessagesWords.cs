using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using AiPortal.Core.Catalog;
using AiPortal.Core.Gateway.Translation;

namespace AiPortal.Core.Gateway.Anthropic;

/// <summary>Pieces of Anthropic's answers that whole ones and streams have in common.</summary>
internal static class MessagesWords
{
    public static JsonWriterOptions Json { get; } = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string MessageId(string? id, Guid requestId) =>
        id is not { Length: > 0 } ? $"msg_{requestId:N}" : id.StartsWith("msg_", StringComparison.Ordinal) ? id : "msg_" + id;

    /// <param name="hasCalls">Some vendors end calls of tools with the same word as everything else.</param>
    public static string StopReason(ChoiceEnded? end, bool hasCalls) => end switch
    {
        { Reason: EndReason.Length } => "max_tokens",
        { Reason: EndReason.Filtered } => "refusal",
        { Reason: EndReason.ToolCalls } => "tool_use",
        { StopSequence: not null } => "stop_sequence",
        _ => hasCalls ? "tool_use" : "end_turn",
    };

    public static void WriteUsage(Utf8JsonWriter json, in Usage usage, string? tier)
    {
        json.WriteStartObject("usage"u8);
        json.WriteNumber("input_tokens"u8, usage.Input + usage.AudioInput + usage.ImageInput);
        json.WriteNumber("cache_creation_input_tokens"u8, usage.CacheWrite + usage.CacheWrite1h);
        json.WriteNumber("cache_read_input_tokens"u8, usage.CachedInput);
        json.WriteStartObject("cache_creation"u8);
        json.WriteNumber("ephemeral_5m_input_tokens"u8, usage.CacheWrite);
        json.WriteNumber("ephemeral_1h_input_tokens"u8, usage.CacheWrite1h);
        json.WriteEndObject();
        json.WriteNumber("output_tokens"u8, usage.TotalOutput);
        if (usage.Reasoning > 0)
        {
            json.WriteStartObject("output_tokens_details"u8);
            json.WriteNumber("thinking_tokens"u8, usage.Reasoning);
            json.WriteEndObject();
        }

        json.WriteString("service_tier"u8, tier is "priority" or "batch" ? tier : "standard");
        json.WriteEndObject();
    }

    /// <summary>Anthropic's answers have no images; an image in Markdown is what is left.</summary>
    public static string ImageText(string mediaType, string data) => $"![image]({DataUrl.Write(mediaType, data)})";

    /// <summary>A frame of a stream: its name twice, as an event and as a type.</summary>
    public static void WriteEvent(IBufferWriter<byte> output, string name, Action<Utf8JsonWriter> write)
    {
        output.Write("event: "u8);
        output.Advance(Encoding.ASCII.GetBytes(name, output.GetSpan(name.Length)));
        output.Write("\ndata: "u8);
        using (var json = new Utf8JsonWriter(output, Json))
        {
            json.WriteStartObject();
            json.WriteString("type"u8, name);
            write(json);
            json.WriteEndObject();
        }

        output.Write("\n\n"u8);
    }
}
