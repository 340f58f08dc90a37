using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace AiPortal.Api;

/// <summary>A parameter of path, query or header.</summary>
internal sealed record ReferenceParameter(string Name, string Place, bool Required, string? Type, string? Description);

/// <summary>An endpoint for readers; examples are indented JSON, null where there is no body.</summary>
internal sealed record ReferenceOperation(
    string Method, string Path, string? Summary, IReadOnlyList<ReferenceParameter> Parameters, string? Request, string? Status, string? Answer)
{
    /// <summary>Whether a word is in what a reader sees of it.</summary>
    public bool Mentions(string word) =>
        Path.Contains(word, StringComparison.OrdinalIgnoreCase) || Summary?.Contains(word, StringComparison.OrdinalIgnoreCase) == true
        || Method.Equals(word, StringComparison.OrdinalIgnoreCase);
}

/// <summary>The endpoints under one tag.</summary>
internal sealed record ReferenceGroup(string Tag, IReadOnlyList<ReferenceOperation> Operations);

/// <summary>The management API as its own OpenAPI document tells it, read in this process.</summary>
internal sealed class ApiReference(IServiceProvider services)
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private IReadOnlyList<ReferenceGroup>? _groups;

    /// <summary>Groups by name; endpoints by path.</summary>
    public async Task<IReadOnlyList<ReferenceGroup>> ReadAsync(CancellationToken token = default)
    {
        if (_groups is { } known) return known;
        var document = await services.GetRequiredKeyedService<IOpenApiDocumentProvider>(ApiFeature.Document).GetOpenApiDocumentAsync(token);
        return _groups = [.. document.Paths
            .SelectMany(path => (path.Value.Operations ?? []).Select(operation => (Tag: TagOf(operation.Value), Operation: Of(path.Key, operation.Key, operation.Value))))
            .GroupBy(pair => pair.Tag)
            .OrderBy(group => group.Key, StringComparer.Ordinal)
            .Select(group => new ReferenceGroup(group.Key, [.. group.Select(pair => pair.Operation).OrderBy(operation => operation.Path, StringComparer.Ordinal)]))];
    }

    private static string TagOf(OpenApiOperation operation) => operation.Tags?.FirstOrDefault()?.Name ?? "API";

    private static ReferenceOperation Of(string path, HttpMethod method, OpenApiOperation operation)
    {
        var (status, answer) = operation.Responses?.FirstOrDefault(response => response.Key.StartsWith('2')) is { Key: { } code } found ? (code, found.Value) : (null, null);
        return new ReferenceOperation(method.Method, path, operation.Summary,
            [.. (operation.Parameters ?? []).Select(p => new ReferenceParameter(p.Name ?? "", EnumText(p.In), p.Required, TypeOf(p.Schema), p.Description))],
            Example(operation.RequestBody?.Content), status, Example(answer?.Content));
    }

    private static string EnumText(ParameterLocation? place) => place switch
    {
        ParameterLocation.Path => "path",
        ParameterLocation.Header => "header",
        ParameterLocation.Cookie => "cookie",
        _ => "query",
    };

    private static string? TypeOf(IOpenApiSchema? schema)
    {
        if (schema?.Type is not { } type) return null;
        var name = (type & ~JsonSchemaType.Null).ToString().ToLowerInvariant();
        return schema.Format is { } format ? $"{name} ({format})" : name;
    }

    private static string? Example<T>(IDictionary<string, T>? content) where T : OpenApiMediaType =>
        content?.Values.FirstOrDefault()?.Example is JsonNode example ? example.ToJsonString(Indented) : null;
}
