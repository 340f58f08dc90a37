using AiPortal.Core.Organizations;
using AiPortal.Core.Tenancy;
using AiPortal.Tests.Fixtures;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace AiPortal.Tests.Organizations;

/// <summary>5,000 members and 300 teams: what the pages read.</summary>
public sealed class PeopleAtScaleTests(PortalHost host) : IClassFixture<PortalHost>
{
    [Fact]
    public async Task MembersAndStructure_OfALargeCompany_AreReadInPages()
    {
        await FillAsync();
        var sheet = host.Services.GetRequiredService<MemberSheet>();
        var tree = host.Services.GetRequiredService<StructureTree>();
        var teams = await sheet.TeamsAsync(host.OrganizationId);
        var team = teams.Single(t => t.Name == "Team 017").Id;

        var (rows, total) = await sheet.ReadAsync(host.OrganizationId, new MemberFilter(), 2001, 50);
        var (ofTeam, inTeam) = await sheet.ReadAsync(host.OrganizationId, new MemberFilter(TeamId: team), 0, 5);
        var (_, invited) = await sheet.ReadAsync(host.OrganizationId, new MemberFilter(Status: MemberStatus.Invited), 0, 1);
        var (wild, _) = await sheet.ReadAsync(host.OrganizationId, new MemberFilter(Search: "p_erson"), 0, 50);
        var (_, finance) = await sheet.ReadAsync(host.OrganizationId, new MemberFilter(Role.Finance, Search: "PERSON 00"), 0, 50);
        Assert.Equal((50, 5001, "Person 2000"), (rows.Count, total, rows[0].Membership.Name));
        Assert.Equal((5, 17, "Team 017"), (ofTeam.Count, inTeam, ofTeam[0].Team));
        Assert.Equal((1000, 15), (invited, finance));
        Assert.Empty(wild);

        var top = await tree.BelowAsync(host.OrganizationId, null, null, 100);
        var department = top.Nodes.Single(node => node.Name == "Department 8");
        var below = await tree.BelowAsync(host.OrganizationId, StructureKind.Department, department.Id, 20);
        var part = await tree.FindAsync(host.OrganizationId, StructureKind.Team, team);
        Assert.Equal((10, 10, 30), (top.Nodes.Count, top.Total, department.Below));
        Assert.Equal((20, 30, 17), (below.Nodes.Count, below.Total, below.Nodes[0].Members));
        Assert.Equal((17, "Department 8"), (part!.Node.Members, Assert.Single(part.Path)));
        Assert.Equal(10, (await tree.SearchAsync(host.OrganizationId, "team 01", 50)).Total);
    }

    private async Task FillAsync()
    {
        await using var db = host.Database.Portal.OpenSystem();
        await db.Database.ExecuteSqlAsync($"""
            INSERT INTO departments (id, organization_id, name, created_at, updated_at)
            SELECT gen_random_uuid(), {host.OrganizationId}, 'Department ' || i, now(), now() FROM generate_series(1, 10) i
            """);
        await db.Database.ExecuteSqlAsync($"""
            INSERT INTO teams (id, organization_id, name, department_id, created_at, updated_at)
            SELECT gen_random_uuid(), d.organization_id, 'Team ' || lpad(i::text, 3, '0'), d.id, now(), now()
            FROM generate_series(0, 299) i JOIN departments d ON d.name = 'Department ' || (i % 10 + 1)
            """);
        await db.Database.ExecuteSqlAsync($"""
            INSERT INTO users (id, name, email, user_name, normalized_email, normalized_user_name, password_hash, home_organization_id, created_at,
              email_confirmed, phone_number_confirmed, two_factor_enabled, lockout_enabled, access_failed_count, is_bootstrap, must_change_password)
            SELECT gen_random_uuid(), 'Person ' || lpad(i::text, 4, '0'), 'p' || i || '@example.com', 'p' || i || '@example.com', 'P' || i || '@EXAMPLE.COM', 'P' || i || '@EXAMPLE.COM',
              CASE WHEN i % 5 = 0 THEN NULL ELSE 'x' END, {host.OrganizationId}, now(), false, false, false, true, 0, false, false
            FROM generate_series(0, 4999) i
            """);
        await db.Database.ExecuteSqlAsync($"""
            INSERT INTO memberships (id, organization_id, user_id, email, name, role, team_id, created_at, updated_at)
            SELECT gen_random_uuid(), t.organization_id, u.id, u.email, u.name, CASE WHEN substr(u.name, 8)::int % 7 = 0 THEN 'finance' ELSE 'member' END, t.id, now(), now()
            FROM users u JOIN teams t ON t.name = 'Team ' || lpad((substr(u.name, 8)::int % 300)::text, 3, '0') WHERE u.name LIKE 'Person %'
            """);
    }
}
