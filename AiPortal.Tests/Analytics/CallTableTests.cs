using AiPortal.Core.Analytics;
using AiPortal.Core.Ledger;
using AiPortal.Tests.Fixtures;
using AiPortal.Tests.Ui;
using Xunit;

namespace AiPortal.Tests.Analytics;

public sealed class CallTableTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static readonly DateTimeOffset Now = new(2026, 11, 20, 10, 30, 0, TimeSpan.Zero);

    [Fact]
    public async Task Calls_AreNewestFirst_WithNames_AndCutInTheDatabase()
    {
        var ledger = await new LedgerRows(database).InitializeAsync("UTC");
        for (var minute = 0; minute < 5; minute++)
            await ledger.CallAsync(Now.AddMinutes(-minute), "m" + minute, team: minute == 1 ? ledger.Research.Id : null);
        await ledger.CallAsync(Now.AddDays(-31));
        var table = new CallTable(ledger.Tenants, new WidgetClock(Now));

        var rows = await table.ReadAsync(ledger.Id, new RecordFilter(), skip: 1, take: 2);
        Assert.Equal([("m1", "研发部"), ("m2", null)], rows.Select(row => (row.Call.ModelName, row.TeamName)));
        Assert.All(rows, row => Assert.Equal("Search backend", row.KeyName));
        Assert.Equal(5, await table.CountAsync(ledger.Id, new RecordFilter(), most: 100));
        Assert.Equal(3, await table.CountAsync(ledger.Id, new RecordFilter(), most: 3));
        Assert.Equal(6, await table.CountAsync(ledger.Id, new RecordFilter { From = Now.AddDays(-40) }, most: 100));
    }

    [Theory]
    [InlineData("01890abc-1", 1)]
    [InlineData("01890ABC", 2)]
    [InlineData(" 01890abc-1111-7000-8000-000000000001 ", 1)]
    [InlineData("01890abd", 0)]
    public async Task Search_ByTheBeginningOfAnId_FindsCallsOfAnyAge(string typed, int found)
    {
        var ledger = await new LedgerRows(database).InitializeAsync("UTC");
        // The cases share a database whose key is instant and id.
        var at = Now.AddDays(-60).AddSeconds(typed.Sum(letter => letter));
        await ledger.CallAsync(at, id: Guid.Parse("01890abc-1111-7000-8000-000000000001"));
        await ledger.CallAsync(at, id: Guid.Parse("01890abc-2222-7000-8000-000000000002"));
        await ledger.CallAsync(Now);

        var filter = new RecordFilter { RequestIds = RequestIdRange.BeginningWith(typed) };
        Assert.Equal(found, await new CallTable(ledger.Tenants, new WidgetClock(Now)).CountAsync(ledger.Id, filter, most: 10));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("gpt")]
    [InlineData("01890abc-1111-7000-8000-0000000000011")]
    public void IdRange_OfWhatBeginsNoId_IsNull(string? typed) => Assert.Null(RequestIdRange.BeginningWith(typed));

    [Fact]
    public async Task Facets_NameWhatIsThere_AndFirstStepsKnowTheWay()
    {
        var ledger = await new LedgerRows(database).InitializeAsync("UTC");
        var steps = new FirstStepReads(ledger.Tenants);
        Assert.False((await steps.ReadAsync(ledger.Id)).HasCall);
        await ledger.CallAsync(Now);
        await ledger.SpentAsync(Now, 1, model: "o3");
        await ledger.SpentAsync(Now.AddDays(-100), 1, model: "gone");

        var facets = await new CallFacetReads(ledger.Tenants, new WidgetClock(Now)).ReadAsync(ledger.Id);
        Assert.Equal([new Facet(ledger.Key.Id, "Search backend")], facets.Keys);
        Assert.Equal(["Support", "研发部"], facets.Teams.Select(team => team.Name).Order(StringComparer.Ordinal));
        Assert.Equal(["OpenAI main"], facets.Providers.Select(provider => provider.Name));
        Assert.Equal(["o3"], facets.Models);
        Assert.Equal(new FirstSteps(true, true, true, "openai", null), await steps.ReadAsync(ledger.Id));

        // The rows have two teams and one owner: the rest is to do.
        Assert.Equal(new SetUp(HasTeam: true, HasBudget: false, HasColleague: false, HasChannel: false), await new SetUpReads(ledger.Tenants).ReadAsync(ledger.Id));

        var names = await new AttributionNames(ledger.Tenants).ReadAsync(ledger.Id, new Attribution(ledger.Id, TeamId: ledger.Support.Id, ProjectId: ledger.Id, KeyId: ledger.Key.Id));
        Assert.Equal(
            [new AttributedTo(Dimension.Team, ledger.Support.Id, "Support"), new(Dimension.Project, ledger.Id, null), new(Dimension.Key, ledger.Key.Id, "Search backend")], names);
    }
}
