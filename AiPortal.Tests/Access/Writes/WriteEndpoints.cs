using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using AiPortal.Api;
using AiPortal.Core.Data;
using AiPortal.Tests.Api;
using AiPortal.Tests.Fixtures;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace AiPortal.Tests.Access.Writes;

/// <summary>An endpoint that takes a change, as the routing table has it.</summary>
internal sealed record WriteEndpoint(string Method, string Path, object? Request, object? Answer)
{
    public string Name => $"{Method} {Path}";

    /// <summary>Of the row that it is about; null where there is none.</summary>
    public string? Collection => Path.IndexOf("/{id}", StringComparison.Ordinal) is > 0 and var end ? Path[..end] : null;
}

/// <summary>Every endpoint that writes, every name that anything has anywhere, and a row for each endpoint to be about.</summary>
internal sealed partial class WriteEndpoints(PortalHost host)
{
    private static readonly string[] Verbs = ["POST", "PUT", "PATCH", "DELETE"];

    /// <summary>What other products let through (roles, tenants, spend, switches), beside all names of our own.</summary>
    private static readonly string[] Hostile =
    [
        "admin", "is_admin", "isAdmin", "roles", "permissions", "scopes", "allowed_routes", "routes", "tenant", "tenant_id", "org", "organizationId", "owner", "createdBy", "creator", "user", "spend", "max_budget", "soft_budget",
        "unlimited", "bypass", "blocked", "is_blocked", "hash", "key_hash", "password", "password_hash", "verified", "email_verified", "token", "secret", "__proto__", "constructor", "$where", "Role", "ROLE", "role ", "organization_ID",
    ];

    private readonly Dictionary<string, string?> _made = [];
    private readonly string _run = $"{Guid.CreateVersion7(TimeProvider.System.GetUtcNow()):N}"[..13];
    private int _count;

    public IReadOnlyList<WriteEndpoint> All { get; } =
    [
        .. host.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.RoutePattern.RawText!.StartsWith("/api/v1/", StringComparison.Ordinal))
            .SelectMany(endpoint => (endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? []).Where(Verbs.Contains).Select(method => new WriteEndpoint(
                method, Parameter().Replace(endpoint.RoutePattern.RawText!["/api/v1".Length..].TrimEnd('/'), "{$1}"),
                endpoint.Metadata.GetMetadata<ApiExample>()?.Request, endpoint.Metadata.GetMetadata<ApiExample>()?.Answer)))
            .OrderBy(endpoint => endpoint.Path, StringComparer.Ordinal).ThenBy(endpoint => endpoint.Method, StringComparer.Ordinal),
    ];

    /// <summary>Every column of every table and every member of every example, sorted.</summary>
    public async Task<string[]> NamesAsync()
    {
        await using var db = host.Database.Portal.OpenSystem();
        var columns = db.Model.GetEntityTypes().SelectMany(type => type.GetProperties()).Select(property => property.GetColumnName());
        var members = All.SelectMany(endpoint => Members(Node(endpoint.Request)).Concat(Members(Node(endpoint.Answer))));
        return [.. columns.Concat(members).Concat(Hostile).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
    }

    /// <summary>The path with ids of rows that exist; null where a row cannot be made by the examples and none was given.</summary>
    public async Task<string?> PathAsync(WriteEndpoint endpoint, IReadOnlyDictionary<string, string> given)
    {
        // Refused before any row is looked for.
        if (endpoint.Request is null) return Placeholder().Replace(endpoint.Path, match => match.Value == "{version}" ? "1" : Guid.Empty.ToString());
        if (endpoint.Collection is not { } collection) return endpoint.Path;
        if (!given.TryGetValue(collection, out var id))
        {
            if (!_made.TryGetValue(collection, out id)) _made[collection] = id = await MakeAsync(collection, given);
        }

        return id is null ? null : Placeholder().Replace(endpoint.Path.Replace("{id}", id, StringComparison.Ordinal), given.GetValueOrDefault("other", Guid.Empty.ToString()));
    }

    public async Task<string?> MakeAsync(string collection, IReadOnlyDictionary<string, string> given)
    {
        if (All.FirstOrDefault(endpoint => endpoint.Name == $"POST {collection}") is not { } creation) return null;
        var made = await host.Admin.PostApiAsync(collection, Body(creation.Request, given)?.ToJsonString());
        return (int)made.Status == 201 && made.Json.TryGetProperty("id", out var id) ? id.GetString() : null;
    }

    /// <summary>The example with the names of now: ids that exist, names that are free.</summary>
    public JsonObject? Body(object? example, IReadOnlyDictionary<string, string> given)
    {
        if (Node(example) is not JsonObject members) return null;
        members.Remove("two_factor_roles");
        // A policy over what is called here would make it wait.
        if (members.ContainsKey("above_amount")) members["enabled"] = false;
        if (members.ContainsKey("api_key")) members["api_key"] = "sk-of-the-example";
        foreach (var (name, value) in members.ToList())
        {
            if (name == "above_amount") members[name] = 1000 + ++_count;
            if (name is "ends_at" or "expires_at") members[name] = TimeProvider.System.GetUtcNow().AddDays(1).ToString("O", System.Globalization.CultureInfo.InvariantCulture);
            if (name is "ends_at" or "expires_at" || value?.GetValueKind() != JsonValueKind.String) continue;
            if (name == "name") members[name] = $"{value} {_run} {++_count}";
            else if (name == "email") members[name] = $"written-{_run}-{++_count}@example.com";
            else if (name == "external_id") members[name] = $"written {_run} {++_count}";
            else if (given.TryGetValue(name, out var id)) members[name] = id;
            else if (value.ToString() == ApiExamples.Id.ToString()) members.Remove(name);
        }

        return members;
    }

    private static JsonNode? Node(object? example) => example is null ? null : JsonSerializer.SerializeToNode(example, example.GetType(), ApiJson.Options);

    private static IEnumerable<string> Members(JsonNode? node) => node switch
    {
        JsonObject members => members.SelectMany(member => Members(member.Value).Prepend(member.Key)),
        JsonArray items => items.SelectMany(Members),
        _ => [],
    };

    [GeneratedRegex(@"\{(\w+)(:[^}]*)?\}")]
    private static partial Regex Parameter();

    [GeneratedRegex(@"\{\w+\}")]
    private static partial Regex Placeholder();
}
