using System.Net;
using AiPortal.Core.Data;
using AiPortal.Tests.Api;
using AiPortal.Tests.Fixtures;

namespace AiPortal.Tests.Alerts;

public sealed class AlertApiTests(PortalHost host) : IClassFixture<PortalHost>
{
    [Fact]
    public async Task Crossing_OneThresholdAfterTheOther_SaysWhatHappened()
    {
        var team = await host.TeamAsync();
        var budget = await host.BudgetAsync(team, 10m, "monthly");

        await host.SpendAsync(team, 7.99m);
        Assert.Empty(await host.AlertsAsync(budget));
        await host.SpendAsync(team, 0.01m);
        var warning = Assert.Single(await host.AlertsAsync(budget));
        await host.SpendAsync(team, 2m);

        Assert.Equal(("quota_warning", "warning", "active"), (warning.GetProperty("type").GetString(), warning.GetProperty("severity").GetString(), warning.GetProperty("status").GetString()));
        Assert.Equal((0.8m, 10m, 8m), (warning.GetProperty("threshold").GetDecimal(), warning.GetProperty("limit").GetDecimal(), warning.GetProperty("used").GetDecimal()));
        Assert.Contains("8.00 USD of 10.00 USD (80 %)", warning.GetProperty("message").GetString(), StringComparison.Ordinal);
        var all = await host.AlertsAsync(budget);
        Assert.Equal([1m, 0.95m, 0.8m], all.Select(alert => alert.GetProperty("threshold").GetDecimal()).OrderDescending());
        Assert.All(all.Where(alert => alert.GetProperty("threshold").GetDecimal() > 0.8m), alert => Assert.Equal("quota_exceeded", alert.GetProperty("type").GetString()));
    }

    [Fact]
    public async Task Transaction_RolledBackOrWrittenTwice_RaisesNoneOrOne()
    {
        var team = await host.TeamAsync();
        var budget = await host.BudgetAsync(team, 1m);
        var entry = Ids.New(TimeProvider.System);
        var at = TimeProvider.System.GetUtcNow();

        await host.SpendAsync(team, 0.85m, at, commit: false, entry);
        Assert.Empty(await host.AlertsAsync(budget));
        await host.SpendAsync(team, 0.85m, at, commit: true, entry);
        await host.SpendAsync(team, 0.85m, at, commit: true, entry);

        Assert.Equal(new Dictionary<decimal, int> { [0.8m] = 1 }, await host.ThresholdsAsync(budget));
    }

    [Fact]
    public async Task Period_ThatIsNew_RaisesItsOwn()
    {
        var team = await host.TeamAsync();
        var budget = await host.BudgetAsync(team, 1m, "hourly");
        var now = TimeProvider.System.GetUtcNow();

        await host.SpendAsync(team, 0.9m, now.AddHours(-1));
        await host.SpendAsync(team, 0.9m, now);

        Assert.Equal(new Dictionary<decimal, int> { [0.8m] = 2 }, await host.ThresholdsAsync(budget));
        Assert.Equal(2, (await host.AlertsAsync(budget)).Select(alert => alert.GetProperty("period_start").GetString()).Distinct().Count());
    }

    [Fact]
    public async Task Budget_LoweredRaisedOrRemoved_RaisesAndResolvesAtOnce()
    {
        var team = await host.TeamAsync();
        var budget = await host.BudgetAsync(team, 10m);
        await host.SpendAsync(team, 5m);
        Assert.Empty(await host.AlertsAsync(budget));

        await host.Admin.PatchApiAsync($"/cost/quotas/{budget}", new { total_quota = 6 });
        Assert.Equal(new Dictionary<decimal, int> { [0.8m] = 1 }, await host.ThresholdsAsync(budget));
        // Still passed: the alert stands, and no second one comes.
        await host.Admin.PatchApiAsync($"/cost/quotas/{budget}", new { total_quota = 6.1 });
        Assert.Equal("active", Assert.Single(await host.AlertsAsync(budget)).GetProperty("status").GetString());
        await host.Admin.PatchApiAsync($"/cost/quotas/{budget}", new { total_quota = 20 });
        var resolved = Assert.Single(await host.AlertsAsync(budget));
        Assert.True(resolved.GetProperty("is_resolved").GetBoolean());
        Assert.NotNull(resolved.GetProperty("rearmed_at").GetString());
        await host.Admin.PatchApiAsync($"/cost/quotas/{budget}", new { total_quota = 6 });
        await host.Admin.DeleteApiAsync($"/cost/quotas/{budget}");

        Assert.Equal(["resolved", "resolved"], (await host.AlertsAsync(budget)).Select(alert => alert.GetProperty("status").GetString()!));
    }

    [Fact]
    public async Task Resolve_Alert_LeavesTheDashboardAndRaisesNoSecond()
    {
        var team = await host.TeamAsync();
        var budget = await host.BudgetAsync(team, 1m);
        var before = await ActiveAsync();
        await host.SpendAsync(team, 0.85m);
        Assert.Equal(before + 1, await ActiveAsync());
        var alert = Assert.Single(await host.AlertsAsync(budget)).GetProperty("id").GetString();

        var read = await host.Admin.PostApiAsync($"/cost/alerts/{alert}/read", null);
        var resolved = await host.Admin.PostApiAsync($"/cost/alerts/{alert}/resolve", null);
        await host.SpendAsync(team, 0.01m);

        Assert.Equal((true, "active"), (read.Json.GetProperty("is_read").GetBoolean(), read.Text("status")));
        Assert.Equal(("resolved", read.Text("read_at")), (resolved.Text("status"), resolved.Text("read_at")));
        Assert.Single(await host.AlertsAsync(budget));
        Assert.Equal(before, await ActiveAsync());
        Assert.Empty((await host.Admin.GetApiAsync($"/cost/alerts?status=active&quota_id={budget}")).Data);
        Assert.Single((await host.Admin.GetApiAsync($"/cost/alerts?status=resolved&type=quota_warning&severity=warning&read=true&quota_id={budget}")).Data);
        Assert.Equal(HttpStatusCode.BadRequest, (await host.Admin.GetApiAsync("/cost/alerts?status=gone")).Status);
    }

    [Fact]
    public async Task Alert_OfAnotherOrganization_DoesNotExist()
    {
        var team = await host.TeamAsync();
        var budget = await host.BudgetAsync(team, 1m);
        await host.SpendAsync(team, 0.85m);
        var alert = Assert.Single(await host.AlertsAsync(budget)).GetProperty("id").GetString();
        var (stranger, _) = await host.StrangerAsync();
        using var client = stranger;

        Assert.Empty((await client.GetApiAsync("/cost/alerts")).Data);
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetApiAsync($"/cost/alerts/{alert}")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await client.PostApiAsync($"/cost/alerts/{alert}/resolve", null)).Status);
    }

    private async Task<int> ActiveAsync() => (await host.Admin.GetApiAsync("/cost/dashboard")).Json.GetProperty("active_alerts").GetInt32();
}
