using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using AiPortal.Core.Gateway.Translation;
using AiPortal.Core.Providers;

namespace AiPortal.Core.Gateway.Chat;

/// <summary>Writes a prompt as a chat request. Dropped: top_k, marks of prompt caches, earlier thoughts, and what the vendor refuses.</summary>
internal sealed class ChatPromptWriter : IPromptWriter
{
    private const int MaxStops = 4;

    /// <summary>OpenAI refuses JSON mode where nobody speaks of JSON.</summary>
    private const string JsonOnly = "Answer with one JSON object.";

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public GatewayRefusal? Write(ChatPrompt prompt, PromptTarget target, IBufferWriter<byte> output)
    {
        using var json = new Utf8JsonWriter(output, Options);
        var kind = target.Kind;
        try
        {
            if (prompt.Stop.Count > MaxStops) throw new PromptFault("stop", $"The provider that serves this model takes at most {MaxStops} stop sequences.");
            if (prompt.Format is { Schema: null } && !SpeaksOfJson(prompt)) prompt = prompt with { System = [.. prompt.System, new TextPart(JsonOnly)] };
            json.WriteStartObject();
            json.WriteString("model"u8, target.Model);
            ChatMessagesWriter.Write(json, prompt, kind);
            if ((prompt.MaxOutput ?? target.Cap) is { } most) json.WriteNumber(target.Kind.CapMember, most);
            if (prompt.Choices > 1 && kind.Takes("n")) json.WriteNumber("n"u8, prompt.Choices);
            WriteSampling(json, prompt, kind);
            WriteTools(json, prompt, kind);
            WriteFormat(json, prompt.Format);
            if (Effort(prompt.Reasoning) is { } effort) json.WriteString("reasoning_effort"u8, effort);
            if (prompt.EndUser is { } user && kind.Takes("user")) json.WriteString("user"u8, user);
            if (prompt.ServiceTier is { } tier && kind.Takes("service_tier")) json.WriteString("service_tier"u8, tier);
            if (prompt.Stream)
            {
                json.WriteBoolean("stream"u8, true);
                if (target.Kind.StreamUsage)
                {
                    json.WriteStartObject("stream_options"u8);
                    json.WriteBoolean("include_usage"u8, true);
                    json.WriteEndObject();
                }
            }

            json.WriteEndObject();
            return null;
        }
        catch (PromptFault fault)
        {
            return fault.ToRefusal();
        }
    }

    private static bool SpeaksOfJson(ChatPrompt prompt) =>
        prompt.System.Concat(prompt.Turns.SelectMany(turn => turn.Parts)).OfType<TextPart>().Any(text => text.Text.Contains("json", StringComparison.OrdinalIgnoreCase));

    private static void WriteSampling(Utf8JsonWriter json, ChatPrompt prompt, ProviderKind kind)
    {
        if (prompt.Temperature is { } temperature) json.WriteNumber("temperature"u8, temperature);
        if (prompt.TopP is { } topP) json.WriteNumber("top_p"u8, topP);
        if (prompt.PresencePenalty is { } presence) json.WriteNumber("presence_penalty"u8, presence);
        if (prompt.FrequencyPenalty is { } frequency) json.WriteNumber("frequency_penalty"u8, frequency);
        if (prompt.Seed is { } seed && kind.Takes("seed")) json.WriteNumber("seed"u8, seed);
        if (prompt.Stop.Count == 0) return;
        json.WriteStartArray("stop"u8);
        foreach (var stop in prompt.Stop) json.WriteStringValue(stop);
        json.WriteEndArray();
    }

    private static void WriteTools(Utf8JsonWriter json, ChatPrompt prompt, ProviderKind kind)
    {
        if (prompt.Tools.Count == 0) return;
        json.WriteStartArray("tools"u8);
        foreach (var tool in prompt.Tools)
        {
            json.WriteStartObject();
            json.WriteString("type"u8, "function"u8);
            json.WriteStartObject("function"u8);
            json.WriteString("name"u8, tool.Name);
            if (tool.Description is { } description) json.WriteString("description"u8, description);
            if (tool.Parameters is { } parameters) WriteElement(json, "parameters", parameters);
            if (tool.Strict is { } strict) json.WriteBoolean("strict"u8, strict);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        if (prompt.ParallelToolCalls is { } parallel && kind.Takes("parallel_tool_calls")) json.WriteBoolean("parallel_tool_calls"u8, parallel);
        switch (prompt.ToolChoice)
        {
            case { Kind: ToolChoiceKind.Auto }: json.WriteString("tool_choice"u8, "auto"u8); break;
            case { Kind: ToolChoiceKind.None }: json.WriteString("tool_choice"u8, "none"u8); break;
            case { Kind: ToolChoiceKind.Any }: json.WriteString("tool_choice"u8, "required"u8); break;
            case { Kind: ToolChoiceKind.Named, Names: [var only] }:
                json.WriteStartObject("tool_choice"u8);
                WriteName(json, only);
                json.WriteEndObject();
                break;
            case { Kind: ToolChoiceKind.Named, Names: var names }:
                json.WriteStartObject("tool_choice"u8);
                json.WriteString("type"u8, "allowed_tools"u8);
                json.WriteStartObject("allowed_tools"u8);
                json.WriteString("mode"u8, "required"u8);
                json.WriteStartArray("tools"u8);
                foreach (var name in names)
                {
                    json.WriteStartObject();
                    WriteName(json, name);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
                json.WriteEndObject();
                json.WriteEndObject();
                break;
        }
    }

    private static void WriteName(Utf8JsonWriter json, string name)
    {
        json.WriteString("type"u8, "function"u8);
        json.WriteStartObject("function"u8);
        json.WriteString("name"u8, name);
        json.WriteEndObject();
    }

    private static void WriteFormat(Utf8JsonWriter json, OutputFormat? format)
    {
        if (format is null) return;
        json.WriteStartObject("response_format"u8);
        json.WriteString("type"u8, format.Schema is null ? "json_object"u8 : "json_schema"u8);
        if (format.Schema is { } schema)
        {
            json.WriteStartObject("json_schema"u8);
            json.WriteString("name"u8, format.Name ?? "answer");
            if (format.Description is { } description) json.WriteString("description"u8, description);
            WriteElement(json, "schema", schema);
            if (format.Strict is { } strict) json.WriteBoolean("strict"u8, strict);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    /// <summary>A budget of thoughts has no word here; the nearest effort stands for it.</summary>
    private static string? Effort(ReasoningSetting? reasoning) => reasoning switch
    {
        null => null,
        { Effort: { } effort } => effort,
        { BudgetTokens: 0 } => "none",
        { BudgetTokens: <= 2_048 } => "low",
        { BudgetTokens: <= 8_192 } => "medium",
        { BudgetTokens: not null } => "high",
        _ => null,
    };

    private static void WriteElement(Utf8JsonWriter json, string name, JsonElement element)
    {
        json.WritePropertyName(name);
        element.WriteTo(json);
    }
}
