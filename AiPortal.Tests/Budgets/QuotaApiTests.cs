using System.Net;
using System.Text.Json;
using AiPortal.Core.Budgets;
using AiPortal.Core.Data;
using AiPortal.Core.Ledger;
using AiPortal.Core.Money;
using AiPortal.Tests.Api;
using AiPortal.Tests.Fixtures;
using AiPortal.Tests.Ledger;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace AiPortal.Tests.Budgets;

public sealed class QuotaApiTests(PortalHost host) : IClassFixture<PortalHost>
{
    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    [Fact]
    public async Task Create_InMidPeriod_StartsWithWhatTheLedgerHas()
    {
        var (team, other) = (await TeamAsync(), await TeamAsync());
        var now = Now;
        var lastMonth = new DateTimeOffset(now.Year, now.Month, 1, 0, 0, 0, TimeSpan.Zero).AddDays(-1);
        await host.Database.WriteAsync(host.OrganizationId,
            new ScriptedEntry(now, 85m) { TeamId = team },
            new ScriptedEntry(now, 0m) { TeamId = team, Unresolved = 5m, Status = EntryStatus.Unknown },
            new ScriptedEntry(now, 40m) { TeamId = other },
            new ScriptedEntry(lastMonth, 1000m) { TeamId = team });

        var made = await host.Admin.PostApiAsync("/cost/quotas", new { name = "Team", quota_type = "team", scope_id = team, total_quota = 100, period_type = "monthly" });

        Assert.Equal(HttpStatusCode.Created, made.Status);
        Assert.Equal((85m, 5m, 0m, 10m, 85m), (Amount(made, "used_quota"), Amount(made, "unknown_quota"), Amount(made, "held_quota"), Amount(made, "remaining_quota"), Amount(made, "usage_percentage")));
        Assert.Equal((true, false, false), (Flag(made, "is_warning"), Flag(made, "is_critical"), Flag(made, "is_exceeded")));
        var start = new DateTimeOffset(now.Year, now.Month, 1, 0, 0, 0, TimeSpan.Zero);
        Assert.Equal($"{start:yyyy-MM-dd}T00:00:00Z", made.Text("period_start"));
        Assert.Equal($"{start.AddMonths(1).AddDays(-1):yyyy-MM-dd}T23:59:59Z", made.Text("period_end"));
    }

    [Fact]
    public async Task Change_NewDailyLimit_IsCountedFromTheLedgerToo()
    {
        var team = await TeamAsync();
        await host.Database.WriteAsync(host.OrganizationId, new ScriptedEntry(Now, 2m) { TeamId = team });
        var made = await host.Admin.PostApiAsync("/cost/quotas", new { quota_type = "team", scope_id = team, total_quota = 100, period_type = "total" });

        var changed = await host.Admin.PatchApiAsync($"/cost/quotas/{made.Id}", new { daily_limit = 2 });

        var limits = changed.Json.GetProperty("limits").EnumerateArray().ToDictionary(l => l.GetProperty("period_type").GetString()!, l => l.GetProperty("used").GetDecimal());
        Assert.Equal(new Dictionary<string, decimal> { ["total"] = 2m, ["daily"] = 2m }, limits);
        Assert.True(Flag(changed, "is_exceeded"));
    }

    [Fact]
    public async Task Preview_TriesTheBudgetOnWhatWasSpent_AndSavesNothing()
    {
        var team = await TeamAsync();
        await host.Database.WriteAsync(host.OrganizationId, new ScriptedEntry(Now, 6m) { TeamId = team }, new ScriptedEntry(Now, 7m) { TeamId = team });

        var tried = await host.Admin.PostApiAsync("/cost/quotas/preview", new { quota_type = "team", scope_id = team, total_quota = 10, action = "block" });

        Assert.Equal(HttpStatusCode.OK, tried.Status);
        Assert.Equal((13m, 1m, 1m, 1m), (Amount(tried, "spent"), Amount(tried, "calls_beyond"), Amount(tried, "blocked_calls"), Amount(tried, "days_beyond")));
        Assert.Empty((await host.Admin.GetApiAsync($"/cost/quotas?scope_id={team}&quota_type=team")).Json.GetProperty("data").EnumerateArray());
        var refused = await host.Admin.PostApiAsync("/cost/quotas/preview", new { quota_type = "team", scope_id = team, total_quota = 0 });
        Assert.Equal(HttpStatusCode.BadRequest, refused.Status);
        Assert.True(refused.Json.GetProperty("errors").TryGetProperty("total_quota", out _));
    }

