using System.Buffers;
using System.Text.Json;
using AiPortal.Core.Gateway.Translation;

namespace AiPortal.Core.Gateway.Anthropic;

/// <summary>Writes a prompt as a messages request. Dropped: penalties, seed, sampling that the model refuses, tiers without a word here.</summary>
internal sealed class MessagesPromptWriter : IPromptWriter
{
    /// <summary>Sent where neither caller nor price book bounds the output: a bound must be sent.</summary>
    private const long DefaultMaxTokens = 4_096;

    private const string JsonOnly = "Answer with one JSON object and nothing else: no words around it, no code fence.";

    public GatewayRefusal? Write(ChatPrompt prompt, PromptTarget target, IBufferWriter<byte> output)
    {
        try
        {
            using var json = new Utf8JsonWriter(output, MessagesWords.Json);
            WriteBody(json, prompt, target);
            return null;
        }
        catch (PromptFault fault)
        {
            return fault.ToRefusal();
        }
    }

    private static void WriteBody(Utf8JsonWriter json, ChatPrompt prompt, PromptTarget target)
    {
        if (prompt.Choices > 1) throw PromptFault.Inexpressible("n");
        if (prompt.Stop.Any(string.IsNullOrWhiteSpace)) throw PromptFault.Inexpressible("stop");
        var model = AnthropicModel.Of(target.Model);
        var tools = new MessagesTools(prompt, model);
        var content = new MessagesContentWriter(target.Model, CacheMarks.Of(prompt));
        var most = prompt.MaxOutput ?? target.Cap ?? target.ModelMaxOutput ?? DefaultMaxTokens;
        if (target.ModelMaxOutput is { } possible) most = Math.Min(most, possible);
        var thinking = MessagesThinking.Of(prompt.Reasoning, model, most, tools.IsForced, content.MissesThoughts(prompt.Turns));

        json.WriteStartObject();
        json.WriteString("model"u8, target.Model);
        json.WriteNumber("max_tokens"u8, most);
        if (prompt.Stream) json.WriteBoolean("stream"u8, true);
        tools.Write(json, content.Marks);
        var bare = prompt.Format is { Schema: null };
        content.WriteSystem(json, bare ? [.. prompt.System, new TextPart(JsonOnly)] : prompt.System);
        content.WriteTurns(json, prompt.Turns, withThoughts: thinking.IsOn || model.ThinksUnasked);
        WriteSampling(json, prompt, model, thinking);
        thinking.Write(json);
        thinking.WriteOutputConfig(json, model.TakesSchemas ? prompt.Format?.Schema : null);
        WriteRest(json, prompt);
        json.WriteEndObject();
    }

    private static void WriteSampling(Utf8JsonWriter json, ChatPrompt prompt, AnthropicModel model, MessagesThinking thinking)
    {
        if (prompt.Stop.Count > 0)
        {
            json.WriteStartArray("stop_sequences"u8);
            foreach (var stop in prompt.Stop) json.WriteStringValue(stop);
            json.WriteEndArray();
        }

        if (thinking.IsOn || !model.TakesSampling) return;
        if (prompt.Temperature is { } temperature) json.WriteNumber("temperature"u8, Math.Clamp(temperature, 0, 1));
        if (prompt.TopP is { } topP && (prompt.Temperature is null || model.TakesBothSamplings)) json.WriteNumber("top_p"u8, topP);
        if (prompt.TopK is { } topK) json.WriteNumber("top_k"u8, topK);
    }

    private static void WriteRest(Utf8JsonWriter json, ChatPrompt prompt)
    {
        if (prompt.EndUser is { } user)
        {
            json.WriteStartObject("metadata"u8);
            json.WriteString("user_id"u8, user);
            json.WriteEndObject();
        }

        if (prompt.ServiceTier switch { "auto" or "priority" => "auto", "default" => "standard_only", _ => null } is { } tier)
            json.WriteString("service_tier"u8, tier);
    }
}
