using System.Text.Json;

namespace AiPortal.Core.Gateway.Translation;

/// <summary>Whether OpenAI takes a schema as a strict one: each object in it closed, and everything in it required.</summary>
internal static class StrictSchema
{
    private static readonly string[] Lists = ["anyOf"];
    private static readonly string[] Maps = ["properties", "$defs", "definitions"];
    private static readonly string[] Unknown = ["allOf", "oneOf", "not", "if", "dependentRequired", "dependentSchemas", "patternProperties"];

    public static bool Fits(JsonElement schema)
    {
        if (schema.ValueKind != JsonValueKind.Object || Unknown.Any(word => schema.Member(word) is not null)) return false;
        if (IsObject(schema) && !IsClosed(schema)) return false;
        return Maps.All(map => schema.Object(map) is not { } members || members.EnumerateObject().All(member => Fits(member.Value)))
            && Lists.All(list => schema.Items(list).All(Fits))
            && (schema.Member("items") is not { } items || Fits(items));
    }

    /// <summary>By its type, or because it has properties.</summary>
    public static bool IsObject(JsonElement schema) => schema.Object("properties") is not null || schema.Text("type") == "object" || schema.Items("type").Any(type => type.ValueEquals("object"));

    private static bool IsClosed(JsonElement schema)
    {
        var required = schema.Items("required").Select(name => name.ToString()).ToHashSet();
        return schema.Flag("additionalProperties") == false
            && (schema.Object("properties") is not { } properties || properties.EnumerateObject().All(property => required.Contains(property.Name)));
    }
}
