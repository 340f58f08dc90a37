using AiPortal.Core.Analytics.Planning;
using AiPortal.Core.Budgets;
using AiPortal.Tests.Api;
using AiPortal.Tests.Fixtures;
using AiPortal.Tests.Ledger;
using Microsoft.Extensions.DependencyInjection;

namespace AiPortal.Tests.Analytics.Planning;

/// <summary>The forecast of a budget as it is read: the pace from the rollups of its scope, what is taken from the budget.</summary>
public sealed class BudgetForecastReadTests(PortalHost host) : IClassFixture<PortalHost>
{
    [Theory]
    [InlineData("monthly")]
    [InlineData("yearly")]
    public async Task Reset_TakesWhatWasSpentOutOfTheForecast_AndLeavesThePace(string period)
    {
        var (team, now) = (await host.Admin.PostApiAsync("/teams", new { name = $"Paced {period}" }), TimeProvider.System.GetUtcNow());
        await host.Database.WriteAsync(host.OrganizationId, [.. Enumerable.Range(0, 10).Select(day => new ScriptedEntry(now.AddDays(-day), 10) { TeamId = team.Id })]);
        var budget = (await host.Admin.PostApiAsync("/cost/quotas", new { quota_type = "team", scope_id = team.Id, total_quota = 1_000_000, period_type = period })).Id;
        var (before, taken) = await ReadAsync(budget);

        await host.Admin.PostApiAsync($"/cost/quotas/{budget}/reset", null);

        var (after, left) = await ReadAsync(budget);
        Assert.True(taken >= 10);
        Assert.Equal((0m, BudgetFate.Lasts), (left, after.Fate));
        // The pace is some $10 a day; a moment has passed between the two.
        Assert.InRange(before.AtEnd!.Value - taken - after.AtEnd!.Value, 0, 0.1m);
    }

    private async Task<(BudgetForecast Forecast, decimal Taken)> ReadAsync(Guid id)
    {
        var reading = (await host.Services.GetRequiredService<BudgetList>().FindAsync(host.OrganizationId, id))!;
        var forecasts = await host.Services.GetRequiredService<BudgetForecasts>().ReadAsync(host.OrganizationId, [reading]);
        return (forecasts[id], reading.Main.View.Spent);
    }
}
