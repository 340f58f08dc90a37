using System.Net;
using AiPortal.Tests.Api;
using AiPortal.Tests.Fixtures;

namespace AiPortal.Tests.Budgets.Allocations;

/// <summary>What moves in the organization takes no share of a budget with it: the move is refused until that budget stands alone.</summary>
public sealed class ScopeMoveTests(PortalHost host) : IClassFixture<PortalHost>
{
    [Theory]
    [InlineData("team", "team")]
    [InlineData("team", "project")]
    [InlineData("department", "team")]
    [InlineData("department", "project")]
    public async Task Move_AwayFromTheParentOfAShare_IsRefusedUntilItStandsAlone(string moved, string shared)
    {
        // Above / inner / team / project: the budget is Above's, the share the team's or the project's.
        var (above, other) = (await AddAsync("departments"), await AddAsync("departments"));
        var inner = await AddAsync("departments", "parent_id", above);
        var team = await AddAsync("teams", "department_id", inner);
        var project = await AddAsync("projects", "team_id", team);
        var parent = await BudgetAsync("department", above, 100);
        var share = await BudgetAsync(shared, shared == "team" ? team : project, 40, parent);
        var (path, member) = moved == "team" ? ($"/teams/{team}", "department_id") : ($"/departments/{inner}", "parent_id");

        var refused = await host.Admin.PatchApiAsync(path, Body(member, other));
        var cleared = await host.Admin.PatchApiAsync(path, Body(member, null));
        var within = await host.Admin.PatchApiAsync(path, Body(member, above));
        var stays = (await host.Admin.GetApiAsync(path)).Json.GetProperty(member).GetGuid();
        await host.Admin.CallAsync(HttpMethod.Patch, $"/cost/quotas/{share}", """{"parent_id":null}""");
        var free = await host.Admin.PatchApiAsync(path, Body(member, other));

        Assert.All([refused, cleared], answer => Assert.Equal((HttpStatusCode.BadRequest, member), (answer.Status, answer.Fields.Single())));
        Assert.Equal((HttpStatusCode.OK, above, HttpStatusCode.OK), (within.Status, stays, free.Status));
    }

    [Theory]
    [InlineData("team_id")]
    [InlineData("project_id")]
    [InlineData("cost_center_id")]
    [InlineData("environment_id")]
    public async Task Key_MovedAwayFromTheParentOfItsShare_IsRefusedByThatField(string member)
    {
        var path = member[..^3].Replace('_', '-') + "s";
        var (scope, other) = (await AddAsync(path), await AddAsync(path));
        var key = (await host.Admin.PostApiAsync("/keys", new Dictionary<string, object?> { ["name"] = "k", [member] = scope })).Id;
        var parent = await BudgetAsync(member[..^3], scope, 100);
        await BudgetAsync("key", key, 40, parent);

        var refused = await host.Admin.PatchApiAsync($"/keys/{key}", Body(member, other));
        var renamed = await host.Admin.PatchApiAsync($"/keys/{key}", new { name = "another" });

        Assert.Equal((HttpStatusCode.BadRequest, member), (refused.Status, refused.Fields.Single()));
        Assert.Equal((HttpStatusCode.OK, scope), (renamed.Status, renamed.Json.GetProperty(member).GetGuid()));
    }

    [Fact]
    public async Task Member_MovedToAnotherTeam_IsRefusedWhileHisBudgetIsAllocatedFromTheTeams()
    {
        var (team, other) = (await AddAsync("teams"), await AddAsync("teams"));
        var member = await host.Admin.PostApiAsync("/members", new { email = $"mover-{team:N}@example.com", name = "M", role = "member", team_id = team, password = "a-long-enough-secret" });
        var parent = await BudgetAsync("team", team, 100);
        await BudgetAsync("user", member.Json.GetProperty("user_id").GetGuid(), 40, parent);

        var refused = await host.Admin.PatchApiAsync($"/members/{member.Id}", Body("team_id", other));

        Assert.Equal((HttpStatusCode.BadRequest, "team_id"), (refused.Status, refused.Fields.Single()));
    }

    [Fact]
    public async Task Move_WhileAShareIsMade_OneOfTheTwoIsRefused()
    {
        for (var round = 0; round < 8; round++)
        {
            var (from, to) = (await AddAsync("departments"), await AddAsync("departments"));
            var team = await AddAsync("teams", "department_id", from);
            var parent = await BudgetAsync("department", from, 100);
            var answers = await Task.WhenAll(
                host.Admin.PatchApiAsync($"/teams/{team}", Body("department_id", to)),
                host.Admin.PostApiAsync("/cost/quotas", new { quota_type = "team", scope_id = team, total_quota = 10, period_type = "monthly", parent_id = parent }));
            Assert.Single(answers, answer => answer.Status is HttpStatusCode.OK or HttpStatusCode.Created);
        }
    }

    private static Dictionary<string, object?> Body(string member, Guid? value) => new() { [member] = value };

    private async Task<Guid> AddAsync(string path, string? member = null, Guid? parent = null)
    {
        var body = new Dictionary<string, object?> { ["name"] = $"{path} {Guid.CreateVersion7(TimeProvider.System.GetUtcNow())}" };
        if (member is not null) body[member] = parent;
        var made = await host.Admin.PostApiAsync($"/{path}", body);
        Assert.True(made.Status == HttpStatusCode.Created, made.Json.ToString());
        return made.Id;
    }

    private async Task<Guid> BudgetAsync(string type, Guid scope, decimal amount, Guid? parent = null)
    {
        var made = await host.Admin.PostApiAsync("/cost/quotas", new { quota_type = type, scope_id = scope, total_quota = amount, period_type = "monthly", parent_id = parent });
        Assert.True(made.Status == HttpStatusCode.Created, made.Json.ToString());
        return made.Id;
    }
}
