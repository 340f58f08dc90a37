using System.Net;
using System.Text.Json;
using AiPortal.Core.Ledger;
using AiPortal.Tests.Api;
using AiPortal.Tests.Fixtures;
using AiPortal.Tests.Ledger;
using Xunit;

namespace AiPortal.Tests.Analytics;

public sealed class DashboardApiTests(PortalHost host) : IClassFixture<PortalHost>
{
    [Fact]
    public async Task Dashboard_OfADay_SaysWhatTheRecordsSay()
    {
        var now = TimeProvider.System.GetUtcNow();
        var team = await host.Admin.PostApiAsync("/teams", new { name = "研发部" });
        var user = (await host.Admin.GetApiAsync("/me")).Id;
        await host.Database.WriteAsync(host.OrganizationId,
            new ScriptedEntry(now, 1.25m) { TeamId = team.Id, UserId = user, Model = "gpt-5.4", Units = (100, 50, 20, 10) },
            new ScriptedEntry(now, 0.75m) { TeamId = team.Id, UserId = user, Model = "gpt-5.4" },
            new ScriptedEntry(now, 0.000000000001m) { Model = "claude" },
            new ScriptedEntry(now, 2m) { Model = "disk", CostType = "storage", Units = (0, 0, 0, 0) },
            new ScriptedEntry(now, 0m) { Status = EntryStatus.Unknown, Unresolved = 7m, Units = (0, 0, 0, 0), Model = "claude" },
            new ScriptedEntry(now.AddYears(-2), 500m));
        await host.Admin.PostApiAsync("/cost/quotas", new { quota_type = "team", scope_id = team.Id, total_quota = 2 });
        await host.Admin.PostApiAsync("/cost/quotas", new { quota_type = "organization", total_quota = 4.5 });
        await host.Admin.PostApiAsync("/cost/quotas", new { quota_type = "organization", total_quota = 4000 });

        var answer = await host.Admin.GetApiAsync("/cost/dashboard");

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        var records = (await host.Admin.GetApiAsync("/cost/records?limit=500")).Data.Sum(record => record.GetProperty("total_cost").GetDecimal());
        Assert.Equal(4.000000000001m, records);
        Assert.Equal((records, records), (Money("total_cost_today"), Money("total_cost_this_month")));
        Assert.Equal((5, 420), (answer.Json.GetProperty("total_requests_today").GetInt64(), answer.Json.GetProperty("total_tokens_today").GetInt64()));
        Assert.Equal(0.8m, Money("avg_cost_per_request"));
        Assert.Equal((3, 1, 1, 4), (Count("active_quotas"), Count("exceeded_quotas"), Count("warning_quotas"), Count("active_alerts")));
        Assert.Equal(2m, answer.Json.GetProperty("cost_by_type").GetProperty("storage").GetDecimal());
        Assert.Equal(2.000000000001m, answer.Json.GetProperty("cost_by_type").GetProperty("ai_api").GetDecimal());
        Assert.Equal(records, Sum("daily_cost_trend"));
        foreach (var breakdown in new[] { "cost_by_user", "by_model", "by_team", "by_provider" }) Assert.Equal(records, Sum(breakdown));
        Assert.Equal("研发部", answer.Json.GetProperty("by_team")[0].GetProperty("name").GetString() is "unassigned" ? Name("by_team", 1) : Name("by_team", 0));
        Assert.Contains("gpt-5.4", answer.Json.GetProperty("by_model").EnumerateArray().Select(m => m.GetProperty("name").GetString()));
        Assert.Equal(30, answer.Json.GetProperty("daily_cost_trend").GetArrayLength());
        Assert.Equal(7m, answer.Json.GetProperty("live").GetProperty("unresolved_cost_this_month").GetDecimal());

        decimal Money(string member) => answer.Json.GetProperty(member).GetDecimal();
        int Count(string member) => answer.Json.GetProperty(member).GetInt32();
        decimal Sum(string member) => answer.Json.GetProperty(member).EnumerateArray().Sum(part => part.GetProperty("cost").GetDecimal());
        string? Name(string member, int i) => answer.Json.GetProperty(member)[i].GetProperty("name").GetString();
    }

    [Fact]
    public async Task Dashboard_OfAnEmptyOrganization_HasEveryMember()
    {
        var (stranger, _) = await host.StrangerAsync();
        using var client = stranger;

        var answer = await client.GetApiAsync("/cost/dashboard?days=7");

        foreach (var member in """
            total_cost_today total_cost_this_month total_cost_last_month cost_trend_percentage total_requests_today total_tokens_today avg_cost_per_request
            avg_cost_per_token active_quotas exceeded_quotas warning_quotas active_alerts
            """.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
            Assert.Equal(0m, answer.Json.GetProperty(member).GetDecimal());
        Assert.Equal(JsonValueKind.Object, answer.Json.GetProperty("cost_by_type").ValueKind);
        Assert.Empty(answer.Json.GetProperty("cost_by_user").EnumerateArray());
        Assert.Equal(7, answer.Json.GetProperty("daily_cost_trend").GetArrayLength());
        Assert.Matches(@"^\d{4}-\d\d-\d\d$", answer.Json.GetProperty("daily_cost_trend")[0].GetProperty("date").GetString());
        Assert.Equal(HttpStatusCode.BadRequest, (await client.GetApiAsync("/cost/dashboard?days=0")).Status);
    }
}
