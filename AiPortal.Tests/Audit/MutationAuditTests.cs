using System.Net;
using System.Text.Json.Nodes;
using AiPortal.Api;
using AiPortal.Tests.Api;
using AiPortal.Tests.Fixtures;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace AiPortal.Tests.Audit;

/// <summary>
/// Every endpoint that changes something leaves an audit row, and changes nothing where none can be written (RELIABILITY S07). The
/// endpoints come from the routing table and are called by their own examples, so that a new one is here by itself.
/// </summary>
public sealed class MutationAuditTests(PortalHost host) : IClassFixture<PortalHost>
{
    private static readonly string[] Verbs = ["POST", "PUT", "PATCH", "DELETE"];

    /// <summary>These compute, try or sign in: no part of an organization changes.</summary>
    private static readonly HashSet<string> ChangeNothing =
    [
        "POST /auth/login", "POST /auth/refresh", "POST /auth/logout", "POST /cost/estimate", "POST /cost/models/preview", "POST /cost/models/{id}/preview", "POST /cost/quotas/preview", "POST /routes/test",
        "POST /providers/{id}/test", "POST /routes/{id}/test", "POST /organizations/{id}/alerting/test",
        // Their examples are dry runs.
        "POST /keys/import", "POST /members/import",
        // Begins an enrolment that counts for nothing until it is confirmed; ends the caller's own other sessions.
        "POST /auth/two-factor", "POST /auth/sessions/end-others",
    ];

    /// <summary>Their examples cannot be called alone: each needs something done before that no example makes. Their own tests look at their audit rows.</summary>
    private static readonly HashSet<string> NeedMore =
    [
        "POST /approvals/{id}/approve", "POST /approvals/{id}/reject", "POST /approvals/{id}/withdraw", "POST /approvals/{id}/comments",
        "POST /auth/accept-invitation", "POST /auth/change-password", "POST /auth/register", "DELETE /auth/sessions/{id}", "POST /auth/two-factor/disable", "POST /auth/two-factor/enable",
        "POST /auth/two-factor/recovery-codes", "DELETE /members/{id}/two-factor", "POST /bills", "DELETE /bills/{id}", "POST /bills/{id}/finalize",
        "POST /cost/alerts/deliveries/{id}/replay", "POST /cost/alerts/{id}/read", "POST /cost/alerts/{id}/resolve", "POST /cost/discounts", "DELETE /cost/discounts/{id}",
        "POST /cost/quotas/{id}/requests", "POST /cost/quotas/{id}/requests/{request}/decline", "POST /cost/quotas/{id}/requests/{request}/grant",
        "POST /cost/records", "POST /cost/records/{id}/adjust", "POST /cost/records/{id}/refund", "POST /cost/records/{id}/resolve", "POST /grants", "DELETE /grants/{id}", "POST /keys/bulk", "POST /keys/{id}/collect", "POST /keys/mine/{id}/collect",
        "POST /providers/{id}/rotate-key", "POST /providers/{id}/retire-key", "POST /providers/{id}/restore-key", "POST /nodes/{id}/write-off",
        "PATCH /organizations/{id}/alerting", "PUT /organizations/{id}/alerting", "PUT /organizations/{id}/directory", "POST /routes", "PATCH /routes/{id}", "PUT /routes/{id}", "DELETE /routes/{id}",
        "DELETE /organizations/{id}/directory", "POST /organizations/{id}/directory/try", "POST /environments/copy", "DELETE /auth/identities/{id}", "POST /members/{id}/confirm-address", "POST /providers/{id}/sync", "POST /vault/keys/{version}/destroy", "POST /vault/rotate",
    ];

    private readonly Dictionary<string, string> _ids = [];
    private int _count;

