using AiPortal.Tests.Api;
using AiPortal.Tests.Fixtures;

namespace AiPortal.Tests.Alerts;

/// <summary>However many writers cross a threshold at once, there is one alert for each threshold and arming.</summary>
public sealed class AlertRaceTests(PortalHost host) : IClassFixture<PortalHost>
{
    private const int Writers = 200;
    private static readonly int Rounds = Environment.GetEnvironmentVariable("AIPORTAL_LONG") == "1" ? 50 : 5;

    [Fact]
    public async Task Crossing_ByTwoHundredWritersAtOnce_RaisesOneAlertAThresholdAndArming()
    {
        for (var round = 0; round < Rounds; round++)
        {
            var team = await host.TeamAsync();
            var budget = await host.BudgetAsync(team, 1m);
            await host.SpendAsync(team, 0m);

            await AllAsync(team, 0.006m);
            Assert.Equal(Each(1), await host.ThresholdsAsync(budget));

            await host.Admin.PatchApiAsync($"/cost/quotas/{budget}", new { total_quota = 2 });
            await AllAsync(team, 0.02m, 50);
            Assert.Equal(Each(2), await host.ThresholdsAsync(budget));

            await host.Admin.PostApiAsync($"/cost/quotas/{budget}/reset", null);
            await AllAsync(team, 0.05m, 50);
            Assert.Equal(Each(3), await host.ThresholdsAsync(budget));
        }
    }

    private async Task AllAsync(Guid team, decimal cost, int writers = Writers)
    {
        // Each has a connection of its own, and the host, which has thirty in all, needs some: on a busy machine who waits for one gives up.
        using var lanes = new SemaphoreSlim(20);
        await Task.WhenAll(Enumerable.Range(0, writers).Select(async _ =>
        {
            await lanes.WaitAsync();
            try
            {
                await host.SpendAsync(team, cost);
            }
            finally
            {
                lanes.Release();
            }
        }));
    }

    private static Dictionary<decimal, int> Each(int count) => new() { [0.8m] = count, [0.95m] = count, [1m] = count };
}
