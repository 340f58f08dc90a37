using System.Net;
using AiPortal.Api;
using AiPortal.Core.Access;
using AiPortal.Core.Search;
using AiPortal.Tests.Api;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace AiPortal.Tests.Access.Places;

/// <summary>Whose role is for a part of the organization reads that part, through every endpoint of the routing table.</summary>
public sealed class PlacedReadsTests(TwoTeams company) : IClassFixture<TwoTeams>
{
    /// <summary>Names of members that filter by a thing of a team.</summary>
    private static readonly (string Member, Func<TeamFixture, Guid> Of)[] Filters =
    [
        ("team_id", team => team.Team), ("project_id", team => team.Project), ("department_id", team => team.Department), ("key_id", team => team.Key),
        ("user_id", team => team.User), ("scope_id", team => team.TeamBudget), ("subject_id", team => team.Key), ("owner_user_id", team => team.User), ("parent_id", team => team.Department),
    ];

    private TeamFixture Blue => company.Blue;

    private TeamFixture Red => company.Red;

    [Fact]
    public async Task EveryList_HoldsNothingOfAnotherTeam_WhateverItIsFilteredBy()
    {
        var faults = new List<string>();
        var read = 0;
        foreach (var pattern in Patterns("GET").Where(pattern => !pattern.Contains('{', StringComparison.Ordinal)))
        {
            foreach (var query in Filters.Select(filter => $"?{filter.Member}={filter.Of(Red)}").Prepend("").Append("?search=crimsoned").Append("?format=csv"))
            {
                var (status, text) = await TextAsync(company.BlueManager, pattern + query);
                if ((int)status >= 500) faults.Add($"{pattern}{query}: {status}");
                if (status != HttpStatusCode.OK) continue;
                read++;
                // What he asked about may be said back to him.
                var asked = query[(query.IndexOf('=', StringComparison.Ordinal) + 1)..];
                faults.AddRange(Red.Secrets.Where(secret => secret != asked && text.Contains(secret, StringComparison.Ordinal)).Select(secret => $"{pattern}{query} tells {secret}"));
            }
        }

        Assert.True(faults.Count == 0, string.Join(Environment.NewLine, faults));
        Assert.True(read > 40, $"only {read} answers");
    }

    [Fact]
    public async Task EveryRow_OfAnotherTeamIsNotThere_ForEveryMethod()
    {
        var faults = new List<string>();
        var asked = 0;
        foreach (var (method, pattern) in new[] { "GET", "POST", "PATCH", "DELETE" }.SelectMany(method => Patterns(method).Select(pattern => (method, pattern))))
        {
            if (RowOf(pattern, Red) is not { } red || ApiPolicies.Of(method, "/api/v1" + pattern)?.Needs is not { } needed) continue;
            var may = Permissions.AllowsInPlace(Core.Tenancy.Role.Manager, needed) || Permissions.Allows(Core.Tenancy.Role.Member, needed);
            var answer = await company.BlueManager.CallAsync(new HttpMethod(method), Fill(pattern, red), method is "GET" or "DELETE" ? null : new { });
            asked++;
            if (answer.Status != (may ? HttpStatusCode.NotFound : HttpStatusCode.Forbidden) && !(may && answer.Status == HttpStatusCode.BadRequest && method == "POST"))
                faults.Add($"{method} {Fill(pattern, red)}: {(int)answer.Status}, {(may ? "may" : "may not")}");
            if (method == "GET" && may && RowOf(pattern, Blue) is { } blue && (await TextAsync(company.BlueManager, Fill(pattern, blue))).Status is not (HttpStatusCode.OK or HttpStatusCode.NotFound))
                faults.Add($"GET {Fill(pattern, blue)} is not read by who manages it");
        }

        Assert.True(faults.Count == 0, string.Join(Environment.NewLine, faults));
        Assert.True(asked > 30, $"only {asked} endpoints");
    }

    [Fact]
    public async Task OwnThings_AreAllThere()
    {
        foreach (var path in new[] { $"/keys/{Blue.Key}", $"/cost/quotas/{Blue.TeamBudget}", $"/cost/quotas/{Blue.KeyBudget}", $"/cost/records/{Blue.Record}", $"/members/{Blue.Member}", $"/approvals/{Blue.Approval}", $"/teams/{Blue.Team}", $"/projects/{Blue.Project}" })
            Assert.True((await company.BlueManager.GetApiAsync(path)).Status == HttpStatusCode.OK, path);
        var keys = (await company.BlueManager.GetApiAsync("/keys")).Data.Select(key => key.GetProperty("name").GetString()).Order();
        Assert.Equal(["azurine doomed", "azurine key"], keys);
    }