    [Fact]
    public async Task EveryMutation_LeavesARow_AndDoesNothingWithoutOne()
    {
        var endpoints = Endpoints();
        Assert.True(endpoints.Count > 60, $"only {endpoints.Count} endpoints were found");
        await SetAsync("team_id", "/teams");
        _ids["scope_id"] = _ids["team_id"];
        _ids["to_user_id"] = (await host.Admin.PostApiAsync("/members", new { email = "stand-in@example.com", name = "Stand-in", role = "manager", password = "a-long-enough-secret" })).Text("user_id")!;
        await SetAsync("department_id", "/departments");
        await SetAsync("project_id", "/projects");
        await SetAsync("cost_center_id", "/cost-centers");
        await SetAsync("environment_id", "/environments");

        var (silent, uncalled, called) = (new List<string>(), new List<string>(), new List<Mutation>());
        foreach (var endpoint in endpoints.Where(endpoint => !ChangeNothing.Contains(endpoint.Name)))
        {
            var call = await PrepareAsync(endpoint);
            var before = await AuditedAsync();
            var answer = call is null ? null : await call();
            if (answer is null || (int)answer.Status >= 300) uncalled.Add($"{endpoint.Name}: {answer?.Json.ToString() ?? "no subject"}");
            else
            {
                called.Add(endpoint);
                if (await AuditedAsync() <= before) silent.Add(endpoint.Name);
            }
        }

        var unknown = uncalled.Where(line => !NeedMore.Contains(line[..line.IndexOf(':', StringComparison.Ordinal)])).ToList();
        Assert.True(silent.Count == 0 && unknown.Count == 0, $"without an audit row: {string.Join(", ", silent)}; {called.Count} called; not callable by their example:{Environment.NewLine}{string.Join(Environment.NewLine, unknown)}");

        var prepared = new List<(Mutation Endpoint, Func<Task<ApiAnswer>> Call)>();
        foreach (var endpoint in called)
            if (await PrepareAsync(endpoint) is { } call) prepared.Add((endpoint, call));
        await AsSuperuserAsync("REVOKE INSERT ON audit_events FROM portal_app, portal_system");
        var state = await StateAsync();
        var done = new List<string>();
        foreach (var (endpoint, call) in prepared)
        {
            var answer = await call();
            // A domain of mail belongs to one directory, and the first round's has it.
            var isTaken = endpoint.Path.EndsWith("/directory", StringComparison.Ordinal) && answer.Status == HttpStatusCode.BadRequest;
            if ((int)answer.Status < 500 && !isTaken) done.Add(endpoint.Name);
        }

        var after = await StateAsync();
        await AsSuperuserAsync("GRANT INSERT ON audit_events TO portal_app, portal_system");

        Assert.True(done.Count == 0, "answered as if done while nothing could be audited: " + string.Join(", ", done));
        Assert.Equal(state, after);
        Assert.Equal(HttpStatusCode.Created, (await host.Admin.PostApiAsync("/teams", new { name = "afterwards" })).Status);
    }

    private sealed record Mutation(string Method, string Path, object? Example)
    {
        public string Name => $"{Method} {Path}";
    }

