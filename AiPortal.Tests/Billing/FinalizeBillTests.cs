using AiPortal.Core.Access;
using AiPortal.Core.Billing;
using AiPortal.Core.Data;
using AiPortal.Core.Ledger;
using AiPortal.Core.Tenancy;
using AiPortal.Tests.Fixtures;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Xunit;

namespace AiPortal.Tests.Billing;

public sealed class FinalizeBillTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static readonly DateTimeOffset October = new(2026, 10, 15, 8, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Finalize_ClosedMonth_FixesLinesNumberCutoffAndHash()
    {
        var billing = await NewAsync();
        await billing.AddAsync(
            new TestEntry(October, 1.005m) { TeamId = billing.Team.Id, CostCenterId = billing.CostCenter.Id, ProjectId = billing.Project.Id },
            new TestEntry(October, 0.00000015m) { TeamId = billing.OtherTeam.Id },
            new TestEntry(October, 0m) { Status = EntryStatus.Unknown, Unresolved = 0.25m, TeamId = billing.Team.Id },
            new TestEntry(October.AddMonths(-1), 99m));
        var draft = await billing.DraftAsync("2026-10");
        var bill = (await billing.FinalizeAsync(draft.Id)).Value;
        var view = await billing.ViewAsync(bill.Id);

        Assert.Equal(("2026-10-ORG-1", 1, true, 0), (bill.Number, bill.Sequence, bill.Settles, bill.OpenCalls));
        Assert.Equal((1.01m, 0m, 0.25m, 1.01m, 1.00500015m), (view.Bill.Subtotal, view.Bill.Adjustments, view.Bill.Unresolved, view.Bill.Total, view.Bill.TotalUsd));
        Assert.Equal(3, view.Lines.Count);
        Assert.Equal(("CC 4711 Forschung", "研发部", "客服助手"), (view.Lines[0].CostCenterName, view.Lines[0].TeamName, view.Lines[0].ProjectName));
        Assert.Equal(view.Bill.ContentHash, BillHash.Of(view.Bill, view.Lines));
        Assert.False(view.IsEarly);
    }

    [Fact]
    public async Task Finalize_LateEntriesAndCorrections_EachEntryIsOnExactlyOneBill()
    {
        var billing = await NewAsync();
        var first = await billing.AddAsync(new TestEntry(October, 10m), new TestEntry(October.AddDays(1), 5m));
        var one = await CloseAsync(billing, "2026-10");
        await billing.AddAsync(
            new TestEntry(October.AddDays(2), 0.5m),
            new TestEntry(October, -3m) { Kind = EntryKind.Refund, Corrects = first[0] },
            new TestEntry(October.AddMonths(1), 7m));
        var two = await CloseAsync(billing, "2026-10");
        await billing.AddAsync(new TestEntry(October.AddDays(3), 0.25m));
        var three = await CloseAsync(billing, "2026-10");
        var november = await CloseAsync(billing, "2026-11");

        Assert.Equal([15m, -2.5m, 0.25m, 7m], new[] { one, two, three, november }.Select(bill => bill.TotalUsd));
        Assert.Equal(-3m, two.Adjustments);
        Assert.Equal(["2026-10-ORG-1", "2026-10-ORG-2", "2026-10-ORG-3", "2026-11-ORG-1"], new[] { one, two, three, november }.Select(bill => bill.Number));
        Assert.Equal(one.Cutoff, two.CutoffFrom);
        Assert.Equal(two.Cutoff, three.CutoffFrom);
        Assert.Equal(await database.ScalarAsync<decimal>("SELECT sum(total_cost) FROM ledger_entries WHERE organization_id = $1", billing.OrganizationId),
            new[] { one, two, three, november }.Sum(bill => bill.TotalUsd));
        Assert.Equal(15m, (await billing.ViewAsync(one.Id)).Bill.Total);
    }

    [Fact]
    public async Task Finalize_NothingNew_IsRefusedAfterTheFirst()
    {
        var billing = await NewAsync();
        var empty = await CloseAsync(billing, "2026-09");
        var again = await billing.FinalizeAsync((await billing.DraftAsync("2026-09")).Id);
        await billing.AddAsync(new TestEntry(October.AddMonths(-1), 1m));

        Assert.Equal((0m, "2026-09-ORG-1"), (empty.Total, empty.Number));
        Assert.Equal("nothing_to_bill", again.Refusal?.Code);
        var draft = (await billing.Reader.ListAsync(billing.OrganizationId, new BillFilter(Status: BillStatus.Draft), null, 10)).Data.Single();
        Assert.Equal(1m, (await billing.FinalizeAsync(draft.Id)).Value.Total);
    }

    [Fact]
    public async Task Finalize_TwoAtOnce_OneWins()
    {
        var billing = await NewAsync();
        await billing.AddAsync(new TestEntry(October, 1m));
        var draft = await billing.DraftAsync("2026-10");
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => billing.FinalizeAsync(draft.Id)));

        Assert.Single(outcomes, outcome => !outcome.IsRefused);
        Assert.All(outcomes.Where(outcome => outcome.IsRefused), outcome => Assert.Equal("bill_finalized", outcome.Refusal!.Code));
        Assert.Single((await billing.ViewAsync(draft.Id)).Lines);
    }

    [Fact]
    public async Task Finalize_WriterInMidBatch_WaitsForItsEntries()
    {
        var billing = await NewAsync();
        var draft = await billing.DraftAsync("2026-10");
        await using var connection = await database.Portal.System.OpenConnectionAsync();
        await using var batch = await connection.BeginTransactionAsync();
        await billing.InsertAsync(connection, new TestEntry(October, 1m));
        // A position above the uncommitted one, on the ledger before it: without the lock the cutoff would pass over the batch.
        await billing.AddAsync(new TestEntry(October, 2m));
        var finalize = billing.FinalizeAsync(draft.Id);
        while (await database.ScalarAsync<long>("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted") == 0)
            Assert.False(finalize.IsCompleted);
        await batch.CommitAsync();

        Assert.Equal(3m, (await finalize).Value.Total);
    }

    [Fact]
    public async Task Finalize_CallsStillOpen_WaitsThirtySecondsThenSaysSo()
    {
        var billing = await NewAsync();
        billing.Calls.Answer(_ => 2);
        var began = billing.Clock.GetUtcNow();
        var late = await CloseAsync(billing, "2026-10");
        billing.Calls.Answer(_ => billing.Calls.Asked.Count % 3 == 0 ? 0 : 1);
        var soon = await CloseAsync(billing, "2026-11");

        Assert.Equal(2, late.OpenCalls);
        Assert.InRange((billing.Clock.GetUtcNow() - began).TotalSeconds, 30, 31);
        Assert.Equal(0, soon.OpenCalls);
        // Of a month that is over, calls begun after it do not matter.
        Assert.Equal(late.PeriodEnd, billing.Calls.Asked[0]);
        Assert.True(soon.FinalizedAt < soon.PeriodEnd);
    }

    [Fact]
    public async Task Finalize_ByAManager_IsDenied()
    {
        var billing = await NewAsync();
        var draft = await billing.DraftAsync("2026-10");
        var manager = billing.Finance with { Roles = new Dictionary<Guid, Role> { [billing.OrganizationId] = Role.Manager } };

        Assert.Equal(RefusalKind.Forbidden, (await billing.FinalizeAsync(draft.Id, manager)).Refusal?.Kind);
        Assert.Empty(billing.Calls.Asked);
    }

    [Fact]
    public async Task FinalizedBill_AnyChange_IsRefusedByTheDatabase()
    {
        var billing = await NewAsync();
        await billing.AddAsync(new TestEntry(October, 1m));
        var bill = await CloseAsync(billing, "2026-10");

        Assert.Equal("bill_finalized", (await billing.DiscardAsync(bill.Id)).Refusal?.Code);
        foreach (var sql in new[]
        {
            "UPDATE bills SET total = 0 WHERE id = $1", "DELETE FROM bills WHERE id = $1",
            "UPDATE bill_lines SET amount = 0 WHERE bill_id = $1", "DELETE FROM bill_lines WHERE bill_id = $1",
        })
        {
            var fault = await Assert.ThrowsAsync<PostgresException>(() => database.ExecuteAsync(sql, bill.Id));
            Assert.Equal("a finalized bill never changes", fault.MessageText);
        }

        await using var db = database.Portal.OpenSystem();
        db.Add(new BillLine { OrganizationId = billing.OrganizationId, BillId = bill.Id, LineNo = 2, Section = "usage", ProviderName = "x", ModelName = "x", CostType = "x" });
        var insert = await Assert.ThrowsAsync<DbUpdateException>(() => db.SaveChangesAsync());
        Assert.Contains("a finalized bill never changes", insert.InnerException!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Settles_FirstKindOfScope_OthersAreStatements()
    {
        var billing = await NewAsync();
        await billing.AddAsync(new TestEntry(October, 1m) { TeamId = billing.Team.Id });
        var team = await CloseAsync(billing, "2026-10", BillScope.Team, billing.Team.Id);
        var whole = await CloseAsync(billing, "2026-10");
        var otherTeam = await CloseAsync(billing, "2026-10", BillScope.Team, billing.OtherTeam.Id);
        var september = await CloseAsync(billing, "2026-09");

        Assert.Equal([true, false, true, true], new[] { team, whole, otherTeam, september }.Select(bill => bill.Settles));
        Assert.Equal(team.TotalUsd, whole.TotalUsd);
    }

    private async Task<BillingFixture> NewAsync() => await new BillingFixture(database).InitializeAsync();

    private static async Task<Bill> CloseAsync(BillingFixture billing, string period, BillScope scope = BillScope.Organization, Guid? scopeId = null) =>
        (await billing.FinalizeAsync((await billing.DraftAsync(period, scope, scopeId)).Id)).Value;
}
