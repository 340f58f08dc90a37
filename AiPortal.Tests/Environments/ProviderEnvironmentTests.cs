using System.Net;
using System.Net.Http.Json;
using AiPortal.Core.Analytics;
using AiPortal.Core.Analytics.Planning;
using AiPortal.Tests.Api;
using AiPortal.Tests.Fixtures;
using Microsoft.Extensions.DependencyInjection;

namespace AiPortal.Tests.Environments;

/// <summary>Environments are apart: accounts serve the keys of their own, and what is shown of one is of it alone.</summary>
public sealed class ProviderEnvironmentTests(PortalHost host) : IClassFixture<PortalHost>
{
    [Fact]
    public async Task Account_OfAnEnvironment_ServesItsKeysAlone_AndIsMovedByAChange()
    {
        var (development, production) = (await EnvironmentAsync("Development"), await EnvironmentAsync("Production"));
        var account = await host.Admin.PostApiAsync("/providers", new { name = "Sandbox", kind = "sandbox", environment_id = development });
        Assert.Equal(development, account.Json.GetProperty("environment_id").GetGuid());
        using var dev = await KeyAsync(development);
        using var prod = await KeyAsync(production);
        using var none = await KeyAsync(null);
        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.NotFound, HttpStatusCode.NotFound], [await CallAsync(dev), await CallAsync(prod), await CallAsync(none)]);
        Assert.Contains("sandbox-small", await dev.GetStringAsync("/v1/models"), StringComparison.Ordinal);
        Assert.DoesNotContain("sandbox-small", await prod.GetStringAsync("/v1/models"), StringComparison.Ordinal);

        Assert.Equal(HttpStatusCode.OK, (await host.Admin.PatchApiAsync($"/providers/{account.Id}", new { environment_id = production })).Status);
        Assert.Equal([HttpStatusCode.NotFound, HttpStatusCode.OK], [await CallAsync(dev), await CallAsync(prod)]);
        Assert.Equal(HttpStatusCode.Conflict, (await host.Admin.DeleteApiAsync($"/environments/{production}")).Status);
        Assert.Single((await host.Admin.GetApiAsync($"/providers?environment_id={production}")).Data);
        Assert.Empty((await host.Admin.GetApiAsync($"/providers?environment_id={development}")).Data);

        Assert.Equal(HttpStatusCode.OK, (await host.Admin.PatchApiAsync($"/providers/{account.Id}", new { environment_id = (Guid?)null })).Status);
        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.OK], [await CallAsync(dev), await CallAsync(prod), await CallAsync(none)]);
    }

    [Fact]
    public async Task Account_ForAnEnvironmentOfAnotherOrganization_IsRefused()
    {
        var (stranger, _) = await host.StrangerAsync();
        using var his = stranger;
        var place = (await stranger.PostApiAsync("/environments", new { name = "His" })).Id;
        var answer = await host.Admin.PostApiAsync("/providers", new { name = "Borrowed", kind = "sandbox", environment_id = place });
        Assert.Equal(HttpStatusCode.NotFound, answer.Status);
        Assert.Equal(["environment_id"], answer.Fields);
    }

    [Fact]
    public async Task BoardAndBudgets_OfAnEnvironment_AreOfItAlone_AndAddUp()
    {
        var (one, other) = (await EnvironmentAsync("One"), await EnvironmentAsync("Other"));
        var team = (await host.Admin.PostApiAsync("/teams", new { name = "Vega" })).Id;
        await ImportAsync("a", one, team, 2m);
        await ImportAsync("b", one, null, 3m);
        await ImportAsync("c", other, team, 5m);
        await ImportAsync("d", null, team, 7m);
        var boards = host.Services.GetRequiredService<SpendBoards>();
        var board = await boards.ReadAsync(host.OrganizationId, 30, one);
        Assert.Equal((5m, 5m, 5m), (board.Today.Cost, board.ThisMonth.Cost, board.Shown.Cost));
        Assert.Equal([(5m, 5m)], board.Models.Select(model => (model.Sum.Cost, model.Daily[^1])));
        Assert.Equal([("Vega", 2m), (null, 3m)], board.Teams.OrderBy(part => part.Cost).Select(part => (part.Name, part.Cost)));
        Assert.Equal(5m, board.Providers.Sum(part => part.Cost));
        Assert.Equal(5m, (await boards.ReadAsync(host.OrganizationId, 30, other)).Shown.Cost);

        await BudgetAsync("Of one", "environment", one);
        await BudgetAsync("Of the team", "team", team);
        var key = await host.Admin.PostApiAsync("/keys", new { name = "with a budget", environment_id = one, budget = new { limit = 1, period = "monthly" } });
        var tree = host.Services.GetRequiredService<BudgetTree>();
        var (nodes, total) = await tree.ReadAsync(host.OrganizationId, new BudgetTreeFilter(null, null, BudgetState.All, [], one), 0, 50);
        Assert.Equal([key.Id, one], nodes.Select(node => node.Reading.Budget.ScopeId));
        Assert.Equal((2, 2), (total, (await tree.SummaryAsync(host.OrganizationId, one)).Count));
    }

    private Task<ApiAnswer> ImportAsync(string id, Guid? environment, Guid? team, decimal cost) =>
        host.Admin.PostApiAsync("/cost/records", new { external_id = "environment-" + id, environment_id = environment, team_id = team, cost_type = "storage", model = "disk", cost });

    private Task<ApiAnswer> BudgetAsync(string name, string type, Guid scope) =>
        host.Admin.PostApiAsync("/cost/quotas", new { name, quota_type = type, scope_id = scope, total_quota = 10, action = "alert" });

    private async Task<Guid> EnvironmentAsync(string name) => (await host.Admin.PostApiAsync("/environments", new { name })).Id;

    private async Task<HttpClient> KeyAsync(Guid? environment) =>
        host.WithBearer((await host.Admin.PostApiAsync("/keys", new { name = $"key of {environment}", environment_id = environment })).Json.GetProperty("key").GetString()!);

    private static async Task<HttpStatusCode> CallAsync(HttpClient client)
    {
        using var answer = await client.PostAsJsonAsync("/v1/chat/completions", new { model = "sandbox-small", messages = new[] { new { role = "user", content = "hi" } } });
        return answer.StatusCode;
    }
}