    private List<Mutation> Endpoints() =>
    [
        .. host.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.RoutePattern.RawText!.StartsWith("/api/v1/", StringComparison.Ordinal))
            .SelectMany(endpoint => (endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? []).Where(Verbs.Contains).Select(method => new Mutation(
                method, System.Text.RegularExpressions.Regex.Replace(endpoint.RoutePattern.RawText!["/api/v1".Length..].TrimEnd('/'), @"\{(\w+)(:[^}]*)?\}", "{$1}"), endpoint.Metadata.GetMetadata<ApiExample>()?.Request)))
            .OrderBy(endpoint => endpoint.Path, StringComparer.Ordinal).ThenBy(endpoint => endpoint.Method, StringComparer.Ordinal),
    ];

    /// <summary>Makes what the endpoint is about, and gives the call; null where no example makes it.</summary>
    private async Task<Func<Task<ApiAnswer>>?> PrepareAsync(Mutation endpoint)
    {
        var path = endpoint.Path;
        if (path.Contains("{id}", StringComparison.Ordinal))
        {
            var collection = path[..path.IndexOf("/{id}", StringComparison.Ordinal)];
            if (collection.Length == 0 || await MakeAsync(collection) is not { } id) return null;
            path = path.Replace("{id}", id, StringComparison.Ordinal);
        }

        if (path.Contains('{', StringComparison.Ordinal)) return null;
        var body = Body(endpoint.Example);
        return () => host.Admin.CallAsync(new HttpMethod(endpoint.Method), path, body?.ToJsonString());
    }

    private async Task<string?> MakeAsync(string collection)
    {
        if (Endpoints().FirstOrDefault(endpoint => endpoint.Name == $"POST {collection}") is not { } creation) return null;
        var made = await host.Admin.PostApiAsync(collection, Body(creation.Example)?.ToJsonString());
        return made.Status == HttpStatusCode.Created && made.Json.TryGetProperty("id", out var id) ? id.GetString() : null;
    }

    private async Task SetAsync(string member, string collection) => _ids[member] = await MakeAsync(collection) ?? throw new InvalidOperationException($"No {member} could be made.");

    /// <summary>The example with the names of now: ids that exist, names that are free.</summary>
    private JsonNode? Body(object? example)
    {
        if (example is null) return null;
        var node = System.Text.Json.JsonSerializer.SerializeToNode(example, example.GetType(), ApiJson.Options);
        if (node is not JsonObject members) return node;
        // What would shut the caller himself out.
        members.Remove("two_factor_roles");
        // A policy over what is called here would make it wait.
        if (members.ContainsKey("above_amount")) members["enabled"] = false;
        if (members.ContainsKey("api_key")) members["api_key"] = "sk-of-the-example";
        foreach (var (name, value) in members.ToList())
        {
            if (name == "above_amount") members[name] = 1000 + ++_count;
            if (name is "ends_at" or "expires_at") members[name] = TimeProvider.System.GetUtcNow().AddDays(1).ToString("O", System.Globalization.CultureInfo.InvariantCulture);
            if (name is "ends_at" or "expires_at" || value?.GetValueKind() != System.Text.Json.JsonValueKind.String) continue;
            if (name == "name") members[name] = $"{value} {++_count}";
            else if (name == "email") members[name] = $"someone-{++_count}@example.com";
            else if (name == "external_id") members[name] = $"external {++_count}";
            else if (_ids.TryGetValue(name, out var id)) members[name] = id;
            else if (value.ToString() == ApiExamples.Id.ToString()) members.Remove(name);
        }

        return members;
    }

    private Task<long> AuditedAsync() => host.Database.ScalarAsync<long>("SELECT count(*) FROM audit_events WHERE allowed");

    /// <summary>All that people can change, as one hash. What the portal counts by itself is left out.</summary>
    private Task<string> StateAsync() => host.Database.ScalarAsync<string>("""
        SELECT md5(string_agg(digest, ',' ORDER BY digest)) FROM (
          SELECT t.table_name || (xpath('/row/d/text()', query_to_xml(format('SELECT coalesce(md5(string_agg(x::text, chr(10) ORDER BY x::text)), ''-'') AS d FROM %I x', t.table_name), false, true, '')))[1]::text AS digest
          FROM information_schema.tables t WHERE t.table_schema = 'public' AND t.table_name IN ('organizations', 'departments', 'teams', 'projects', 'cost_centers', 'environments', 'memberships',
            'providers', 'prices', 'price_versions', 'api_keys', 'budgets', 'budget_requests', 'routes', 'bills', 'service_tokens', 'alert_channels', 'ldap_directories', 'identity_providers', 'approvals', 'approval_policies', 'approval_delegations', 'ledger_entries')) d
        """);

    private async Task AsSuperuserAsync(string sql)
    {
        await using var superuser = new NpgsqlConnection(host.Database.Superuser);
        await superuser.OpenAsync();
        await using var command = new NpgsqlCommand(sql, superuser);
        await command.ExecuteNonQueryAsync();
    }
}
