using AiPortal.Core.Access;
using AiPortal.Core.Analytics.Planning;
using AiPortal.Core.Budgets;
using AiPortal.Core.Data;
using AiPortal.Core.Ledger;
using AiPortal.Core.Ledger.Counting;
using AiPortal.Core.Money;
using AiPortal.Core.Tenancy;
using AiPortal.Tests.Fixtures;
using AiPortal.Tests.Ledger;
using AiPortal.Tests.Ui;
using Xunit.Abstractions;

namespace AiPortal.Tests.Analytics.Planning;

public sealed class BudgetPreviewTests(TestDatabase database, ITestOutputHelper output) : IClassFixture<TestDatabase>
{
    /// <summary>The last month is October, with the end of summer time on the 25th.</summary>
    private static readonly DateTimeOffset Now = new(2026, 11, 20, 10, 30, 0, TimeSpan.Zero);
    private static readonly OrganizationCalendar Berlin = OrganizationCalendar.Of("Europe/Berlin");

    [Fact]
    public async Task Trial_SaysWhichCallsOfLastMonthHadNoRoom()
    {
        var team = await TeamAsync();
        await database.WriteAsync(team.OrganizationId,
            new ScriptedEntry(Local(9, 30, 23, 59), 500) { TeamId = team.Id },
            new ScriptedEntry(Local(10, 3, 9, 0), 60) { TeamId = team.Id },
            new ScriptedEntry(Local(10, 9, 14, 1), 30) { TeamId = team.Id },
            new ScriptedEntry(Local(10, 9, 14, 2), 11) { TeamId = team.Id },
            new ScriptedEntry(Local(10, 9, 14, 3), 1) { TeamId = team.Id },
            new ScriptedEntry(Local(10, 31, 23, 59), 5) { TeamId = team.Id },
            new ScriptedEntry(Local(11, 1, 0, 0), 900) { TeamId = team.Id });

        var trial = await TryAsync(team, new BudgetDraft { Name = "Search", QuotaType = QuotaType.Team, ScopeId = team.Id, TotalQuota = 100 });

        Assert.Equal(new BudgetTrial(Berlin.MonthOf(2026, 10), false, 5, 107, 3, 17, 2, Local(10, 9, 14, 2)), trial);
        // $90 were taken before 14:02; a limit of $101 still has room for that call, and none for the next.
        Assert.Equal((2, Local(10, 9, 14, 3)), Beyond(await TryAsync(team, new BudgetDraft { Name = "Search", QuotaType = QuotaType.Team, ScopeId = team.Id, TotalQuota = 101 })));
        Assert.Equal((0, null), Beyond(await TryAsync(team, new BudgetDraft { Name = "Search", QuotaType = QuotaType.Team, ScopeId = team.Id, TotalQuota = 107 })));
        // A limit for a day or an hour counts each apart.
        Assert.Equal((3, Local(10, 3, 9, 0)), Beyond(await TryAsync(team, new BudgetDraft { Name = "Search", QuotaType = QuotaType.Team, ScopeId = team.Id, TotalQuota = 200, DailyLimit = 60, HourlyLimit = 40 })));
        // A year began before; what was spent then counts too.
        Assert.Equal(5, (await TryAsync(team, new BudgetDraft { Name = "Search", QuotaType = QuotaType.Team, ScopeId = team.Id, TotalQuota = 500, PeriodType = PeriodType.Yearly })).CallsBeyond);
    }

    [Fact]
    public async Task Trial_OverTokensOrRequestsOfAModel_CountsThose()
    {
        var team = await TeamAsync();
        ScriptedEntry[] entries =
        [
            new(Local(10, 3, 9, 0), 60) { TeamId = team.Id, Units = (1_000, 200, 300, 400) },
            new(Local(10, 9, 14, 1), 30) { TeamId = team.Id, Model = "gpt-5.4-mini", Units = (10, 0, 5, 0) },
            new(Local(10, 9, 14, 2), 11) { TeamId = team.Id, Status = EntryStatus.Failed, Units = default },
            new(Local(10, 9, 14, 3), 1) { TeamId = team.Id, Model = "gpt-5.4-mini", Units = (20, 0, 5, 0) },
        ];
        await database.WriteAsync(team.OrganizationId, entries);
        var draft = new BudgetDraft { Name = "Search", QuotaType = QuotaType.Team, ScopeId = team.Id, TotalQuota = 1_920, Unit = CountedUnit.Tokens };

        var tokens = await TryAsync(team, draft);
        Assert.Equal((CountedUnit.Tokens, 4L, 1_940m, 1L, 25m), (tokens.Unit, tokens.Calls, tokens.Spent, tokens.CallsBeyond, tokens.CostBeyond));
        var requests = await TryAsync(team, draft with { Unit = CountedUnit.Requests, TotalQuota = 2 });
        Assert.Equal((3m, 1L, 1m, (DateTimeOffset?)entries[3].At), (requests.Spent, requests.CallsBeyond, requests.CostBeyond, requests.FirstBeyondAt));
        var mini = await TryAsync(team, draft with { Model = "*-mini", TotalQuota = 20 });
        Assert.Equal((2L, 40m, 1L), (mini.Calls, mini.Spent, mini.CallsBeyond));
        var money = await TryAsync(team, draft with { Unit = CountedUnit.Usd, Model = "*-mini", TotalQuota = 30 });
        Assert.Equal((2L, 31m, 1L), (money.Calls, money.Spent, money.CallsBeyond));
    }

