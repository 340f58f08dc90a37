using System.Net;
using AiPortal.Tests.Api;
using Xunit;

namespace AiPortal.Tests.Access.Places;

/// <summary>Whose role is for a part of the organization changes what lies in it, and is no wider than it.</summary>
public sealed class PlacedChangesTests(TwoTeams company) : IClassFixture<TwoTeams>
{
    private TeamFixture Blue => company.Blue;

    private TeamFixture Red => company.Red;

    private HttpClient Manager => company.BlueManager;

    [Fact]
    public async Task Keys_AreMadeAndMovedWithinHisPart()
    {
        var made = await Manager.PostApiAsync("/keys", new { name = "within", team_id = Blue.Team, budget = new { limit = 1, period = "monthly" } });
        Assert.Equal(HttpStatusCode.Created, made.Status);
        Assert.Equal(HttpStatusCode.OK, (await Manager.PatchApiAsync($"/keys/{made.Id}", new { project_id = Blue.Project, name = "within too" })).Status);
        var elsewhere = await Manager.PostApiAsync("/keys", new { name = "beside", team_id = Red.Team });
        Assert.Equal((HttpStatusCode.NotFound, "team_id"), (elsewhere.Status, Assert.Single(elsewhere.Fields)));
        Assert.Equal((HttpStatusCode.BadRequest, "outside_scope"), Shown(await Manager.PostApiAsync("/keys", new { name = "nowhere" })));
        var moved = await Manager.PatchApiAsync($"/keys/{made.Id}", new { team_id = (Guid?)null, project_id = (Guid?)null });
        Assert.Equal((HttpStatusCode.BadRequest, "outside_scope"), Shown(moved));
        Assert.Equal(HttpStatusCode.NotFound, (await Manager.PostApiAsync("/keys/bulk", new { ids = new[] { Red.Key }, action = "disable" })).Status);
        var mixed = await Manager.PostApiAsync("/keys/bulk", new { ids = new[] { Red.Key, made.Id }, action = "disable" });
        Assert.Equal(HttpStatusCode.OK, mixed.Status);
        Assert.Equal("active", (await company.Host.Admin.GetApiAsync($"/keys/{Red.Key}")).Text("status"));
    }

