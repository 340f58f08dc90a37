using System.Net;
using System.Text.Json;
using AiPortal.Tests.Api;
using AiPortal.Tests.Fixtures;
using Xunit;

namespace AiPortal.Tests.Access.Places;

/// <summary>What one team has of everything: its parts, people, keys, budgets, spend, requests.</summary>
internal sealed record TeamFixture(string Mark, Guid Department, Guid Team, Guid Project, Guid Member, Guid User, Guid Key, Guid TeamBudget, Guid KeyBudget, Guid Record, Guid Approval)
{
    /// <summary>Ids that must not reach whoever manages another team.</summary>
    public IEnumerable<string> Secrets => new[] { Department, Team, Project, Member, User, Key, TeamBudget, KeyBudget, Record, Approval }.Select(id => id.ToString()).Append(Mark);
}

/// <summary>A company with two teams in two departments, each with a manager of its own.</summary>
public sealed class TwoTeams : IAsyncLifetime
{
    internal PortalHost Host { get; } = new();

    internal TeamFixture Blue { get; private set; } = null!;

    internal TeamFixture Red { get; private set; } = null!;

    /// <summary>Manager of the team Blue.</summary>
    internal HttpClient BlueManager { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        await Host.InitializeAsync();
        // A policy makes requests of what is asked: a key that is removed needs a manager's yes.
        Assert.Equal(HttpStatusCode.Created, (await Host.Admin.PostApiAsync("/approvals/policies", new { kind = "key.remove", steps = new[] { "manager" } })).Status);
        (Blue, Red) = (await TeamAsync("azurine"), await TeamAsync("crimsoned"));
        BlueManager = await ManagerAsync("team", Blue.Team);
    }

    public async Task DisposeAsync()
    {
        BlueManager?.Dispose();
        await Host.DisposeAsync();
    }

    /// <summary>Somebody whose role manager is for one part.</summary>
    internal async Task<HttpClient> ManagerAsync(string scopeType, Guid scopeId, Guid? team = null)
    {
        var email = $"manager-{Guid.CreateVersion7(TimeProvider.System.GetUtcNow()):N}@example.com";
        await CreateAsync("/members", new { email, name = "Manager", role = "manager", scope_type = scopeType, scope_id = scopeId, team_id = team, password = "a-long-enough-secret" });
        return await Host.SignInAsync(email, "a-long-enough-secret");
    }

    internal async Task<ApiAnswer> CreateAsync(string path, object body)
    {
        var made = await Host.Admin.PostApiAsync(path, body);
        Assert.True(made.Status == HttpStatusCode.Created, $"{path}: {made.Json}");
        return made;
    }

    private async Task<TeamFixture> TeamAsync(string mark)
    {
        var department = (await CreateAsync("/departments", new { name = $"{mark} department" })).Id;
        var team = (await CreateAsync("/teams", new { name = $"{mark} team", department_id = department })).Id;
        var project = (await CreateAsync("/projects", new { name = $"{mark} project", team_id = team })).Id;
        var member = await CreateAsync("/members", new { email = $"{mark}@example.com", name = $"{mark} person", team_id = team, password = "a-long-enough-secret" });
        var user = member.Json.GetProperty("user_id").GetGuid();
        var key = (await CreateAsync("/keys", new { name = $"{mark} key", team_id = team, project_id = project, budget = new { limit = 5, period = "monthly" } })).Id;
        var doomed = (await CreateAsync("/keys", new { name = $"{mark} doomed", team_id = team })).Id;
        var budget = (await CreateAsync("/cost/quotas", new { name = $"{mark} team budget", quota_type = "team", scope_id = team, total_quota = 100, period_type = "monthly" })).Id;
        var keyBudget = (await Host.Admin.GetApiAsync($"/cost/quotas?quota_type=key&scope_id={key}")).Data.Single().GetProperty("id").GetGuid();
        var record = await Host.Admin.PostApiAsync("/cost/records", new
        {
            external_id = mark,
            department_id = department,
            team_id = team,
            project_id = project,
            key_id = key,
            user_id = user,
            cost_type = "storage",
            model = $"{mark}-disk",
            cost = mark == "azurine" ? 3m : 40m,
        });
        Assert.True(record.Status == HttpStatusCode.Created, record.Json.ToString());
        var entry = (record.Json.TryGetProperty("data", out var data) ? data[0] : record.Json).GetProperty("id").GetGuid();
        using (await ManagerAsync("team", team)) { }
        var asked = await Host.Admin.DeleteApiAsync($"/keys/{doomed}");
        Assert.Equal(HttpStatusCode.Accepted, asked.Status);
        return new TeamFixture(mark, department, team, project, member.Id, user, key, budget, keyBudget, entry, Approval(asked.Json));
    }

    private static Guid Approval(JsonElement answer) => (answer.TryGetProperty("approval", out var approval) ? approval : answer).GetProperty("id").GetGuid();
}