    [Fact]
    public async Task Trial_WithoutLastMonth_LooksAtThisOne()
    {
        var team = await TeamAsync();
        await database.WriteAsync(team.OrganizationId, new ScriptedEntry(Local(11, 5, 9, 0), 8) { TeamId = team.Id }, new ScriptedEntry(Local(11, 6, 9, 0), 3) { TeamId = team.Id });
        var trial = await TryAsync(team, new BudgetDraft { Name = "Search", TotalQuota = 10 });
        Assert.Equal((true, 2L, 11m, 1L, 1), (trial.SoFar, trial.Calls, trial.Spent, trial.CallsBeyond, trial.DaysBeyond));
    }

    [Fact]
    public async Task Trial_AgreesWithACountCallByCall()
    {
        var seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var team = await TeamAsync();
        var first = Local(9, 20, 0, 0);
        var entries = Enumerable.Range(0, 400).Select(_ => new ScriptedEntry(first.AddSeconds(random.Next(0, 50 * 86_400)), random.Next(1, 400) / 100m) { TeamId = team.Id })
            .OrderBy(entry => entry.At).ToArray();
        await database.WriteAsync(team.OrganizationId, entries);
        var span = Berlin.MonthOf(2026, 10);
        foreach (var period in PeriodTypes.All.Where(type => type != PeriodType.Hourly))
        {
            var draft = new BudgetDraft
            {
                Name = "Random",
                QuotaType = QuotaType.Team,
                ScopeId = team.Id,
                PeriodType = period,
                TotalQuota = random.Next(20, 600),
                DailyLimit = random.Next(8, 20),
                HourlyLimit = random.Next(1, 8),
            };
            var lines = new (PeriodType Type, decimal Limit)[] { (period, draft.TotalQuota), (PeriodType.Daily, draft.DailyLimit.Value), (PeriodType.Hourly, draft.HourlyLimit.Value) };
            var beyond = entries.Where(entry => span.Contains(entry.At) && lines.Any(line =>
                entries.TakeWhile(other => other != entry).Append(entry).Where(other => Berlin.PeriodOf(line.Type, entry.At).Contains(other.At)).Sum(other => other.Total) > line.Limit)).ToList();

            var trial = await TryAsync(team, draft);
            Assert.Equal((beyond.Count, beyond.Sum(entry => entry.Total), beyond.Select(entry => Berlin.LocalDate(entry.At)).Distinct().Count()),
                ((int)trial.CallsBeyond, trial.CostBeyond, trial.DaysBeyond));
        }
    }

    [Fact]
    public async Task Trial_OfABadDraft_NamesTheFields()
    {
        var team = await TeamAsync();
        var refused = await new BudgetPreview(new TenantDb(database.Portal), new WidgetClock(Now))
            .RunAsync(Actor.ForSystem("test", team.OrganizationId), team.OrganizationId, new BudgetDraft { Name = "", QuotaType = QuotaType.Team, TotalQuota = -1 });
        Assert.Equal(["name", "total_quota"], refused.Refusal!.Errors!.Keys.Order());
        var stranger = await new BudgetPreview(new TenantDb(database.Portal), new WidgetClock(Now))
            .RunAsync(Actor.ForSystem("test", team.OrganizationId), team.OrganizationId, new BudgetDraft { Name = "x", QuotaType = QuotaType.Team, ScopeId = (await TeamAsync()).Id, TotalQuota = 1 });
        Assert.Equal(["scope_id"], stranger.Refusal!.Errors!.Keys);
    }

    private static (int, DateTimeOffset?) Beyond(BudgetTrial trial) => ((int)trial.CallsBeyond, trial.FirstBeyondAt);

    private async Task<BudgetTrial> TryAsync(Team team, BudgetDraft draft) =>
        (await new BudgetPreview(new TenantDb(database.Portal), new WidgetClock(Now)).RunAsync(Actor.ForSystem("test", team.OrganizationId), team.OrganizationId, draft)).Value;

    private async Task<Team> TeamAsync()
    {
        await using var db = database.Portal.OpenSystem();
        var organization = new Organization { Id = Ids.New(TimeProvider.System), Name = "Acme", TimeZone = "Europe/Berlin" };
        organization.OrganizationId = organization.Id;
        var team = new Team { Id = Ids.New(TimeProvider.System), OrganizationId = organization.Id, Name = "Search" };
        db.AddRange(organization, team);
        await db.SaveChangesAsync();
        return team;
    }

    private static DateTimeOffset Local(int month, int day, int hour, int minute)
    {
        var wall = new DateTime(2026, month, day, hour, minute, 0, DateTimeKind.Unspecified);
        return new DateTimeOffset(wall, Berlin.Zone.GetUtcOffset(wall)).ToUniversalTime();
    }
}
