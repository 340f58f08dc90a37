using AiPortal.Core.Budgets;
using AiPortal.Core.Ledger;
using AiPortal.Core.Ledger.Counting;
using AiPortal.Core.Money;
using AiPortal.Tests.Fixtures;
using AiPortal.Tests.Ledger.Journals;
using Xunit;

namespace AiPortal.Tests.Ledger.Counting;

/// <summary>Budgets over tokens and requests as entries come from journals, living and dead.</summary>
public sealed class CountedBudgetTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static readonly OrganizationCalendar Calendar = OrganizationCalendar.Of("Asia/Kolkata");

    [Fact]
    public async Task Writer_HeldAndSettledCalls_AdmissionEndsWithWhatTheDatabaseHas()
    {
        await using var rig = await LedgerRig.StartAsync(database);
        var tokens = await LineAsync(rig, CountedUnit.Tokens);
        var requests = await LineAsync(rig, CountedUnit.Requests);
        var model = await LineAsync(rig, CountedUnit.Tokens, model: JournalSamples.Intent().ModelName[..2] + "*");
        var other = await LineAsync(rig, CountedUnit.Requests, model: "another");
        rig.Budgets.Update([tokens, requests, model, other], []);

        var (used, served, unknown) = (0L, 0, 0);
        for (var i = 0; i < 120; i++)
        {
            var (intent, settlement) = rig.Sample(i * 3);
            var answer = await rig.Budgets.HoldAsync([tokens, requests, model], Calendar, intent.StartedAt, new CallAmounts(1, 1, 5_000, 700));
            var hold = answer.Hold!;
            intent = Held(intent, hold, 5_000);
            rig.Journal.Append(intent);
            if (settlement.Status == EntryStatus.Unknown)
            {
                settlement = settlement with { Usage = default, Cost = default };
                hold.Unknown();
                unknown++;
            }
            else
            {
                var counts = CountedAmounts.IsServed(settlement.Status) ? 1 : 0;
                hold.Settle(settlement.Cost.Total, settlement.Usage.Total, counts);
                (used, served) = (used + settlement.Usage.Total, served + counts);
            }

            rig.Journal.Append(settlement);
            rig.Writer.Post(intent, settlement);
        }

        await rig.StopAsync();

        Assert.Empty(rig.Budgets.Pending());
        Assert.True(used > 0 && served > 0 && unknown > 0);
        Assert.Equal((used, unknown * 5_000m), await AmountsAsync(rig, tokens));
        Assert.Equal((used, unknown * 5_000m), await AmountsAsync(rig, model));
        Assert.Equal((served, (decimal)unknown), await AmountsAsync(rig, requests));
        Assert.Equal((0m, 0m), await AmountsAsync(rig, other));
        foreach (var line in (BudgetLine[])[tokens, requests, model])
        {
            var view = rig.Budgets.Read(line, Calendar, JournalSamples.Noon);
            Assert.Equal(await AmountsAsync(rig, line), (view.Spent, view.Unknown));
            Assert.Equal(0, view.Held);
        }

        await rig.AssertVerifiedAsync();
    }

    [Fact]
    public async Task Start_JournalOfADeadProcess_IsCountedInEachUnitOnce()
    {
        await using var rig = await LedgerRig.StartAsync(database);
        var tokens = await LineAsync(rig, CountedUnit.Tokens);
        var requests = await LineAsync(rig, CountedUnit.Requests);
        rig.Budgets.Update([tokens, requests], []);
        await rig.StopAsync();
        var (used, served) = (0L, 0);
        for (var i = 0; i < 40; i++)
        {
            // Of each ten calls three were settled before the process was killed; one of an older version says no tokens.
            var (intent, settlement) = rig.Sample(i * 4);
            var hold = (await rig.Budgets.HoldAsync([tokens, requests], Calendar, intent.StartedAt, new CallAmounts(1, 1, 900))).Hold!;
            rig.Journal.Append(i == 39 ? intent : Held(intent, hold, 900));
            if (i % 10 >= 3) continue;
            rig.Journal.Append(settlement);
            (used, served) = (used + settlement.Usage.Total, served + 1);
        }

        await rig.RestartAsync();

        Assert.Equal((used, (27 * 900m) + 1), await AmountsAsync(rig, tokens));
        Assert.Equal((served, 28m), await AmountsAsync(rig, requests));
        await rig.AssertVerifiedAsync();
    }

    private static Intent Held(Intent intent, BudgetHold hold, long tokens) => intent with
    {
        HeldUsd = 1,
        HeldTokens = tokens,
        Holds = [.. hold.Lines.Select(line => new IntentHold(line.Key.BudgetId, line.Key.PeriodType, line.Key.PeriodStart, line.Amount) { Unit = line.Unit })],
    };

    private static async Task<(decimal Spent, decimal Unknown)> AmountsAsync(LedgerRig rig, BudgetLine line) =>
        (await rig.BudgetAsync(line.BudgetId, "spent", line.PeriodType), await rig.BudgetAsync(line.BudgetId, "unknown", line.PeriodType));

    private static async Task<BudgetLine> LineAsync(LedgerRig rig, CountedUnit unit, string? model = null)
    {
        var id = await rig.AddBudgetAsync(QuotaType.Organization, rig.OrganizationId, PeriodType.Total, change: budget => (budget.Unit, budget.Model) = (unit, model));
        return new BudgetLine(id, rig.OrganizationId, QuotaType.Organization, rig.OrganizationId, "b", PeriodType.Total, 1_000_000, BudgetAction.Block, HoldKind.Strict, 0.8m, 0.95m)
        {
            Unit = unit,
            Filter = new EntryFilter(model, null),
        };
    }
}
