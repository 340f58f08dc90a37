using AiPortal.Core.Analytics;
using AiPortal.Tests.Fixtures;
using AiPortal.Tests.Ui;
using Xunit;

namespace AiPortal.Tests.Analytics;

public sealed class SpendBoardTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    /// <summary>18:30 on November 20 in Shanghai.</summary>
    private static readonly DateTimeOffset Now = new(2026, 11, 20, 10, 30, 0, TimeSpan.Zero);

    private readonly WidgetClock _clock = new(Now);

    [Fact]
    public async Task Board_CutsDaysAndMonths_InTheOrganizationsZone()
    {
        var ledger = await new LedgerRows(database).InitializeAsync("Asia/Shanghai");
        await ledger.SpentAsync(Local(11, 20, 0, 0), 1);
        await ledger.SpentAsync(Local(11, 19, 23, 45), 2);
        await ledger.SpentAsync(Local(11, 19, 18, 15), 4);
        await ledger.SpentAsync(Local(11, 19, 18, 30), 8);
        await ledger.SpentAsync(Local(11, 1, 0, 0), 16);
        await ledger.SpentAsync(Local(10, 31, 23, 45), 32);
        await ledger.SpentAsync(Local(10, 20, 18, 15), 64);
        await ledger.SpentAsync(Local(10, 20, 18, 30), 128);
        await ledger.SpentAsync(Local(9, 30, 23, 45), 256);

        var board = await new SpendBoards(ledger.Tenants, _clock).ReadAsync(ledger.Id, 30);

        Assert.Equal(new DateOnly(2026, 11, 20), board.TodayOn);
        Assert.Equal(1, board.Today.Cost);
        Assert.Equal(4, board.YesterdayToTime.Cost);
        Assert.Equal(31, board.ThisMonth.Cost);
        Assert.Equal(64, board.LastMonthToDate.Cost);
        Assert.Equal((new DateOnly(2026, 10, 1), new DateOnly(2026, 10, 20)), board.LastMonthDates);
        Assert.Equal(30, board.Days.Count);
        Assert.Equal((new DateOnly(2026, 10, 22), new DateOnly(2026, 11, 20)), (board.Days[0].Date, board.Days[^1].Date));
        Assert.Equal(14, board.Days[^2].Sum.Cost);
        Assert.Equal(63, board.Shown.Cost);
        Assert.Equal(board.Shown, board.Days.Aggregate(default(SpendSum), (sum, day) => sum + day.Sum));
    }

    [Fact]
    public async Task Board_AgreesWithTheOverview_InAMonthWithAClockChange()
    {
        var clock = new WidgetClock(new DateTimeOffset(2026, 11, 2, 16, 0, 0, TimeSpan.Zero));
        var ledger = await new LedgerRows(database).InitializeAsync("America/New_York");
        for (var at = new DateTimeOffset(2026, 9, 28, 0, 0, 0, TimeSpan.Zero); at < clock.GetUtcNow(); at = at.AddHours(5.25))
            await ledger.SpentAsync(at, 1);

        var board = await new SpendBoards(ledger.Tenants, clock).ReadAsync(ledger.Id, 30);
        var overview = await new SpendOverview(ledger.Tenants, clock).ReadAsync(ledger.Id, 30);

        Assert.Equal(overview.Today, board.Today);
        Assert.Equal(overview.ThisMonth, board.ThisMonth);
        Assert.Equal(overview.LastMonthToDate, board.LastMonthToDate);
        Assert.Equal(overview.Days, board.Days);
    }

    [Fact]
    public async Task Parts_AddUpToTheWhole_AndHaveNames()
    {
        var ledger = await new LedgerRows(database).InitializeAsync("UTC");
        var stranger = await new LedgerRows(database).InitializeAsync("UTC");
        await stranger.SpentAsync(Now, 1000);
        await ledger.SpentAsync(Now.AddDays(-1), 1.000000000001m, ledger.Research.Id);
        await ledger.SpentAsync(Now, 2, ledger.Support.Id, "o3", account: false, unresolved: 5);
        await ledger.SpentAsync(Now, 0.5m, model: "gpt-4o-mini");

        var board = await new SpendBoards(ledger.Tenants, _clock).ReadAsync(ledger.Id, 90);

        Assert.Equal(new SpendSum(3.500000000001m, 3, 360, 5, 0), board.Shown);
        Assert.Equal(["o3", "gpt-4o", "gpt-4o-mini"], board.Models.Select(model => model.Name));
        Assert.Equal(1.000000000001m, board.Models[1].Daily[^2]);
        Assert.All(board.Models, model => Assert.Equal(model.Sum.Cost, model.Daily.Sum()));
        Assert.Equal([(ledger.Support.Id, "Support"), (ledger.Research.Id, "研发部"), (null, null)], board.Teams.Select(team => (team.Id, team.Name)));
        Assert.Equal([((Guid?)null, "As it was called"), (ledger.Account.Id, "OpenAI main")], board.Providers.Select(provider => (provider.Id, provider.Name!)));
        Assert.Equal(board.Shown.Cost, board.Teams.Sum(team => team.Cost));
        Assert.Equal(board.Shown.Tokens, board.Providers.Sum(provider => provider.Tokens));
    }

    private static DateTimeOffset Local(int month, int day, int hour, int minute) => new(2026, month, day, hour, minute, 0, TimeSpan.FromHours(8));
}
