using System.Net;
using AiPortal.Core.Data;
using AiPortal.Tests.Api;
using AiPortal.Tests.Fixtures;

namespace AiPortal.Tests.Analytics;

public sealed class AnalyticsEndpointTests(PortalHost host) : IClassFixture<PortalHost>
{
    [Theory]
    [InlineData("session", "s1")]
    [InlineData("workflow", "w1")]
    [InlineData("account", "a1")]
    [InlineData("tag:feature", "search")]
    [InlineData("type", "storage")]
    [InlineData("model", "disk")]
    public async Task GroupBy_SumsWhatWasLabelled(string by, string name)
    {
        var own = (await host.Admin.PostApiAsync("/organizations", new { name = "Labelled " + Ids.New(TimeProvider.System) })).Id;
        await ImportAsync(own, 1.5m, new { session = "s1", workflow = "w1", account = "a1" }, "storage", "disk");
        await ImportAsync(own, 0.5m, new { session = "s1", workflow = "w1", account = "a1" }, "storage", "disk");
        await ImportAsync(own, 4m, null, "bandwidth", "egress");

        var answer = await host.Admin.GetApiAsync($"/cost/analytics?organization_id={own}&group_by={Uri.EscapeDataString(by)}");

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal(6m, answer.Json.GetProperty("summary").GetProperty("total_cost").GetDecimal());
        var groups = answer.Json.GetProperty("groups").EnumerateArray().Select(g => (g.GetProperty("name").GetString(), g.GetProperty("cost").GetDecimal(), g.GetProperty("requests").GetInt32())).ToList();
        Assert.Equal(2, groups.Count);
        Assert.Contains((name, 2m, 2), groups);
        Assert.Equal(6m, groups.Sum(g => g.Item2));
    }

    [Theory]
    [InlineData("group_by=moon", "group_by")]
    [InlineData("from=2026-10-02T00:00:00Z&to=2026-10-01T00:00:00Z", "to")]
    [InlineData("from=2020-10-02T00:00:00Z", "from")]
    public async Task BadQuery_IsRefusedByName(string query, string field) =>
        Assert.Equal([field], (await host.Admin.GetApiAsync("/cost/analytics?" + query)).Fields);

    private async Task ImportAsync(Guid organization, decimal cost, dynamic? labels, string type, string model)
    {
        var answer = await host.Admin.PostApiAsync("/cost/records", new
        {
            organization_id = organization,
            external_id = Ids.New(TimeProvider.System),
            model,
            cost,
            cost_type = type,
            session_id = (string?)labels?.session,
            workflow_id = (string?)labels?.workflow,
            account_id = (string?)labels?.account,
            tags = labels is null ? null : new { feature = "search" },
        });
        Assert.Equal(HttpStatusCode.Created, answer.Status);
    }
}