    [Fact]
    public async Task Reset_BeginsThePeriodAnew()
    {
        var team = await TeamAsync();
        await host.Database.WriteAsync(host.OrganizationId, new ScriptedEntry(Now, 3m) { TeamId = team });
        var made = await host.Admin.PostApiAsync("/cost/quotas", new { quota_type = "team", scope_id = team, total_quota = 10 });
        Assert.Equal(3m, Amount(made, "used_quota"));

        var reset = await host.Admin.PostApiAsync($"/cost/quotas/{made.Id}/reset", null);
        var read = await host.Admin.GetApiAsync($"/cost/quotas/{made.Id}");
        await AddAsync(Entry(Now, 0.5m, team));
        await AddAsync(Entry(Now.AddMinutes(-1), 4m, team)); // began before the reset, came late
        var later = await host.Admin.GetApiAsync($"/cost/quotas/{made.Id}");

        Assert.Equal((0m, 10m), (Amount(reset, "used_quota"), Amount(read, "remaining_quota")));
        Assert.Equal(0.5m, Amount(later, "used_quota"));
    }

    [Fact]
    public async Task Read_WhileACallIsInFlight_ShowsWhatItHolds()
    {
        var team = await TeamAsync();
        await host.Database.WriteAsync(host.OrganizationId, new ScriptedEntry(Now, 3m) { TeamId = team });
        var made = await host.Admin.PostApiAsync("/cost/quotas", new { quota_type = "team", scope_id = team, total_quota = 10, hold = "strict" });
        var lines = BudgetLine.Of(new Budget { Id = made.Id, OrganizationId = host.OrganizationId, Name = "", QuotaType = QuotaType.Team, ScopeId = team, TotalQuota = 10, Hold = HoldKind.Strict });
        var book = host.Services.GetRequiredService<BudgetBook>();

        var hold = (await book.HoldAsync(lines, OrganizationCalendar.Utc, Now, new CallAmounts(1.5m, 1m))).Hold;
        Assert.NotNull(hold);
        var during = await host.Admin.GetApiAsync($"/cost/quotas/{made.Id}");
        await host.Admin.PostApiAsync($"/cost/quotas/{made.Id}/reset", null);
        var reset = await host.Admin.GetApiAsync($"/cost/quotas/{made.Id}");
        hold.Release();
        var after = await host.Admin.GetApiAsync($"/cost/quotas/{made.Id}");

        Assert.Equal((3m, 1.5m, 5.5m), (Amount(during, "used_quota"), Amount(during, "held_quota"), Amount(during, "remaining_quota")));
        Assert.Equal((0m, 1.5m, 8.5m), (Amount(reset, "used_quota"), Amount(reset, "held_quota"), Amount(reset, "remaining_quota")));
        Assert.Equal((0m, 0m, 10m), (Amount(after, "used_quota"), Amount(after, "held_quota"), Amount(after, "remaining_quota")));
    }

