using System.Text.Json;
using AiPortal.Core.Gateway.Translation;

namespace AiPortal.Core.Gateway.Anthropic;

/// <summary>
/// Writes a schema as Anthropic takes those it enforces: every object closed; bounds that it does not know are said in the description, as
/// its own client libraries do.
/// </summary>
internal static class AnthropicSchema
{
    private static readonly string[] Maps = ["properties", "$defs", "definitions"];
    private static readonly string[] Unenforced =
    [
        "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength", "maxLength", "maxItems", "uniqueItems", "minProperties", "maxProperties",
        "minContains", "maxContains",
    ];

    /// <exception cref="PromptFault">It wants an object with members of any name, which cannot be closed.</exception>
    public static void Write(Utf8JsonWriter json, JsonElement schema)
    {
        if (schema.ValueKind != JsonValueKind.Object)
        {
            schema.WriteTo(json);
            return;
        }

        var isObject = StrictSchema.IsObject(schema);
        if (isObject && schema.Object("additionalProperties") is not null) throw PromptFault.Inexpressible("additionalProperties");
        var bounds = new List<string>();
        json.WriteStartObject();
        foreach (var member in schema.EnumerateObject())
        {
            if (Unenforced.Contains(member.Name) || (member.Name == "minItems" && member.Value.ToString() is not ("0" or "1"))) bounds.Add($"{member.Name}: {member.Value.GetRawText()}");
            else if (member.Name is "description" || (isObject && member.Name is "additionalProperties")) continue;
            else WriteMember(json, member);
        }

        if (isObject) json.WriteBoolean("additionalProperties"u8, false);
        var description = string.Join(' ', new[] { schema.Text("description"), bounds.Count > 0 ? "{" + string.Join(", ", bounds) + "}" : null }.Where(words => words is not null));
        if (description.Length > 0) json.WriteString("description"u8, description);
        json.WriteEndObject();
    }

    private static void WriteMember(Utf8JsonWriter json, JsonProperty member)
    {
        json.WritePropertyName(member.Name);
        switch (member.Value.ValueKind)
        {
            case JsonValueKind.Object when Maps.Contains(member.Name):
                json.WriteStartObject();
                foreach (var each in member.Value.EnumerateObject())
                {
                    json.WritePropertyName(each.Name);
                    Write(json, each.Value);
                }

                json.WriteEndObject();
                break;
            case JsonValueKind.Object when member.Name is "items": Write(json, member.Value); break;
            case JsonValueKind.Array when member.Name is "anyOf" or "allOf":
                json.WriteStartArray();
                foreach (var each in member.Value.EnumerateArray()) Write(json, each);
                json.WriteEndArray();
                break;
            default: member.Value.WriteTo(json); break;
        }
    }
}
