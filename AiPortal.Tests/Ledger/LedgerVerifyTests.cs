using AiPortal.Core.Budgets;
using AiPortal.Core.Ledger;
using AiPortal.Tests.Fixtures;
using Xunit;

namespace AiPortal.Tests.Ledger;

public sealed class LedgerVerifyTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Fact]
    public async Task Verify_FiguresChangedBehindTheLedger_NamesEachWithItsAmount()
    {
        await using var rig = await LedgerRig.StartAsync(database);
        var budget = await rig.AddBudgetAsync(QuotaType.Key, rig.Keys[0]);
        for (var i = 0; i < 30; i++)
            rig.Call(i);
        await rig.StopAsync();
        await rig.AssertVerifiedAsync();

        await database.ExecuteAsync("UPDATE usage_rollups SET total_cost = total_cost - 0.000000000001, requests = requests + 2 WHERE ctid = (SELECT min(ctid) FROM usage_rollups)");
        await database.ExecuteAsync("UPDATE budget_amounts SET spent = spent + 1.5 WHERE budget_id = $1", budget);
        var late = await rig.AddBudgetAsync(QuotaType.Key, rig.Keys[1]);
        await database.ExecuteAsync("UPDATE budgets SET updated_at = created_at");
        var differences = await LedgerVerify.RunAsync(database.Portal, CancellationToken.None);

        Assert.Collection(
            differences,
            line =>
            {
                Assert.StartsWith("rollup " + rig.OrganizationId, line, StringComparison.Ordinal);
                Assert.EndsWith(": requests -2, total_cost +0.000000000001", line, StringComparison.Ordinal);
            },
            line =>
            {
                Assert.StartsWith($"budget {budget} monthly", line, StringComparison.Ordinal);
                Assert.EndsWith(": spent -1.5", line, StringComparison.Ordinal);
            },
            line => Assert.StartsWith($"budget {late} monthly has no period", line, StringComparison.Ordinal));
    }
}
