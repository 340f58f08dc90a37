using AiPortal.Core.Budgets;
using AiPortal.Core.Ledger;
using AiPortal.Core.Ledger.Journals;
using AiPortal.Core.Money;
using AiPortal.Tests.Fixtures;
using AiPortal.Tests.Ledger.Journals;
using Xunit;

namespace AiPortal.Tests.Ledger;

public sealed class LedgerWriterTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Fact]
    public async Task Post_Settled_IsReadableWithinTwoSecondsAndDrained()
    {
        await using var rig = await LedgerRig.StartAsync(database);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        var (intent, _) = rig.Call(1);
        Assert.Equal(1, rig.Journal.OpenBefore(rig.OrganizationId, intent.StartedAt.AddTicks(10)));
        while (await rig.EntriesAsync() == 0)
            await Task.Delay(10, limit.Token);
        await JournalSamples.UntilAsync(() => rig.Journal.State.EntriesUndrained == 0);
        Assert.Equal(0, rig.Journal.OpenBefore(rig.OrganizationId, intent.StartedAt.AddTicks(10)));
    }

    [Fact]
    public async Task Post_Many_LedgerRollupsAndBudgetsAgree()
    {
        await using var rig = await LedgerRig.StartAsync(database);
        var organization = await rig.AddBudgetAsync(QuotaType.Organization, rig.OrganizationId, PeriodType.Monthly, daily: 10);
        var team = await rig.AddBudgetAsync(QuotaType.Team, rig.TeamId, PeriodType.Hourly);
        var key = await rig.AddBudgetAsync(QuotaType.Key, rig.Keys[1], PeriodType.Total);
        var calls = Enumerable.Range(0, 900).Select(rig.Call).ToList();
        await rig.StopAsync();

        decimal Spent(Func<Intent, bool> inScope) =>
            calls.Where(call => inScope(call.Intent) && call.Settlement.Status != EntryStatus.Unknown).Sum(call => call.Settlement.Cost.Total);
        Assert.Equal((900, 900), (await rig.EntriesAsync(), await rig.CallsAsync()));
        Assert.Equal(Spent(_ => true), await rig.SumAsync("total_cost"));
        Assert.Equal(225 * 0.5m, await rig.SumAsync("unresolved_cost"));
        Assert.Equal(Spent(_ => true), await rig.BudgetAsync(organization, "spent", PeriodType.Monthly));
        Assert.Equal(Spent(_ => true), await rig.BudgetAsync(organization, "spent", PeriodType.Daily));
        Assert.Equal(225 * 0.5m, await rig.BudgetAsync(organization, "unknown", PeriodType.Daily));
        Assert.Equal(Spent(intent => intent.Attribution.TeamId is not null), await rig.BudgetAsync(team, "spent", PeriodType.Hourly));
        Assert.Equal(Spent(intent => intent.Attribution.KeyId == rig.Keys[1]), await rig.BudgetAsync(key, "spent", PeriodType.Total));
        await rig.AssertVerifiedAsync();
    }

    [Fact]
    public async Task Post_AfterAReset_CountsOnlyWhatBeganLater()
    {
        await using var rig = await LedgerRig.StartAsync(database);
        var budget = await rig.AddBudgetAsync(QuotaType.Key, rig.Keys[0], PeriodType.Total);
        var (first, _) = rig.Call(0);
        await rig.UntilWrittenAsync(1);
        await database.ExecuteAsync("UPDATE budget_amounts SET spent = 0, unknown = 0, reset_at = $2 WHERE budget_id = $1", budget, first.StartedAt.UtcDateTime);

        var (_, before) = rig.Call(1_500 * 6);
        var (_, after) = rig.Call(36);
        await rig.StopAsync();

        Assert.Equal(0, 1_500 * 6 * 7 % 3_000);
        Assert.NotEqual(before.EntryId, after.EntryId);
        Assert.Equal(after.Cost.Total, await rig.BudgetAsync(budget, "spent", PeriodType.Total));
        await rig.AssertVerifiedAsync();
    }

    [Fact]
    public async Task Start_JournalOfADeadProcess_IsWrittenAndOpenAttemptsBecomeUnknown()
    {
        await using var rig = await LedgerRig.StartAsync(database);
        var budget = await rig.AddBudgetAsync(QuotaType.Organization, rig.OrganizationId);
        await rig.StopAsync();
        for (var i = 0; i < 40; i++)
        {
            var (intent, settlement) = rig.Sample(i * 4);
            rig.Journal.Append(intent);
            if (i % 4 == 0)
                rig.Journal.Append(settlement);
        }
        var left = rig.Journal.Path;

        await rig.RestartAsync();

        Assert.Equal((40, 40), (await rig.EntriesAsync(), await rig.CallsAsync()));
        Assert.Equal(30, await database.ScalarAsync<long>(
            "SELECT count(*) FROM ledger_entries WHERE organization_id = $1 AND status = 'unknown' AND total_cost = 0 AND unresolved_cost = 0.5 AND final", rig.OrganizationId));
        Assert.Equal(15, await rig.BudgetAsync(budget, "unknown", PeriodType.Monthly));
        Assert.False(Directory.Exists(left));
        await rig.AssertVerifiedAsync();
    }

    [Fact]
    public async Task Start_JournalWrittenBefore_AddsNothing()
    {
        await using var rig = await LedgerRig.StartAsync(database);
        await rig.AddBudgetAsync(QuotaType.Organization, rig.OrganizationId);
        await database.CutAsync();
        for (var i = 0; i < 60; i++)
            rig.Call(i);
        var copies = Enumerable.Range(0, 2).Select(_ => Path.Combine(rig.DataDirectory, "journal", Guid.CreateVersion7(JournalSamples.Noon).ToString("D"))).ToList();
        foreach (var copy in copies)
        {
            Directory.CreateDirectory(copy);
            foreach (var file in Directory.GetFiles(rig.Journal.Path, "*.log"))
                File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        }
        await database.RestoreAsync();
        await rig.UntilWrittenAsync(60);
        var total = await rig.SumAsync("total_cost");

        await rig.RestartAsync();

        Assert.All(copies, copy => Assert.False(Directory.Exists(copy)));
        Assert.Equal((60, 60), (await rig.EntriesAsync(), await rig.CallsAsync()));
        Assert.Equal(total, await rig.SumAsync("total_cost"));
        await rig.AssertVerifiedAsync();
    }

    [Fact]
    public async Task Stop_PartlyRefusedByTheDatabase_ParksThatEntryAlone()
    {
        await using var rig = await LedgerRig.StartAsync(database);
        for (var i = 0; i < 20; i++)
        {
            var (intent, settlement) = rig.Sample(i * 4);
            if (i == 11)
                settlement = settlement with { Cost = settlement.Cost with { Base = 1e15m } };
            rig.Journal.Append(intent);
            rig.Journal.Append(settlement);
            rig.Writer.Post(intent, settlement);
        }
        await rig.StopAsync();

        Assert.Equal(19, await rig.EntriesAsync());
        Assert.Equal(1, rig.Writer.State.Parked);
        Assert.Equal(1, rig.Journal.State.EntriesUndrained);
        await rig.AssertVerifiedAsync();
    }

    [Fact]
    public async Task Post_TwentyThousand_AllWrittenOnce()
    {
        await using var rig = await LedgerRig.StartAsync(database, queueCapacity: 5_000);
        decimal total = 0;
        for (var i = 0; i < 20_000; i++)
        {
            var (_, settlement) = rig.Call(i * 4);
            total += settlement.Cost.Total;
        }
        await rig.StopAsync();

        Assert.Equal((20_000, 20_000), (await rig.EntriesAsync(), await rig.CallsAsync()));
        Assert.Equal(total, await rig.SumAsync("total_cost"));
        await rig.AssertVerifiedAsync();
    }
}
