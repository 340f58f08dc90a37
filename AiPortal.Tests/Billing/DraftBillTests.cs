using AiPortal.Core.Billing;
using AiPortal.Core.Data;
using AiPortal.Core.Money;
using AiPortal.Tests.Fixtures;
using Xunit;

namespace AiPortal.Tests.Billing;

public sealed class DraftBillTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static readonly DateTimeOffset October = new(2026, 10, 15, 8, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Draft_NewUsage_ShowsItAtTheNextRead()
    {
        var billing = await NewAsync();
        var draft = await billing.DraftAsync("2026-11");
        await billing.AddAsync(new TestEntry(billing.Clock.GetUtcNow(), 1.5m));
        var before = await billing.ViewAsync(draft.Id);
        await billing.AddAsync(new TestEntry(billing.Clock.GetUtcNow(), 2m));
        var after = await billing.ViewAsync(draft.Id);

        Assert.Equal((1.5m, 3.5m), (before.Bill.Total, after.Bill.Total));
        Assert.Null(after.Bill.Number);
    }

    [Fact]
    public async Task Draft_OfEachScope_EqualsTheLedgersSum()
    {
        var billing = await NewAsync();
        var random = new Random(20261121);
        TestEntry[] entries = [.. Enumerable.Range(0, 300).Select(i => new TestEntry(October.AddHours(random.Next(-300, 300)), random.NextInt64(1, 999_999_999) * Usd.Step * 1000)
        {
            TeamId = Pick(billing.Team.Id, billing.OtherTeam.Id),
            CostCenterId = Pick(billing.CostCenter.Id, billing.CostCenter.Id),
            ProjectId = Pick(billing.Project.Id, billing.Project.Id),
            Model = $"model-{random.Next(5)}",
        })];
        await billing.AddAsync(entries);

        foreach (var (scope, id, column) in new[]
        {
            (BillScope.Organization, billing.OrganizationId, "organization_id"), (BillScope.Team, billing.Team.Id, "team_id"),
            (BillScope.CostCenter, billing.CostCenter.Id, "cost_center_id"), (BillScope.Project, billing.Project.Id, "project_id"),
        })
        {
            var view = await billing.ViewAsync((await billing.DraftAsync("2026-10", scope, id)).Id);
            var ledger = await database.ScalarAsync<decimal>(
                $"SELECT sum(total_cost) FROM ledger_entries WHERE {column} = $1 AND started_at >= $2 AND started_at < $3", id, view.Bill.PeriodStart, view.Bill.PeriodEnd);
            Assert.Equal(ledger, view.Bill.TotalUsd);
            Assert.Equal(decimal.Round(ledger, 2, MidpointRounding.ToEven), view.Lines.Sum(line => line.Amount));
        }

        Guid? Pick(Guid a, Guid b) => random.Next(3) switch { 0 => a, 1 => b, _ => null };
    }

    [Theory]
    [InlineData("Europe/Berlin", "2026-03", "2026-02-28T23:00:00Z", "2026-03-31T22:00:00Z")]
    [InlineData("Europe/Berlin", "2026-10", "2026-09-30T22:00:00Z", "2026-10-31T23:00:00Z")]
    [InlineData("America/New_York", "2026-11", "2026-11-01T04:00:00Z", "2026-12-01T05:00:00Z")]
    [InlineData("Asia/Kolkata", "2026-02", "2026-01-31T18:30:00Z", "2026-02-28T18:30:00Z")]
    [InlineData("Pacific/Chatham", "2026-09", "2026-08-31T11:15:00Z", "2026-09-30T10:15:00Z")]
    [InlineData("Africa/Cairo", "2026-04", "2026-03-31T22:00:00Z", "2026-04-30T21:00:00Z")]
    public async Task Draft_MonthWithAClockChange_HoldsTheCallsOfTheLocalMonth(string zone, string period, string first, string end)
    {
        var billing = await new BillingFixture(database).InitializeAsync(zone);
        var (start, stop) = (DateTimeOffset.Parse(first, null), DateTimeOffset.Parse(end, null));
        var microsecond = TimeSpan.FromMicroseconds(1);
        await billing.AddAsync(new TestEntry(start - microsecond, 1m), new TestEntry(start, 2m), new TestEntry(stop - microsecond, 4m), new TestEntry(stop, 8m));
        var view = await billing.ViewAsync((await billing.DraftAsync(period)).Id);

        Assert.Equal((start, stop, 6m), (view.Bill.PeriodStart, view.Bill.PeriodEnd, view.Bill.Total));
    }

    [Fact]
    public async Task Draft_ZoneChangedBetweenMonths_NoCallIsOnTwoBills()
    {
        var billing = await NewAsync();
        // 1 November in Shanghai, still 31 October in New York.
        await billing.AddAsync(new TestEntry(new DateTimeOffset(2026, 10, 31, 20, 0, 0, TimeSpan.Zero), 1m));
        var november = (await billing.FinalizeAsync((await billing.DraftAsync("2026-11")).Id)).Value;
        await database.ExecuteAsync("UPDATE organizations SET time_zone = 'America/New_York' WHERE id = $1", billing.OrganizationId);
        var october = (await billing.FinalizeAsync((await billing.DraftAsync("2026-10")).Id)).Value;

        Assert.Equal((1m, 0m), (november.Total, october.Total));
        Assert.Equal(november.PeriodStart, october.PeriodEnd);
    }

    [Theory]
    [InlineData("2026-13", "USD", 1.0, "period")]
    [InlineData("October", "USD", 1.0, "period")]
    [InlineData("2026-12", "USD", 1.0, "period")]
    [InlineData("2026-10", "USD", 7.1, "exchange_rate")]
    [InlineData("2026-10", "CNY", null, "exchange_rate")]
    [InlineData("2026-10", "CNY", 0.0, "exchange_rate")]
    [InlineData("2026-10", "CNY", -7.1, "exchange_rate")]
    [InlineData("2026-10", "cny", 7.1, "currency")]
    [InlineData("2026-10", "=1+", 7.1, "currency")]
    public async Task Draft_BadField_IsRefusedByName(string period, string currency, double? rate, string field)
    {
        var billing = await NewAsync();
        var outcome = await billing.DraftAsync(new BillDraft { Period = period, Currency = currency, ExchangeRate = (decimal?)rate });

        Assert.Equal(RefusalKind.Invalid, outcome.Refusal?.Kind);
        Assert.Contains(field, outcome.Refusal!.Errors!.Keys);
    }

    [Fact]
    public async Task Draft_OtherCurrency_PrintsAtTheRateAndKeepsUsd()
    {
        var billing = await new BillingFixture(database).InitializeAsync(currency: "CNY");
        await billing.AddAsync(new TestEntry(October, 10.001m), new TestEntry(October, 10.001m) { Model = "other" });
        var draft = (await billing.DraftAsync(new BillDraft { Period = "2026-10", ExchangeRate = 7.1234m })).Value;
        var view = await billing.ViewAsync(draft.Id);

        Assert.Equal(("CNY", 142.48m, 20.002m), (view.Bill.Currency, view.Bill.Total, view.Bill.TotalUsd));
        Assert.Equal(142.48m, view.Lines.Sum(line => line.Amount));
    }

    [Fact]
    public async Task Draft_SecondOfTheScope_IsAConflictUntilDiscarded()
    {
        var billing = await NewAsync();
        var draft = await billing.DraftAsync("2026-10");
        var second = await billing.DraftAsync(new BillDraft { Period = "2026-10" });
        await billing.DiscardAsync(draft.Id);
        var third = await billing.DraftAsync(new BillDraft { Period = "2026-10" });

        Assert.Equal("draft_exists", second.Refusal?.Code);
        Assert.False(third.IsRefused);
    }

    [Fact]
    public async Task Draft_ScopeOfAnotherOrganization_DoesNotExist()
    {
        var billing = await NewAsync();
        var other = await NewAsync();
        var outcome = await billing.DraftAsync(new BillDraft { Period = "2026-10", Scope = BillScope.Team, ScopeId = other.Team.Id });

        Assert.Equal(RefusalKind.NotFound, outcome.Refusal?.Kind);
        Assert.Null(await other.Reader.FindAsync(other.OrganizationId, (await billing.DraftAsync("2026-10")).Id));
    }

    [Fact]
    public async Task List_MorePagesThanOne_GoesOnWhereItEnded()
    {
        var billing = await NewAsync();
        foreach (var period in new[] { "2026-08", "2026-10", "2026-09" }) await billing.DraftAsync(period);
        var first = await billing.Reader.ListAsync(billing.OrganizationId, new BillFilter(), null, 2);
        var second = await billing.Reader.ListAsync(billing.OrganizationId, new BillFilter(), first.NextCursor, 2);

        Assert.Equal(["2026-10", "2026-09"], first.Data.Select(bill => bill.Period));
        Assert.Equal(["2026-08"], second.Data.Select(bill => bill.Period));
        Assert.Null(second.NextCursor);
    }

    private Task<BillingFixture> NewAsync() => new BillingFixture(database).InitializeAsync();
}
