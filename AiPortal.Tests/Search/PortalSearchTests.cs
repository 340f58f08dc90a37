using AiPortal.Core.Access;
using AiPortal.Core.Search;
using AiPortal.Core.Tenancy;
using AiPortal.Tests.Api;
using AiPortal.Tests.Fixtures;
using Microsoft.Extensions.DependencyInjection;

namespace AiPortal.Tests.Search;

/// <summary>What the palette finds: of every kind, nearest first, no more than the reader may see, nothing of others.</summary>
public sealed class PortalSearchTests(PortalHost host) : IClassFixture<PortalHost>
{
    private PortalSearch Search => host.Services.GetRequiredService<PortalSearch>();

    [Fact]
    public async Task Find_PartOfAName_FindsEveryKindNearestFirst()
    {
        var team = await host.Admin.PostApiAsync("/teams", new { name = "Zephyr" });
        await host.Admin.PostApiAsync("/teams", new { name = "The zephyr 研发部" });
        await host.Admin.PostApiAsync("/departments", new { name = "zephyr department" });
        await host.Admin.PostApiAsync("/projects", new { name = "Zephyr project" });
        await host.Admin.PostApiAsync("/cost-centers", new { name = "Zephyr center" });
        await host.Admin.PostApiAsync("/keys", new { name = "zephyr-key", team_id = team.Id });
        await host.Admin.PostApiAsync("/cost/quotas", new { name = "Zephyr budget", quota_type = "team", scope_id = team.Id, total_quota = 5 });
        await host.Admin.PostApiAsync("/members", new { email = "zephyr@example.com", name = "Zoe", role = "member" });
        await host.Admin.PostApiAsync("/bills", new { period = "2026-09", scope = new { team_id = team.Id } });

        var hits = await Search.FindAsync(Actor(Role.Owner), host.OrganizationId, " zephyr ");
        Assert.Equal(["Zephyr", "The zephyr 研发部"], hits.Where(hit => hit.Kind == SearchKind.Team).Select(hit => hit.Name));
        foreach (var kind in (SearchKind[])[SearchKind.Department, SearchKind.Project, SearchKind.CostCenter, SearchKind.Key, SearchKind.Budget, SearchKind.Member, SearchKind.Bill])
            Assert.Contains(hits, hit => hit.Kind == kind);
        Assert.Equal(["The zephyr 研发部"], (await Search.FindAsync(Actor(Role.Owner), host.OrganizationId, "研发")).Select(hit => hit.Name));
        Assert.Contains(await Search.FindAsync(Actor(Role.Owner), host.OrganizationId, "gpt-5"), hit => hit.Kind == SearchKind.Model);
    }

    [Fact]
    public async Task Find_ByEachRole_ShowsWhatItMaySee()
    {
        await host.Admin.PostApiAsync("/keys", new { name = "borealis" });
        await host.Admin.PostApiAsync("/teams", new { name = "borealis" });

        Assert.Equal([SearchKind.Key, SearchKind.Team], (await Search.FindAsync(Actor(Role.Auditor), host.OrganizationId, "borealis")).Select(hit => hit.Kind).Order());
        Assert.Equal([SearchKind.Team], (await Search.FindAsync(Actor(Role.Member), host.OrganizationId, "borealis")).Select(hit => hit.Kind));
        Assert.Empty(await Search.FindAsync(Actor(Role.Owner) with { Roles = new Dictionary<Guid, Role>() }, host.OrganizationId, "borealis"));
    }

    [Fact]
    public async Task Find_InAnotherOrganization_FindsNothingOfThisOne()
    {
        await host.Admin.PostApiAsync("/teams", new { name = "Aquila" });
        var other = (await host.Admin.PostApiAsync("/organizations", new { name = "Other" })).Id;

        var owner = Actor(Role.Owner) with { Roles = new Dictionary<Guid, Role> { [other] = Role.Owner, [host.OrganizationId] = Role.Owner } };
        Assert.Empty(await Search.FindAsync(owner, other, "Aquila"));
        Assert.Single(await Search.FindAsync(owner, host.OrganizationId, "Aquila"));
    }

    [Fact]
    public async Task Find_WildcardsAndQuotes_ArePlainCharacters()
    {
        await host.Admin.PostApiAsync("/teams", new { name = "50%_off's \\ team" });

        foreach (var text in (string[])["50%_off's", "%_", "'s \\"])
            Assert.Equal(["50%_off's \\ team"], (await Search.FindAsync(Actor(Role.Owner), host.OrganizationId, text)).Select(hit => hit.Name));
        foreach (var text in (string[])["", "   ", "%%%", "a\0b", new string('x', 101)])
            Assert.Empty(await Search.FindAsync(Actor(Role.Owner), host.OrganizationId, text));
    }

    [Fact]
    public async Task Find_APastedKey_FindsItByWhatIsShownOfItAnyway()
    {
        var made = await host.Admin.PostApiAsync("/keys", new { name = "pasted" });
        var secret = made.Json.GetProperty("key").GetString()!;

        foreach (var text in (string[])[secret, secret[..10], secret[..10] + "something-else"])
            Assert.Equal(["pasted"], (await Search.FindAsync(Actor(Role.Owner), host.OrganizationId, text)).Select(hit => hit.Name));
    }

    private Actor Actor(Role role) => new(Guid.Empty, "reader", new Dictionary<Guid, Role> { [host.OrganizationId] = role }, host.OrganizationId);
}
