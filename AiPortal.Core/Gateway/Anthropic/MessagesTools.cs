using System.Text.Json;
using AiPortal.Core.Gateway.Translation;

namespace AiPortal.Core.Gateway.Anthropic;

/// <summary>
/// Writes tools and the choice among them. Where a model takes no schema for its answer, the schema is a tool of ours that it must call:
/// <see cref="MessagesAnswerReader"/> gives such a call back as text.
/// </summary>
internal sealed class MessagesTools
{
    /// <summary>Begins the name of the tool that stands for the answer.</summary>
    public const string AnswerPrefix = "portal_answer_";

    private readonly ChatPrompt _prompt;
    private readonly AnthropicModel _model;
    private readonly IReadOnlyList<ToolDefinition> _tools;
    private readonly ToolChoice? _choice;

    /// <exception cref="PromptFault">The model cannot be made to do what is asked.</exception>
    public MessagesTools(ChatPrompt prompt, AnthropicModel model)
    {
        (_prompt, _model, _tools, _choice) = (prompt, model, prompt.Tools, prompt.ToolChoice);
        if (_choice is { Kind: ToolChoiceKind.Named, Names: { Count: > 1 } names })
        {
            // A list of allowed ones has no word: the others are left out.
            _tools = [.. _tools.Where(tool => names.Contains(tool.Name))];
            _choice = new ToolChoice(ToolChoiceKind.Any);
        }

        var answers = prompt.Format?.Schema is not null && !model.TakesSchemas && _choice?.Kind is not (ToolChoiceKind.Any or ToolChoiceKind.Named);
        if (answers)
        {
            var answer = AnswerTool(prompt.Format!);
            _choice = _tools.Count == 0 || _choice?.Kind == ToolChoiceKind.None ? new ToolChoice(ToolChoiceKind.Named, [answer.Name]) : new ToolChoice(ToolChoiceKind.Any);
            _tools = [.. _tools, answer];
        }

        if (_tools.Count == 0) _choice = null;
        if (IsForced && !model.TakesForcedTools) throw PromptFault.Inexpressible("tool_choice");
    }

    /// <summary>One tool, or any, has to be called.</summary>
    public bool IsForced => _choice?.Kind is ToolChoiceKind.Any or ToolChoiceKind.Named;

    public void Write(Utf8JsonWriter json, CacheMarks marks)
    {
        if (_tools.Count == 0) return;
        json.WriteStartArray("tools"u8);
        foreach (var tool in _tools)
        {
            json.WriteStartObject();
            json.WriteString("name"u8, tool.Name);
            if (tool.Description is { } description) json.WriteString("description"u8, description);
            if (tool is { Strict: true, Parameters: { } parameters } && _model.TakesSchemas && parameters.Text("type") == "object")
            {
                json.WritePropertyName("input_schema"u8);
                AnthropicSchema.Write(json, parameters);
                json.WriteBoolean("strict"u8, true);
            }
            else
            {
                WriteSchema(json, tool.Parameters);
            }

            marks.Write(json, tool.CacheTtl);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        WriteChoice(json);
    }

    private void WriteChoice(Utf8JsonWriter json)
    {
        var single = _prompt.ParallelToolCalls == false;
        if (_choice is null && !single) return;
        json.WriteStartObject("tool_choice"u8);
        json.WriteString("type"u8, _choice?.Kind switch { ToolChoiceKind.None => "none"u8, ToolChoiceKind.Any => "any"u8, ToolChoiceKind.Named => "tool"u8, _ => "auto"u8 });
        if (_choice is { Kind: ToolChoiceKind.Named, Names: [var name, ..] }) json.WriteString("name"u8, name);
        if (single && _choice?.Kind != ToolChoiceKind.None) json.WriteBoolean("disable_parallel_tool_use"u8, true);
        json.WriteEndObject();
    }

    private static ToolDefinition AnswerTool(OutputFormat format)
    {
        if (format.Schema?.Text("type") is not (null or "object")) throw PromptFault.Inexpressible("response_format");
        return new ToolDefinition(AnswerPrefix + "json", format.Description ?? "Gives the answer. Call it once, with the whole answer.", format.Schema, null);
    }

    // A schema without a type is refused, and one that says nothing takes nothing.
    private static void WriteSchema(Utf8JsonWriter json, JsonElement? schema)
    {
        json.WriteStartObject("input_schema"u8);
        if (schema?.Member("type") is null) json.WriteString("type"u8, "object"u8);
        if (schema is { ValueKind: JsonValueKind.Object } given)
        {
            foreach (var member in given.EnumerateObject())
            {
                if (member.NameEquals("type") && member.Value.ValueKind == JsonValueKind.Null) continue;
                member.WriteTo(json);
            }
        }
        else
        {
            json.WriteStartObject("properties"u8);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }
}

/// <summary>Ends of prompt caches: of more than the four that are taken, the last ones count.</summary>
internal sealed class CacheMarks(int given)
{
    private const int Most = 4;
    private int _toSkip = given - Most;

    public static CacheMarks Of(ChatPrompt prompt)
    {
        var given = prompt.Tools.Count(tool => tool.CacheTtl is not null) + Count(prompt.System) + prompt.Turns.Sum(turn => Count(turn.Parts));
        return new CacheMarks(given);
    }

    /// <summary>For each mark in the order in which they are written.</summary>
    public void Write(Utf8JsonWriter json, string? ttl)
    {
        if (ttl is null || _toSkip-- > 0) return;
        json.WriteStartObject("cache_control"u8);
        json.WriteString("type"u8, "ephemeral"u8);
        if (ttl == "1h") json.WriteString("ttl"u8, ttl);
        json.WriteEndObject();
    }

    private static int Count(IReadOnlyList<ContentPart> parts) =>
        parts.Sum(part => (part.CacheTtl is null ? 0 : 1) + (part is ToolResultPart result ? Count(result.Content) : 0));
}
