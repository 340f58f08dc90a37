using AiPortal.Core.Budgets;
using AiPortal.Core.Ledger.Journals;
using AiPortal.Tests.Fixtures;
using AiPortal.Tests.Ledger.Journals;
using Xunit;

namespace AiPortal.Tests.Ledger;

public sealed class LedgerOutageTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Fact]
    public async Task Writer_DatabaseAwayAndMemoryFull_WritesAllOnceAfterwards()
    {
        await using var rig = await LedgerRig.StartAsync(database, queueCapacity: 50);
        await rig.AddBudgetAsync(QuotaType.Organization, rig.OrganizationId);
        for (var i = 0; i < 100; i++)
            rig.Call(i);
        await database.CutAsync();
        for (var i = 100; i < 700; i++)
            rig.Call(i);
        await JournalSamples.UntilAsync(() => rig.Writer.State.FailingSince is not null);
        await database.RestoreAsync();
        await rig.UntilWrittenAsync(700);
        await rig.StopAsync();

        Assert.Null(rig.Writer.State.FailingSince);
        Assert.Equal((700, 700), (await rig.EntriesAsync(), await rig.CallsAsync()));
        Assert.Equal(0, rig.Journal.State.EntriesUndrained);
        await rig.AssertVerifiedAsync();
    }

    [Fact]
    public async Task Writer_DatabaseAwayAtStop_LeavesTheRestToTheNextStart()
    {
        await using var rig = await LedgerRig.StartAsync(database);
        await database.CutAsync();
        for (var i = 0; i < 80; i++)
            rig.Call(i);
        using (var patience = new CancellationTokenSource(TimeSpan.FromMilliseconds(300)))
            await rig.Writer.StopAsync(patience.Token);
        Assert.Equal(80, rig.Journal.State.EntriesUndrained);
        await database.RestoreAsync();

        await rig.RestartAsync();

        Assert.Equal((80, 80), (await rig.EntriesAsync(), await rig.CallsAsync()));
        await rig.AssertVerifiedAsync();
    }

    [Fact]
    public async Task Writer_ConnectionsCutAgainAndAgain_LosesAndDoublesNothing()
    {
        await using var rig = await LedgerRig.StartAsync(database);
        await rig.AddBudgetAsync(QuotaType.Team, rig.TeamId);
        for (var round = 0; round < 60; round++)
        {
            for (var i = 0; i < 50; i++)
                rig.Call((round * 50) + i);
            await database.InterruptAsync();
        }
        await rig.StopAsync();

        Assert.Equal((3_000, 3_000), (await rig.EntriesAsync(), await rig.CallsAsync()));
        await rig.AssertVerifiedAsync();
    }
}