    [Fact]
    public async Task Create_WhileTheLedgerIsWritten_CountsEveryEntryOnce()
    {
        var team = await TeamAsync();
        var writing = Enumerable.Range(0, 40).Select(_ => AddAsync(Entry(Now, 0.01m, team))).ToList();
        var making = Enumerable.Range(0, 6).Select(_ => host.Admin.PostApiAsync("/cost/quotas", new { quota_type = "team", scope_id = team, total_quota = 10 })).ToList();
        await Task.WhenAll(writing);
        var made = await Task.WhenAll(making);

        foreach (var budget in made) Assert.Equal(0.4m, Amount(await host.Admin.GetApiAsync($"/cost/quotas/{budget.Id}"), "used_quota"));
    }

    [Fact]
    public async Task Put_WhatWasRead_ChangesNothing()
    {
        var made = await host.Admin.PostApiAsync("/cost/quotas", new
        {
            name = "All",
            quota_type = "organization",
            total_quota = 1000.000000000001m,
            period_type = "quarterly",
            daily_limit = 20,
            hourly_limit = 5,
            warning_threshold = 0.5,
            critical_threshold = 0.75,
            action = "alert",
            hold = "strict",
        });
        Assert.Equal(host.OrganizationId, made.Json.GetProperty("scope_id").GetGuid());
        var read = await host.Admin.GetApiAsync($"/cost/quotas/{made.Id}");
        var put = await host.Admin.CallAsync(HttpMethod.Put, $"/cost/quotas/{made.Id}", read.Json.GetRawText());
        Assert.Equal(HttpStatusCode.OK, put.Status);
        Assert.Equal(Without(read.Json, "updated_at"), Without(put.Json, "updated_at"));
    }

    [Theory]
    [InlineData("""{"quota_type":"organization","total_quota":0}""", "total_quota")]
    [InlineData("""{"quota_type":"organization","total_quota":"5"}""", "total_quota")]
    [InlineData("""{"quota_type":"organization"}""", "total_quota")]
    [InlineData("""{"quota_type":"organization","total_quota":1.0000000000001}""", "total_quota")]
    [InlineData("""{"quota_type":"galaxy","total_quota":5}""", "quota_type")]
    [InlineData("""{"quota_type":"team","total_quota":5}""", "scope_id")]
    [InlineData("""{"quota_type":"organization","total_quota":5,"period_type":"lunar"}""", "period_type")]
    [InlineData("""{"quota_type":"organization","total_quota":5,"daily_limit":6}""", "daily_limit")]
    [InlineData("""{"quota_type":"organization","total_quota":5,"daily_limit":2,"hourly_limit":3}""", "hourly_limit")]
    [InlineData("""{"quota_type":"organization","total_quota":5,"warning_threshold":0}""", "warning_threshold")]
    [InlineData("""{"quota_type":"organization","total_quota":5,"warning_threshold":0.9,"critical_threshold":0.8}""", "critical_threshold")]
    [InlineData("""{"quota_type":"organization","total_quota":5,"critical_threshold":1.1}""", "critical_threshold")]
    [InlineData("""{"quota_type":"organization","total_quota":5,"action":"downgrade"}""", "downgrade_model")]
    [InlineData("""{"quota_type":"organization","total_quota":5,"action":"shrug"}""", "action")]
    [InlineData("""{"quota_type":"organization","total_quota":5,"hold":"loose"}""", "hold")]
    [InlineData("""{"quota_type":"organization","total_quota":5,"parent_id":"0199f1c2-7a10-7c3e-9b1f-3f0a5d1e2c4b"}""", "parent_id")]
    [InlineData("""{"quota_type":"organization","total_quota":5,"allocations":[{"quota_id":"0199f1c2-7a10-7c3e-9b1f-3f0a5d1e2c4b","amount":1}]}""", "allocations")]
    [InlineData("""{"quota_type":"organization","total_quota":5,"allocations":[{"quota_id":"0199f1c2-7a10-7c3e-9b1f-3f0a5d1e2c4b"}]}""", "allocations[0].amount")]
    [InlineData("""{"quota_type":"organization","total_qouta":5,"total_quota":5}""", "total_qouta")]
    public async Task Create_BadMember_IsRefusedByName(string body, string field)
    {
        var answer = await host.Admin.PostApiAsync("/cost/quotas", body);
        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Contains(field, answer.Fields);
    }

