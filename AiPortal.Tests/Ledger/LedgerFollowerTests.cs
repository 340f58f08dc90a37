using AiPortal.Core.Budgets;
using AiPortal.Core.Catalog;
using AiPortal.Core.Ledger;
using AiPortal.Core.Ledger.Journals;
using AiPortal.Core.Money;
using AiPortal.Tests.Fixtures;
using AiPortal.Tests.Ledger.Journals;
using Xunit;

namespace AiPortal.Tests.Ledger;

public sealed class LedgerFollowerTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static readonly OrganizationCalendar Calendar = OrganizationCalendar.Of("Asia/Kolkata");

    [Fact]
    public async Task Writer_HeldAndSettledCalls_AdmissionEndsWithWhatTheDatabaseHas()
    {
        await using var rig = await LedgerRig.StartAsync(database);
        var strict = await LineAsync(rig, QuotaType.Organization, rig.OrganizationId, HoldKind.Strict);
        var learned = await LineAsync(rig, QuotaType.Key, rig.Keys[0], HoldKind.Learned);
        var later = await LineAsync(rig, QuotaType.Organization, rig.OrganizationId, HoldKind.Learned);
        rig.Budgets.Update([strict, learned, later], []);

        for (var i = 0; i < 200; i++)
        {
            var (intent, settlement) = rig.Sample(i * rig.Keys.Length);
            // The last line was made while these calls ran: they hold nothing of it, and it gets their cost all the same.
            var hold = await rig.HoldAsync([strict, learned], Calendar, intent.StartedAt, 1m, 0.1m);
            intent = intent with
            {
                HeldUsd = 1m,
                Holds = [.. hold.Lines.Select(line => new IntentHold(line.Key.BudgetId, line.Key.PeriodType, line.Key.PeriodStart, line.Amount))],
            };
            rig.Journal.Append(intent);
            _ = settlement.Status == EntryStatus.Unknown ? hold.Unknown() : hold.Settle(settlement.Cost.Total);
            rig.Journal.Append(settlement);
            rig.Writer.Post(intent, settlement);
        }
        await rig.StopAsync();

        Assert.Empty(rig.Budgets.Pending());
        foreach (var line in (BudgetLine[])[strict, learned, later])
        {
            var view = rig.Budgets.Read(line, Calendar, JournalSamples.Noon);
            Assert.Equal(await rig.BudgetAsync(line.BudgetId, "spent", line.PeriodType), view.Spent);
            Assert.Equal(await rig.BudgetAsync(line.BudgetId, "unknown", line.PeriodType), view.Unknown);
            Assert.Equal(0, view.Held);
            Assert.True(view is { Spent: > 0, Unknown: > 0 });
        }
        await rig.AssertVerifiedAsync();
    }

    [Fact]
    public async Task Writer_ConnectionsCutAgainAndAgain_AdmissionConfirmsEachCallOnce()
    {
        await using var rig = await LedgerRig.StartAsync(database);
        var line = await LineAsync(rig, QuotaType.Organization, rig.OrganizationId, HoldKind.Strict);
        rig.Budgets.Update([line], []);
        for (var round = 0; round < 40; round++)
        {
            for (var i = 0; i < 20; i++)
            {
                var (intent, settlement) = rig.Sample(i * 4);
                var hold = await rig.HoldAsync([line], Calendar, intent.StartedAt, 1m, 1m);
                intent = intent with { Holds = [.. hold.Lines.Select(held => new IntentHold(held.Key.BudgetId, held.Key.PeriodType, held.Key.PeriodStart, held.Amount))] };
                rig.Journal.Append(intent);
                hold.Settle(settlement.Cost.Total);
                rig.Journal.Append(settlement);
                rig.Writer.Post(intent, settlement);
            }
            await database.InterruptAsync();
        }
        await rig.StopAsync();

        Assert.Empty(rig.Budgets.Pending());
        Assert.Equal(await rig.SumAsync("total_cost"), rig.Budgets.Read(line, Calendar, JournalSamples.Noon).Spent);
        Assert.Equal(800, await rig.EntriesAsync());
    }

    [Fact]
    public async Task Writer_Committed_TellsTheOrganizationsPages()
    {
        await using var rig = await LedgerRig.StartAsync(database);
        long seen = 0;
        using var subscription = rig.Signals.Subscribe(LedgerSignals.Topic(rig.OrganizationId), () => Interlocked.Increment(ref seen));
        rig.Call(0);
        await JournalSamples.UntilAsync(() => Interlocked.Read(ref seen) > 0);
        Assert.Equal(1, await rig.EntriesAsync());
    }

    private static async Task<BudgetLine> LineAsync(LedgerRig rig, QuotaType type, Guid scopeId, HoldKind hold)
    {
        var id = await rig.AddBudgetAsync(type, scopeId);
        return new BudgetLine(id, rig.OrganizationId, type, scopeId, "b", PeriodType.Monthly, 1_000_000, BudgetAction.Block, hold, 0.8m, 0.95m);
    }
}
