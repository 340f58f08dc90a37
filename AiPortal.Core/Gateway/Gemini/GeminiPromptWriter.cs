using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using AiPortal.Core.Gateway.Translation;

namespace AiPortal.Core.Gateway.Gemini;

/// <summary>Writes a prompt as a Gemini request. Dropped: the end user's name, the service tier, marks of prompt caches, earlier thoughts, strictness of tools.</summary>
internal sealed class GeminiPromptWriter : IPromptWriter
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public GatewayRefusal? Write(ChatPrompt prompt, PromptTarget target, IBufferWriter<byte> output)
    {
        using var json = new Utf8JsonWriter(output, Options);
        try
        {
            if (prompt.ParallelToolCalls == false && prompt.Tools.Count > 0) throw PromptFault.Inexpressible("parallel_tool_calls");
            json.WriteStartObject();
            new GeminiContentWriter(json, target.Model).Write(prompt);
            WriteTools(json, prompt);
            GeminiConfigWriter.Write(json, prompt, target);
            json.WriteEndObject();
            return null;
        }
        catch (PromptFault fault)
        {
            return fault.ToRefusal();
        }
    }

    private static void WriteTools(Utf8JsonWriter json, ChatPrompt prompt)
    {
        if (prompt.Tools.Count == 0) return;
        json.WriteStartArray("tools"u8);
        json.WriteStartObject();
        json.WriteStartArray("functionDeclarations"u8);
        foreach (var tool in prompt.Tools)
        {
            json.WriteStartObject();
            json.WriteString("name"u8, tool.Name);
            if (tool.Description is { } description) json.WriteString("description"u8, description);
            if (tool.Parameters is { } parameters)
            {
                // "parameters" knows a subset of JSON schema only.
                json.WritePropertyName("parametersJsonSchema"u8);
                parameters.WriteTo(json);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndArray();
        if (prompt.ToolChoice is not { } choice) return;
        json.WriteStartObject("toolConfig"u8);
        json.WriteStartObject("functionCallingConfig"u8);
        json.WriteString("mode"u8, choice.Kind switch
        {
            ToolChoiceKind.Auto => "AUTO"u8,
            ToolChoiceKind.None => "NONE"u8,
            ToolChoiceKind.Any or ToolChoiceKind.Named => "ANY"u8,
        });
        if (choice.Kind == ToolChoiceKind.Named)
        {
            json.WriteStartArray("allowedFunctionNames"u8);
            foreach (var name in choice.Names) json.WriteStringValue(name);
            json.WriteEndArray();
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }
}
