using AiPortal.Core.Access;
using AiPortal.Core.Analytics.Planning;
using AiPortal.Core.Budgets;
using AiPortal.Core.Data;
using AiPortal.Core.Keys;
using AiPortal.Core.Tenancy;
using AiPortal.Tests.Fixtures;
using AiPortal.Tests.Ledger;
using Microsoft.Extensions.DependencyInjection;

namespace AiPortal.Tests.Analytics.Planning;

public sealed class BudgetTreeTests(PortalHost host) : IClassFixture<PortalHost>
{
    private static readonly BudgetTreeFilter Everything = new(null, null, BudgetState.All, []);

    private Guid Organization => host.OrganizationId;

    private BudgetTree Tree => host.Services.GetRequiredService<BudgetTree>();

    [Fact]
    public async Task Tree_NestsScopes_Filters_Folds_AndPages()
    {
        var now = TimeProvider.System.GetUtcNow();
        var product = Made(new Department { Name = "Product" });
        var platform = Made(new Department { Name = "Platform", ParentId = product.Id });
        var search = Made(new Team { Name = "Search", DepartmentId = platform.Id });
        var ranking = Made(new Project { Name = "Ranking", TeamId = search.Id });
        var center = Made(new CostCenter { Name = "A center" });
        var key = Made(new ApiKey { Name = "ranker", KeyHash = Ids.New(TimeProvider.System).ToByteArray(), Prefix = "sk-ap-x", ProjectId = ranking.Id, TeamId = search.Id });
        var loose = Made(new ApiKey { Name = "100%_loose", KeyHash = Ids.New(TimeProvider.System).ToByteArray(), Prefix = "sk-ap-y" });
        await using (var db = host.Database.Portal.OpenSystem())
        {
            db.AddRange(product, platform, search, ranking, center, key, loose);
            await db.SaveChangesAsync();
        }

        await host.Database.WriteAsync(Organization, new ScriptedEntry(now, 9.5m) { KeyId = key.Id }, new ScriptedEntry(now, 8.5m) { TeamId = search.Id });
        await CreateAsync("Center", QuotaType.CostCenter, center.Id);
        await CreateAsync("Loose key", QuotaType.Key, loose.Id);
        await CreateAsync("Ranker", QuotaType.Key, key.Id, daily: 9);
        await CreateAsync("Search, weekly", QuotaType.Team, search.Id);
        await CreateAsync("Platform", QuotaType.Department, platform.Id);
        await CreateAsync("Company", QuotaType.Organization, Guid.Empty);

        var (all, total) = await Tree.ReadAsync(Organization, Everything, 0, 100);
        Assert.Equal(6, total);
        Assert.Equal(["Company", "Platform", "Search, weekly", "Ranker", "Loose key", "Center"], all.Select(node => node.Reading.Budget.Name));
        Assert.Equal([0, 1, 2, 3, 1, 1], all.Select(node => node.Depth));
        Assert.Equal([true, true, true, false, false, false], all.Select(node => node.HasBelow));
        Assert.Equal(["Product", "Platform", "Search", "Ranking", "ranker"], all[3].Path);
        Assert.Equal(all[3].Path, (await Tree.FindAsync(Organization, all[3].Id))!.Path);

        var (page, _) = await Tree.ReadAsync(Organization, Everything, 2, 2);
        Assert.Equal(["Search, weekly", "Ranker"], page.Select(node => node.Reading.Budget.Name));
        Assert.Equal([("Company", 0), ("Platform", 1), ("Loose key", 1), ("Center", 1)], Lines(await Tree.ReadAsync(Organization, Everything with { Folded = [platform.Id] }, 0, 100)));
        Assert.Equal([("Ranker", 0), ("Loose key", 0)], Lines(await Tree.ReadAsync(Organization, Everything with { Types = [QuotaType.Key] }, 0, 100)));
        Assert.Equal([("Loose key", 0)], Lines(await Tree.ReadAsync(Organization, Everything with { Search = "100%_L" }, 0, 100)));
        // Beside what is over its own limit, the key's limit for a day is passed.
        Assert.Equal([("Ranker", 0)], Lines(await Tree.ReadAsync(Organization, Everything with { State = BudgetState.Exceeded }, 0, 100)));
        Assert.Equal([("Search, weekly", 0), ("Ranker", 1)], Lines(await Tree.ReadAsync(Organization, Everything with { State = BudgetState.Near }, 0, 100)));
        Assert.Equal(new BudgetSummary(6, 1, 1, 0), await Tree.SummaryAsync(Organization));

        var forecasts = await host.Services.GetRequiredService<BudgetForecasts>().ReadAsync(Organization, [.. all.Select(node => node.Reading)]);
        Assert.Equal(6, forecasts.Count);
        Assert.Equal(BudgetFate.NoPace, forecasts[all[5].Id].Fate);
        Assert.NotEqual(BudgetFate.NoPace, forecasts[all[0].Id].Fate);

        var (teams, count) = await host.Services.GetRequiredService<ScopeChoices>().ReadAsync(Organization, QuotaType.Team, "sea");
        Assert.Equal(("Search", 1), (Assert.Single(teams).Name, count));
    }

    private static IEnumerable<(string, int)> Lines((IReadOnlyList<BudgetNode> Nodes, int Total) read)
    {
        Assert.Equal(read.Nodes.Count, read.Total);
        return read.Nodes.Select(node => (node.Reading.Budget.Name, node.Depth));
    }

    private T Made<T>(T row) where T : TenantRow
    {
        row.Id = Ids.New(TimeProvider.System);
        row.OrganizationId = Organization;
        return row;
    }

    private async Task CreateAsync(string name, QuotaType type, Guid scope, decimal? daily = null)
    {
        var draft = new BudgetDraft { Name = name, QuotaType = type, ScopeId = scope, TotalQuota = type == QuotaType.Organization ? 1000 : 10, DailyLimit = daily };
        var made = await host.Services.GetRequiredService<CreateBudget>().RunAsync(Actor.ForSystem("test", Organization), Organization, draft);
        Assert.False(made.IsRefused, made.Refusal?.Message);
    }
}