    [Theory]
    [InlineData("""{"quota_type":"organization","total_quota":5,"action":"downgrade","downgrade_model":"small"}""", "downgrade")]
    [InlineData("""{"quota_type":"organization","total_quota":5,"action":"approval"}""", "approval")]
    public async Task Create_EachAction_IsTaken(string body, string action) =>
        Assert.Equal(action, (await host.Admin.PostApiAsync("/cost/quotas", body)).Text("action"));

    [Theory]
    [InlineData("department", "/departments")]
    [InlineData("team", "/teams")]
    [InlineData("project", "/projects")]
    [InlineData("cost_center", "/cost-centers")]
    [InlineData("environment", "/environments")]
    public async Task Create_OverEachPartOfTheOrganization_IsTakenAndForeignOnesAreNotFound(string type, string path)
    {
        var part = await host.Admin.PostApiAsync(path, new { name = "Budgeted " + type });
        var (stranger, _) = await host.StrangerAsync();
        using var client = stranger;

        var made = await host.Admin.PostApiAsync("/cost/quotas", new { quota_type = type, scope_id = part.Id, total_quota = 5 });
        var foreign = await client.PostApiAsync("/cost/quotas", new { quota_type = type, scope_id = part.Id, total_quota = 5 });

        Assert.Equal(HttpStatusCode.Created, made.Status);
        Assert.Equal((HttpStatusCode.NotFound, "scope_id"), (foreign.Status, foreign.Fields.Single()));
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetApiAsync($"/cost/quotas/{made.Id}")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await client.PostApiAsync($"/cost/quotas/{made.Id}/reset", null)).Status);
        Assert.Empty((await client.GetApiAsync("/cost/quotas")).Data);
    }

    [Fact]
    public async Task Remove_Budget_IsGone()
    {
        var made = await host.Admin.PostApiAsync("/cost/quotas", new { quota_type = "organization", total_quota = 5 });
        Assert.Equal(HttpStatusCode.NoContent, (await host.Admin.DeleteApiAsync($"/cost/quotas/{made.Id}")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await host.Admin.GetApiAsync($"/cost/quotas/{made.Id}")).Status);
    }

    private async Task<Guid> TeamAsync() => (await host.Admin.PostApiAsync("/teams", new { name = "T" + Ids.New(TimeProvider.System) })).Id;

    private LedgerEntry Entry(DateTimeOffset at, decimal cost, Guid team) => new()
    {
        Id = Ids.New(TimeProvider.System),
        OrganizationId = host.OrganizationId,
        StartedAt = at,
        CreatedAt = at,
        RequestId = Ids.New(TimeProvider.System),
        Attempt = 1,
        Final = true,
        TeamId = team,
        ProviderName = "openai-main",
        ModelName = "gpt-5.4",
        RequestType = "chat",
        CostType = "ai_api",
        InputCost = cost,
        TotalCost = cost,
    };

    private async Task AddAsync(LedgerEntry entry)
    {
        var book = host.Services.GetRequiredService<LedgerBook>();
        await using var connection = await host.Database.Portal.System.OpenConnectionAsync();
        await book.PrepareAsync(connection, [entry.StartedAt], CancellationToken.None);
        await using var transaction = await connection.BeginTransactionAsync();
        var result = await book.AddAsync(connection, [entry], [], CancellationToken.None);
        await transaction.CommitAsync();
        result.Committed();
    }

    private static decimal Amount(ApiAnswer answer, string member) => answer.Json.GetProperty(member).GetDecimal();

    private static bool Flag(ApiAnswer answer, string member) => answer.Json.GetProperty(member).GetBoolean();

    private static string Without(JsonElement json, string member) =>
        string.Join("\n", json.EnumerateObject().Where(m => m.Name != member).Select(m => m.ToString()));
}
