using AiPortal.Analytics.Calls;
using AiPortal.Core.Analytics;
using AiPortal.Core.Budgets;
using AiPortal.Core.Ledger.Counting;
using AiPortal.Core.Money;
using AiPortal.Tests.Fixtures;
using AiPortal.Tests.Ui;
using Xunit;

namespace AiPortal.Tests.Analytics;

/// <summary>From a budget's figure one comes to the calls that it counts, and to no others.</summary>
public sealed class BudgetCallsTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static readonly DateTimeOffset Now = new(2026, 11, 20, 10, 30, 0, TimeSpan.Zero);
    private static readonly string[] Models = ["gpt-4o", "gpt-4o-mini", "GPT-4o", "o3", "o_3", "o%", @"o\3", "*"];

    [Theory]
    [InlineData(null)]
    [InlineData("o3")]
    [InlineData("gpt-*")]
    [InlineData("*4o*")]
    [InlineData("o_*")]
    [InlineData("o%*")]
    [InlineData(@"o\*")]
    [InlineData("*")]
    [InlineData("nothing-*")]
    public async Task Href_OfABudgetsFilter_ListsWhatTheFilterLetsThrough(string? pattern)
    {
        var ledger = await new LedgerRows(database).InitializeAsync("UTC");
        foreach (var model in Models) await ledger.CallAsync(Now.AddMinutes(-1), model);
        foreach (var provider in (Guid?[])[null, ledger.Account.Id, ledger.Id])
        {
            var filter = new EntryFilter(pattern, provider);

            var query = CallQuery.Of(new Uri("http://portal" + BudgetCalls.Href(Reading(ledger.Id, filter), TimeZoneInfo.Utc)));
            var listed = await new CallTable(ledger.Tenants, new WidgetClock(Now)).ReadAsync(ledger.Id, query.FilterAt(Now, OrganizationCalendar.Utc)!, 0, 100);

            Assert.Equal((pattern, provider?.ToString()), (query.Model, query.Provider));
            Assert.Equal(
                Models.Where(model => filter.Matches(model, ledger.Account.Id)).Order(StringComparer.Ordinal),
                listed.Select(row => row.Call.ModelName!).Order(StringComparer.Ordinal));
        }
    }

    private static BudgetLineReading Reading(Guid organization, EntryFilter filter) => new(
        new BudgetLine(organization, organization, QuotaType.Organization, organization, "b", PeriodType.Monthly, 100, BudgetAction.Block, HoldKind.Strict, 0.8m, 0.95m) { Filter = filter },
        new BudgetView(100, 1, 0, 0, OrganizationCalendar.Utc.PeriodOf(PeriodType.Monthly, Now)));
}
