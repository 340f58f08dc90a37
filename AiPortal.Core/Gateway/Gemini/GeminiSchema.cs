using System.Buffers;
using System.Text.Json;
using AiPortal.Core.Gateway.Translation;

namespace AiPortal.Core.Gateway.Gemini;

/// <summary>
/// Turns Google's kind of schema, such as <c>{"type":"OBJECT","properties":{"city":{"type":"STRING","nullable":true}}}</c>, into JSON schema:
/// types in small letters, <c>nullable</c> as a second type, counts as numbers; hints without a word there are left out.
/// </summary>
internal static class GeminiSchema
{
    public static JsonElement ToJsonSchema(JsonElement schema)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer)) Write(json, schema);
        var reader = new Utf8JsonReader(buffer.WrittenSpan);
        return JsonElement.ParseValue(ref reader);
    }

    private static void Write(Utf8JsonWriter json, JsonElement schema)
    {
        if (schema.ValueKind != JsonValueKind.Object)
        {
            schema.WriteTo(json);
            return;
        }

        json.WriteStartObject();
        foreach (var member in schema.EnumerateObject())
        {
            switch (member.Name)
            {
                case "type": WriteType(json, member.Value, schema.Flag("nullable") == true); break;
                case "nullable" or "propertyOrdering" or "property_ordering" or "example": break;
                case "format" when member.Value.ValueKind == JsonValueKind.String && member.Value.GetString() is "enum" or "int32" or "int64" or "float" or "double": break;
                case "properties" when member.Value.ValueKind == JsonValueKind.Object:
                    json.WriteStartObject("properties"u8);
                    foreach (var property in member.Value.EnumerateObject())
                    {
                        json.WritePropertyName(property.Name);
                        Write(json, property.Value);
                    }

                    json.WriteEndObject();
                    break;
                case "items":
                    json.WritePropertyName("items"u8);
                    Write(json, member.Value);
                    break;
                case "anyOf" or "any_of" when member.Value.ValueKind == JsonValueKind.Array:
                    json.WriteStartArray("anyOf"u8);
                    foreach (var choice in member.Value.EnumerateArray()) Write(json, choice);
                    json.WriteEndArray();
                    break;
                case "minItems" or "maxItems" or "minLength" or "maxLength" or "minProperties" or "maxProperties"
                    or "min_items" or "max_items" or "min_length" or "max_length" or "min_properties" or "max_properties":
                    WriteCount(json, Camel(member.Name), member.Value);
                    break;
                default: member.WriteTo(json); break;
            }
        }

        json.WriteEndObject();
    }

    private static void WriteType(Utf8JsonWriter json, JsonElement type, bool nullable)
    {
        json.WritePropertyName("type"u8);
        if (type.ValueKind != JsonValueKind.String)
        {
            type.WriteTo(json);
            return;
        }

        var word = type.GetString()!.ToLowerInvariant();
        if (!nullable)
        {
            json.WriteStringValue(word);
            return;
        }

        json.WriteStartArray();
        json.WriteStringValue(word);
        json.WriteStringValue("null"u8);
        json.WriteEndArray();
    }

    /// <summary>Google writes its large integers as strings.</summary>
    private static void WriteCount(Utf8JsonWriter json, string name, JsonElement count)
    {
        json.WritePropertyName(name);
        if (count.ValueKind == JsonValueKind.String && long.TryParse(count.GetString(), System.Globalization.CultureInfo.InvariantCulture, out var number)) json.WriteNumberValue(number);
        else count.WriteTo(json);
    }

    private static string Camel(string name) =>
        name.IndexOf('_', StringComparison.Ordinal) is > 0 and var at ? name[..at] + char.ToUpperInvariant(name[at + 1]) + name[(at + 2)..] : name;
}
