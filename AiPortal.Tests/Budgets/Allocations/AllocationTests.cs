using System.Net;
using AiPortal.Tests.Alerts;
using AiPortal.Tests.Api;
using AiPortal.Tests.Fixtures;

namespace AiPortal.Tests.Budgets.Allocations;

/// <summary>A budget's amount divided among others: together at most the whole, whoever writes what at once.</summary>
public sealed class AllocationTests(PortalHost host) : IClassFixture<PortalHost>
{
    [Fact]
    public async Task Create_UpToTheWhole_IsTakenAndShown_OneCentMoreIsRefused()
    {
        var parent = await ParentAsync(100);
        var first = await ShareAsync(parent, 60);
        var second = await ShareAsync(parent, 40);
        var beyond = await ShareAsync(parent, 0.01m);

        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.Created), (first.Status, second.Status));
        Assert.Equal((HttpStatusCode.BadRequest, "total_quota"), (beyond.Status, beyond.Fields.Single()));
        var read = (await host.Admin.GetApiAsync($"/cost/quotas/{parent}")).Json;
        Assert.Equal((100m, 0m), (read.GetProperty("allocated_quota").GetDecimal(), read.GetProperty("unallocated_quota").GetDecimal()));
        Assert.Equal(
            new HashSet<(Guid, decimal)> { (first.Id, 60), (second.Id, 40) },
            read.GetProperty("allocations").EnumerateArray().Select(part => (part.GetProperty("quota_id").GetGuid(), part.GetProperty("amount").GetDecimal())).ToHashSet());
        Assert.Equal(parent, first.Json.GetProperty("parent_id").GetGuid());
    }

    [Fact]
    public async Task Create_ManyAtOnce_NeverPassTheWholeTogether()
    {
        var parent = await ParentAsync(100);
        var teams = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => host.TeamAsync()));
        var made = await Task.WhenAll(teams.Select(team => host.Admin.PostApiAsync("/cost/quotas", Draft(parent, team, 30))));

        Assert.Equal(3, made.Count(answer => answer.Status == HttpStatusCode.Created));
        Assert.All(made.Where(answer => answer.Status != HttpStatusCode.Created), answer => Assert.Equal("total_quota", answer.Fields.Single()));
        Assert.Equal(90m, (await host.Admin.GetApiAsync($"/cost/quotas/{parent}")).Json.GetProperty("allocated_quota").GetDecimal());
    }

    [Fact]
    public async Task Change_ParentLoweredWhileAShareIsRaised_OneOfThemIsRefused()
    {
        for (var round = 0; round < 8; round++)
        {
            var parent = await ParentAsync(100);
            var share = (await ShareAsync(parent, 50)).Id;
            var answers = await Task.WhenAll(
                host.Admin.PatchApiAsync($"/cost/quotas/{parent}", new { total_quota = 60 }),
                host.Admin.PatchApiAsync($"/cost/quotas/{share}", new { total_quota = 90 }));
            Assert.Single(answers, answer => answer.Status == HttpStatusCode.OK);
            Assert.Equal("total_quota", answers.Single(answer => answer.Status != HttpStatusCode.OK).Fields.Single());
        }
    }

    [Fact]
    public async Task Change_Allocations_MovesAmountsInOneStep()
    {
        var parent = await ParentAsync(100);
        var (a, b) = ((await ShareAsync(parent, 60)).Id, (await ShareAsync(parent, 40)).Id);

        var moved = await host.Admin.PatchApiAsync($"/cost/quotas/{parent}", new { allocations = new[] { new { quota_id = a, amount = 20 }, new { quota_id = b, amount = 80 } } });
        var beyond = await host.Admin.PatchApiAsync($"/cost/quotas/{parent}", new { allocations = new[] { new { quota_id = a, amount = 20.5m } } });
        var foreign = await host.Admin.PatchApiAsync($"/cost/quotas/{parent}", new { allocations = new[] { new { quota_id = parent, amount = 1 } } });
        var put = await host.Admin.CallAsync(HttpMethod.Put, $"/cost/quotas/{parent}", (await host.Admin.GetApiAsync($"/cost/quotas/{parent}")).Json.GetRawText());

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (moved.Status, put.Status));
        Assert.Equal((20m, 80m), (await TotalAsync(a), await TotalAsync(b)));
        Assert.Equal(("allocations", "allocations"), (beyond.Fields.Single(), foreign.Fields.Single()));
        Assert.Equal(2, (await host.Admin.GetApiAsync("/audit?action=budget.change")).Data.Count(row => row.GetProperty("subject_id").ToString() == a.ToString() || row.GetProperty("subject_id").ToString() == b.ToString()));
    }

    [Fact]
    public async Task Change_ThatBreaksAShare_IsRefusedByField()
    {
        var parent = await ParentAsync(100);
        var share = (await ShareAsync(parent, 50)).Id;
        Assert.Equal("period_type", (await host.Admin.PatchApiAsync($"/cost/quotas/{parent}", new { period_type = "weekly" })).Fields.Single());
        Assert.Equal("period_type", (await host.Admin.PatchApiAsync($"/cost/quotas/{share}", new { period_type = "weekly" })).Fields.Single());
        Assert.Equal("total_quota", (await host.Admin.PatchApiAsync($"/cost/quotas/{parent}", new { total_quota = 49.99m })).Fields.Single());
        Assert.Equal("parent_id", (await host.Admin.PatchApiAsync($"/cost/quotas/{parent}", new { parent_id = share })).Fields.Single());
        Assert.Equal("parent_id", (await host.Admin.PatchApiAsync($"/cost/quotas/{parent}", new { parent_id = parent })).Fields.Single());
        Assert.Equal("scope_id", (await host.Admin.PatchApiAsync($"/cost/quotas/{parent}", new { quota_type = "team", scope_id = await host.TeamAsync() })).Fields.Single());
        var (stranger, _) = await host.StrangerAsync();
        using (stranger)
            Assert.Equal("parent_id", (await stranger.PostApiAsync("/cost/quotas", new { quota_type = "organization", total_quota = 1, parent_id = parent })).Fields.Single());
    }

    [Fact]
    public async Task Create_ScopeOutsideTheParents_IsRefused_InsideAtAnyDepthIsTaken()
    {
        var department = (await host.Admin.PostApiAsync("/departments", new { name = "Research" })).Id;
        var team = (await host.Admin.PostApiAsync("/teams", new { name = "Vision", department_id = department })).Id;
        var project = (await host.Admin.PostApiAsync("/projects", new { name = "Lidar", team_id = team })).Id;
        var parent = (await host.Admin.PostApiAsync("/cost/quotas", new { quota_type = "department", scope_id = department, total_quota = 100, period_type = "monthly" })).Id;

        var inside = await host.Admin.PostApiAsync("/cost/quotas", new { quota_type = "project", scope_id = project, total_quota = 10, period_type = "monthly", parent_id = parent });
        var outside = await host.Admin.PostApiAsync("/cost/quotas", Draft(parent, await host.TeamAsync(), 10));
        var wider = await host.Admin.PostApiAsync("/cost/quotas", new { quota_type = "organization", total_quota = 10, period_type = "monthly", parent_id = parent });
        var period = await host.Admin.PostApiAsync("/cost/quotas", new { quota_type = "team", scope_id = team, total_quota = 10, period_type = "daily", parent_id = parent });

        var unit = await host.Admin.PostApiAsync("/cost/quotas", new { quota_type = "team", scope_id = team, total_quota = 10, unit = "tokens", period_type = "monthly", parent_id = parent });
        var ofOneModel = await host.Admin.PostApiAsync("/cost/quotas", new { quota_type = "team", scope_id = team, total_quota = 10, model = "m", period_type = "monthly", parent_id = parent });
        var ofAll = await host.Admin.PostApiAsync("/cost/quotas", new { quota_type = "project", scope_id = project, total_quota = 5, period_type = "monthly", parent_id = ofOneModel.Id });

        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.Created), (inside.Status, ofOneModel.Status));
        Assert.All(new[] { outside, wider, period, unit, ofAll }, answer => Assert.Equal((HttpStatusCode.BadRequest, "parent_id"), (answer.Status, answer.Fields.Single())));
    }

    [Fact]
    public async Task Remove_ParentOfShares_IsRefusedUntilTheyAreGoneOrFreed()
    {
        var parent = await ParentAsync(100);
        var (a, b) = ((await ShareAsync(parent, 60)).Id, (await ShareAsync(parent, 40)).Id);
        var refused = await host.Admin.DeleteApiAsync($"/cost/quotas/{parent}");
        await host.Admin.DeleteApiAsync($"/cost/quotas/{a}");
        var freed = await host.Admin.CallAsync(HttpMethod.Patch, $"/cost/quotas/{b}", """{"parent_id":null,"total_quota":400}""");

        Assert.Equal((HttpStatusCode.Conflict, "has_allocations"), (refused.Status, refused.Text("code")));
        Assert.Equal(HttpStatusCode.OK, freed.Status);
        Assert.Equal(HttpStatusCode.NoContent, (await host.Admin.DeleteApiAsync($"/cost/quotas/{parent}")).Status);
        Assert.Equal(400m, await TotalAsync(b));
    }

    private static object Draft(Guid parent, Guid team, decimal amount) => new { quota_type = "team", scope_id = team, total_quota = amount, period_type = "monthly", parent_id = parent };

    private async Task<ApiAnswer> ShareAsync(Guid parent, decimal amount) => await host.Admin.PostApiAsync("/cost/quotas", Draft(parent, await host.TeamAsync(), amount));

    private async Task<Guid> ParentAsync(decimal amount) =>
        (await host.Admin.PostApiAsync("/cost/quotas", new { quota_type = "organization", total_quota = amount, period_type = "monthly" })).Id;

    private async Task<decimal> TotalAsync(Guid id) => (await host.Admin.GetApiAsync($"/cost/quotas/{id}")).Json.GetProperty("total_quota").GetDecimal();
}