    [Fact]
    public async Task Figures_AreThoseOfThePart_AndThoseOfTheWholeForTheOwner()
    {
        async Task<(decimal Month, decimal Trend)> FiguresAsync(HttpClient client)
        {
            var board = (await client.GetApiAsync("/cost/dashboard")).Json;
            var trend = board.EnumerateObject().Single(member => member.Name.EndsWith("trend", StringComparison.Ordinal) && member.Value.ValueKind == System.Text.Json.JsonValueKind.Array).Value;
            return (board.GetProperty("total_cost_this_month").GetDecimal(), trend.EnumerateArray().Sum(day => day.GetProperty("cost").GetDecimal()));
        }

        Assert.Equal((3m, 3m), await FiguresAsync(company.BlueManager));
        Assert.Equal((43m, 43m), await FiguresAsync(company.Host.Admin));
        using var department = await company.ManagerAsync("department", Red.Department);
        Assert.Equal((40m, 40m), await FiguresAsync(department));
        using var project = await company.ManagerAsync("project", Blue.Project);
        Assert.Equal((3m, 3m), await FiguresAsync(project));
        Assert.Equal("azurine-disk", Assert.Single((await company.BlueManager.GetApiAsync("/cost/records")).Data).GetProperty("model_name").GetString());
    }

    [Fact]
    public async Task Palette_FindsWhatHeSees()
    {
        var me = (await company.BlueManager.GetApiAsync("/me")).Json.GetProperty("id").GetGuid();
        await using var scope = company.Host.Services.CreateAsyncScope();
        var actor = (await scope.ServiceProvider.GetRequiredService<ActorSource>().ForLaterAsync(me, false, company.Host.OrganizationId))!;
        scope.ServiceProvider.GetRequiredService<CurrentReader>().Is(actor);
        var search = scope.ServiceProvider.GetRequiredService<PortalSearch>();
        Assert.Empty(await search.FindAsync(actor, company.Host.OrganizationId, "crimsoned"));
        Assert.Equal(5, (await search.FindAsync(actor, company.Host.OrganizationId, "azurine")).Select(hit => hit.Kind).Distinct().Count());
    }

    [Fact]
    public async Task WithoutAReader_NothingIsRead()
    {
        await using var scope = company.Host.Services.CreateAsyncScope();
        var search = scope.ServiceProvider.GetRequiredService<PortalSearch>();
        await Assert.ThrowsAsync<InvalidOperationException>(() => search.FindAsync(Actor.ForSystem("test", company.Host.OrganizationId), company.Host.OrganizationId, "azurine"));
    }

    private static Guid? RowOf(string pattern, TeamFixture team) => pattern.Split('/')[1..] switch
    {
        ["keys", "{id:guid}", ..] => team.Key,
        ["cost", "quotas", "{id:guid}", ..] => team.TeamBudget,
        ["cost", "records", "{id:guid}", ..] => team.Record,
        ["members", "{id:guid}", ..] => team.Member,
        ["approvals", "{id:guid}", ..] => team.Approval,
        ["teams", "{id:guid}", ..] => team.Team,
        ["projects", "{id:guid}", ..] => team.Project,
        ["departments", "{id:guid}", ..] => team.Department,
        _ => null,
    };

    private static string Fill(string pattern, Guid id) => pattern.Replace("{id:guid}", id.ToString(), StringComparison.Ordinal).Replace("{request:guid}", Guid.Empty.ToString(), StringComparison.Ordinal);

    private static async Task<(HttpStatusCode Status, string Text)> TextAsync(HttpClient client, string path)
    {
        using var answer = await client.GetAsync(new Uri("/api/v1" + path, UriKind.Relative));
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    private IEnumerable<string> Patterns(string method) =>
        from endpoint in company.Host.Services.GetServices<EndpointDataSource>().SelectMany(source => source.Endpoints).OfType<RouteEndpoint>()
        let pattern = endpoint.RoutePattern.RawText?.TrimEnd('/')
        where pattern?.StartsWith("/api/v1/", StringComparison.Ordinal) == true
            && endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods.Contains(method) == true
        select pattern["/api/v1".Length..];
}
