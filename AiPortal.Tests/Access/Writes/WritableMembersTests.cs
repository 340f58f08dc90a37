using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using AiPortal.Core.Access;
using AiPortal.Core.Data;
using AiPortal.Core.Tenancy;
using AiPortal.Tests.Api;
using AiPortal.Tests.Fixtures;
using AiPortal.Tests.Rules;
using Xunit.Abstractions;

namespace AiPortal.Tests.Access.Writes;

/// <summary>
/// T04: each role writes every name that anything in the portal has (every column, every member of every answer, and what other
/// products let through) to every endpoint that writes. What is not in WritableMembers.txt is refused by its name; what a role may not
/// call refuses all of it.
/// </summary>
public sealed partial class WritableMembersTests(PortalHost host, ITestOutputHelper output) : IClassFixture<PortalHost>
{
    /// <summary>Not a name of anything, so that no call of this test is ever done.</summary>
    private const string Sentinel = "no_such_member";

    private const string Unknown = "not known here";
    private const int AtOnce = 150;

    [Fact]
    public async Task EveryName_IsWritableExactlyWhereTheListSaysSo_ForEveryRole()
    {
        var endpoints = new WriteEndpoints(host);
        var names = await endpoints.NamesAsync();
        var given = await GivenAsync(endpoints);
        var clients = new Dictionary<Role, HttpClient>();
        foreach (var role in Enum.GetValues<Role>().Where(role => role != Role.Service)) clients[role] = await host.MemberAsync(EnumWord.Of(role));
        clients[Role.Service] = host.WithBearer((await host.Admin.PostApiAsync("/service-tokens", new { name = "writer", role = "service" })).Text("token")!);

        var (faults, taken, calls) = (new List<string>(), new SortedDictionary<string, string>(StringComparer.Ordinal), 0);
        foreach (var endpoint in endpoints.All)
        {
            // A file of rows, which has no members of its own.
            if (endpoint.Request is Array) continue;
            if (await endpoints.PathAsync(endpoint, given) is not { } path)
            {
                faults.Add($"{endpoint.Name}: no row to be about");
                continue;
            }

            foreach (var (role, client) in clients)
            {
                var known = new SortedSet<string>(StringComparer.Ordinal);
                var refused = 0;
                foreach (var chunk in names.Chunk(AtOnce))
                {
                    calls++;
                    var answer = await client.CallAsync(new HttpMethod(endpoint.Method), path, Hostile(chunk));
                    if ((int)answer.Status < 400) faults.Add($"{endpoint.Name} as {role}: {(int)answer.Status}, accepted with unknown members");
                    if (answer.Status is HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized) refused++;
                    else if (answer.Status == HttpStatusCode.BadRequest && answer.Json.TryGetProperty("errors", out var errors) && errors.TryGetProperty(Sentinel, out _)) Learn(known, chunk, errors);
                    else faults.Add($"{endpoint.Name} as {role}: {(int)answer.Status} {answer.Json}");
                }

                if (refused > 0 && known.Count > 0) faults.Add($"{endpoint.Name} as {role}: refuses some members and takes others");
                if (refused > 0) continue;
                var line = string.Join(' ', known);
                if (!taken.TryAdd(endpoint.Name, line) && taken[endpoint.Name] != line) faults.Add($"{endpoint.Name} as {role}: {line}");
            }
        }

        var expected = Table();
        foreach (var name in taken.Keys.Union(expected.Keys).Order(StringComparer.Ordinal))
        {
            var listed = expected.TryGetValue(name, out var line) ? string.Join(' ', line.Writable.Concat(line.Ignored).Order(StringComparer.Ordinal)) : null;
            if (listed != taken.GetValueOrDefault(name)) faults.Add($"{name}: listed {listed ?? "nothing"}, takes {taken.GetValueOrDefault(name) ?? "nothing"}");
        }

        output.WriteLine($"{endpoints.All.Count} endpoints, {names.Length} names, {clients.Count} roles, {calls} calls");
        Assert.True(faults.Count == 0, string.Join(Environment.NewLine, faults));
    }

