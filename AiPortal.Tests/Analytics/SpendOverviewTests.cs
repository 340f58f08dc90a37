using AiPortal.Core.Analytics;
using AiPortal.Core.Data;
using AiPortal.Core.Tenancy;
using AiPortal.Tests.Fixtures;
using AiPortal.Tests.Ledger;
using Xunit;

namespace AiPortal.Tests.Analytics;

public sealed class SpendOverviewTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Fact]
    public async Task Days_AcrossTheEndOfSummerTime_BeginAtLocalMidnight()
    {
        // New York leaves summer time on 1 November 2026 at 06:00 UTC: that day has 25 hours.
        var organization = await OrganizationAsync("America/New_York");
        await database.WriteAsync(organization,
            Cost("2026-11-01T03:59:00Z", 1), // 31 October, 23:59
            Cost("2026-11-01T04:00:00Z", 10), // 1 November, 00:00
            Cost("2026-11-01T05:30:00Z", 20), // 01:30 the first time
            Cost("2026-11-01T06:30:00Z", 40), // 01:30 the second time
            Cost("2026-11-02T04:59:00Z", 80), // 23:59
            Cost("2026-11-02T05:00:00Z", 100)); // 2 November, 00:00

        var spend = await ReadAsync(organization, "2026-11-02T12:00:00Z", days: 3);

        Assert.Equal([(new DateOnly(2026, 10, 31), 1m), (new DateOnly(2026, 11, 1), 150m), (new DateOnly(2026, 11, 2), 100m)],
            spend.Days.Select(day => (day.Date, day.Sum.Cost)));
        Assert.Equal((100m, 250m, 1m), (spend.Today.Cost, spend.ThisMonth.Cost, spend.LastMonth.Cost));
    }

    [Fact]
    public async Task Days_AcrossTheBeginningOfSummerTime_BeginAtLocalMidnight()
    {
        // Berlin enters it on 29 March 2026 at 01:00 UTC: that day has 23 hours.
        var organization = await OrganizationAsync("Europe/Berlin");
        await database.WriteAsync(organization,
            Cost("2026-03-28T22:59:00Z", 1),
            Cost("2026-03-28T23:00:00Z", 10),
            Cost("2026-03-29T21:59:00Z", 20),
            Cost("2026-03-29T22:00:00Z", 100));

        var spend = await ReadAsync(organization, "2026-03-30T12:00:00Z", days: 3);

        Assert.Equal([1m, 30m, 100m], spend.Days.Select(day => day.Sum.Cost));
    }

    [Fact]
    public async Task LastMonth_ToDate_EndsAtTheSameDistanceFromItsBeginning()
    {
        var organization = await OrganizationAsync("Asia/Shanghai");
        await database.WriteAsync(organization,
            Cost("2026-09-30T16:00:00Z", 1), // 1 October, 00:00
            Cost("2026-10-10T03:45:00Z", 10), // 10 October, 11:45
            Cost("2026-10-10T04:00:00Z", 20), // 10 October, 12:00
            Cost("2026-10-31T15:59:00Z", 40), // 31 October, 23:59
            Cost("2026-10-31T16:00:00Z", 22)); // 1 November, 00:00

        var spend = await ReadAsync(organization, "2026-11-10T04:00:00Z", days: 1);

        Assert.Equal((22m, 71m, 11m), (spend.ThisMonth.Cost, spend.LastMonth.Cost, spend.LastMonthToDate.Cost));
        Assert.Equal(100m, Spend.Change(spend.ThisMonth.Cost, spend.LastMonthToDate.Cost));
    }

    [Fact]
    public async Task Breakdown_DeletedTeam_KeepsItsName()
    {
        var organization = await OrganizationAsync("UTC");
        var team = new Team { Name = "Dissolved", OrganizationId = organization, DeletedAt = TimeProvider.System.GetUtcNow() };
        await using (var db = database.Portal.OpenSystem())
        {
            db.Add(team);
            await db.SaveChangesAsync();
        }

        await database.WriteAsync(organization, Cost("2026-11-05T00:00:00Z", 3) with { TeamId = team.Id }, Cost("2026-11-05T00:00:00Z", 1));

        var spend = await ReadAsync(organization, "2026-11-10T04:00:00Z", days: 1);

        Assert.Equal([("Dissolved", 3m), (null, 1m)], spend.By(Dimension.Team).Select(share => (share.Name, share.Cost)));
    }

    private static ScriptedEntry Cost(string at, decimal cost) => new(DateTimeOffset.Parse(at, System.Globalization.CultureInfo.InvariantCulture), cost);

    private Task<Spend> ReadAsync(Guid organization, string now, int days) =>
        new SpendOverview(new TenantDb(database.Portal), new StoppedClock(DateTimeOffset.Parse(now, System.Globalization.CultureInfo.InvariantCulture))).ReadAsync(organization, days);

    private async Task<Guid> OrganizationAsync(string zone)
    {
        await using var db = database.Portal.OpenSystem();
        var organization = new Organization { Id = Ids.New(TimeProvider.System), Name = zone, TimeZone = zone };
        organization.OrganizationId = organization.Id;
        db.Add(organization);
        await db.SaveChangesAsync();
        return organization.Id;
    }

    private sealed class StoppedClock(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