    [Fact]
    public async Task Budgets_BelowHimHeChanges_HisOwnLimitHeDoesNot()
    {
        Assert.Equal(HttpStatusCode.OK, (await Manager.PatchApiAsync($"/cost/quotas/{Blue.KeyBudget}", new { total_quota = 6 })).Status);
        var project = await Manager.PostApiAsync("/cost/quotas", new { name = "project's", quota_type = "project", scope_id = Blue.Project, total_quota = 10, period_type = "monthly", parent_id = Blue.TeamBudget });
        Assert.Equal(HttpStatusCode.Created, project.Status);
        // Counted from all that was spent in it.
        Assert.Equal(3m, project.Json.GetProperty("used_quota").GetDecimal());
        Assert.Equal(HttpStatusCode.Forbidden, (await Manager.PatchApiAsync($"/cost/quotas/{Blue.TeamBudget}", new { total_quota = 1000 })).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await Manager.PostApiAsync($"/cost/quotas/{Blue.TeamBudget}/reset", new { })).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await Manager.DeleteApiAsync($"/cost/quotas/{Blue.TeamBudget}")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await Manager.PostApiAsync("/cost/quotas", new { name = "mine", quota_type = "team", scope_id = Blue.Team, total_quota = 10, period_type = "weekly" })).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await Manager.PostApiAsync("/cost/quotas", new { name = "beside", quota_type = "team", scope_id = Red.Team, total_quota = 10, period_type = "weekly" })).Status);
        Assert.Equal((HttpStatusCode.BadRequest, "outside_scope"), Shown(await Manager.PostApiAsync("/cost/quotas", new { name = "above", quota_type = "organization", total_quota = 10, period_type = "weekly" })));
        // For more of it he asks, and does not decide that himself.
        var asked = await Manager.PostApiAsync($"/cost/quotas/{Blue.TeamBudget}/requests", new { amount = 500, reason = "A launch" });
        Assert.Equal(HttpStatusCode.Created, asked.Status);
    }

    [Fact]
    public async Task Requests_OfHisPartHeDecides_AndNoOthers()
    {
        var inbox = (await Manager.GetApiAsync("/approvals?box=inbox")).Data.Select(row => row.GetProperty("id").GetGuid()).ToList();
        Assert.DoesNotContain(Red.Approval, inbox);
        Assert.Equal(HttpStatusCode.NotFound, (await Manager.PostApiAsync($"/approvals/{Red.Approval}/approve", new { })).Status);
        using var other = await company.ManagerAsync("department", Blue.Department);
        Assert.Contains(Blue.Approval, (await other.GetApiAsync("/approvals?box=inbox")).Data.Select(row => row.GetProperty("id").GetGuid()));
        var done = await Manager.PostApiAsync($"/approvals/{Blue.Approval}/approve", new { });
        Assert.Equal((HttpStatusCode.OK, "approved"), (done.Status, done.Text("status")));
    }

    [Fact]
    public async Task Rights_BeyondHisPartAreAMembers()
    {
        Assert.Equal(HttpStatusCode.Forbidden, (await Manager.GetApiAsync("/providers")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await Manager.GetApiAsync("/bills")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await Manager.PostApiAsync("/service-tokens", new { name = "wide", role = "member" })).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await Manager.PostApiAsync("/members", new { email = "friend@example.com", name = "Friend" })).Status);
        var me = (await Manager.GetApiAsync("/me")).Json.GetProperty("memberships")[0];
        Assert.Equal(("manager", "team", Blue.Team), (me.GetProperty("role").GetString(), me.GetProperty("scope_type").GetString(), me.GetProperty("scope_id").GetGuid()));
    }

    [Fact]
    public async Task ARoleForAPart_IsGivenToManagersOnly_AndForWhatIsThere()
    {
        var admin = company.Host.Admin;
        object Draft(string role, string? type, Guid? id) => new { email = $"{role}-{type}@example.com", name = "X", role, scope_type = type, scope_id = id };
        Assert.Equal(["scope_type"], (await admin.PostApiAsync("/members", Draft("finance", "team", Blue.Team))).Fields);
        Assert.Equal(["scope_id"], (await admin.PostApiAsync("/members", Draft("manager", "team", null))).Fields);
        Assert.Equal(HttpStatusCode.NotFound, (await admin.PostApiAsync("/members", Draft("manager", "team", Blue.Project))).Status);
        Assert.Equal("in_use", (await admin.DeleteApiAsync($"/teams/{Blue.Team}")).Code);
    }

    [Fact]
    public async Task ALentRoleForAPart_CountsThereOnly()
    {
        using var member = await company.Host.MemberAsync("member", "lent-part@example.com");
        var user = (await company.Host.Admin.GetApiAsync("/members?search=lent-part@")).Data.Single().GetProperty("user_id").GetGuid();
        Assert.Equal(HttpStatusCode.Forbidden, (await member.GetApiAsync("/keys")).Status);
        var lent = await company.Host.Admin.PostApiAsync("/grants", new { user_id = user, role = "manager", scope_type = "team", scope_id = Red.Team, ends_at = TimeProvider.System.GetUtcNow().AddHours(1), reason = "Away" });
        Assert.Equal((HttpStatusCode.Created, "team"), (lent.Status, lent.Text("scope_type")));
        Assert.Equal(HttpStatusCode.OK, (await member.GetApiAsync($"/keys/{Red.Key}")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await member.GetApiAsync($"/keys/{Blue.Key}")).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await company.Host.Admin.DeleteApiAsync($"/grants/{lent.Id}")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await member.GetApiAsync("/keys")).Status);
    }

    private static (HttpStatusCode, string?) Shown(ApiAnswer answer) => (answer.Status, answer.Code);
}