    /// <summary>The list: by endpoint what may be written and, after a bar, what is answered and ignored.</summary>
    private static SortedDictionary<string, (string[] Writable, string[] Ignored)> Table()
    {
        var table = new SortedDictionary<string, (string[], string[])>(StringComparer.Ordinal);
        foreach (var line in File.ReadLines(Path.Combine(SourceTree.Root, "AiPortal.Tests", "Access", "Writes", "WritableMembers.txt")).Where(line => line.Length > 0 && line[0] != '#'))
        {
            var parts = line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Split('|');
            string[] Words(int part) => part < parts.Length ? parts[part].Split(' ', StringSplitOptions.RemoveEmptyEntries) : [];
            table.Add(line[..line.IndexOf(':', StringComparison.Ordinal)], (Words(0), Words(1)));
        }

        return table;
    }

    private static string Hostile(IEnumerable<string> names)
    {
        var body = new JsonObject { [Sentinel] = true };
        foreach (var name in names) body[name] = new JsonArray(new JsonObject());
        return body.ToJsonString();
    }

    private static void Learn(SortedSet<string> known, string[] sent, JsonElement errors)
    {
        foreach (var name in sent)
        {
            if (!errors.TryGetProperty(name, out var faults) || !faults.EnumerateArray().Any(fault => fault.GetString()!.Contains(Unknown, StringComparison.Ordinal))) known.Add(name);
        }
    }

    private async Task<ApiAnswer> CreateAsync(string path, object body)
    {
        var made = await host.Admin.PostApiAsync(path, body);
        Assert.True(made.Status == HttpStatusCode.Created, $"{path}: {made.Json}");
        return made;
    }

    private async Task<Dictionary<string, string>> GivenAsync(WriteEndpoints endpoints)
    {
        var given = new Dictionary<string, string> { ["/organizations"] = host.OrganizationId.ToString() };
        foreach (var (name, collection) in new[] { ("team_id", "/teams"), ("department_id", "/departments"), ("project_id", "/projects"), ("cost_center_id", "/cost-centers"), ("environment_id", "/environments") })
            given[name] = (await endpoints.MakeAsync(collection, given))!;
        given["scope_id"] = given["team_id"];
        given["to_user_id"] = (await CreateAsync("/members", new { email = $"stand-in-{Guid.CreateVersion7(TimeProvider.System.GetUtcNow()):N}@example.com", name = "Stand-in", role = "manager", password = "a-long-enough-secret" })).Text("user_id")!;
        given["user_id"] = given["to_user_id"];
        var budget = (await CreateAsync("/cost/quotas", new { name = "Asked for", quota_type = "team", scope_id = given["team_id"], total_quota = 10, period_type = "daily" })).Id;
        given["/cost/quotas"] = budget.ToString();
        given["other"] = (await CreateAsync($"/cost/quotas/{budget}/requests", new { amount = 20, reason = "More" })).Id.ToString();
        var record = await CreateAsync("/cost/records", new { external_id = $"t04 {budget}", cost_type = "storage", model = "disk", cost = 1 });
        given["/cost/records"] = (record.Json.TryGetProperty("data", out var data) ? data[0] : record.Json).GetProperty("id").GetString()!;
        given["/routes"] = (await CreateAsync("/routes", new { name = $"Written {budget}", model = "written-*", strategy = "priority" })).Id.ToString();
        await host.Admin.PostApiAsync("/approvals/policies", new { kind = "key.remove", steps = new[] { "manager" } });
        var asked = await host.Admin.DeleteApiAsync($"/keys/{(await CreateAsync("/keys", new { name = "to be removed" })).Id}");
        given["/approvals"] = asked.Id.ToString();
        return given;
    }
}
