using System.Net;
using AiPortal.Tests.Api;
using AiPortal.Tests.Fixtures;
using Npgsql;
using Xunit;

namespace AiPortal.Tests.Audit;

public sealed class AuditEndpointsTests(PortalHost host) : IClassFixture<PortalHost>
{
    [Fact]
    public async Task List_AfterAChange_TellsWhoWhatBeforeAndAfter()
    {
        var own = await host.Admin.PostApiAsync("/organizations", new { name = "Watched" });
        var team = await host.Admin.PostApiAsync("/teams", new { name = "Lab", organization_id = own.Id });
        await host.Admin.PatchApiAsync($"/teams/{team.Id}", new { name = "Research" });
        var rows = (await host.Admin.GetApiAsync($"/audit?subject={team.Id}&organization_id={own.Id}")).Data.ToList();
        var one = await host.Admin.GetApiAsync($"/audit/{rows[0].GetProperty("id").GetGuid()}");

        Assert.Equal(["team.update", "team.create"], rows.Select(row => row.GetProperty("action").GetString()));
        Assert.Equal(("Lab", "Research"), (one.Json.GetProperty("before").GetProperty("name").GetString(), one.Json.GetProperty("after").GetProperty("name").GetString()));
        Assert.Equal("127.0.0.1", one.Text("client_ip"));
    }

    [Fact]
    public async Task List_Filters_NarrowAndPage()
    {
        var own = await host.Admin.PostApiAsync("/organizations", new { name = "Filtered" });
        for (var i = 0; i < 3; i++) await host.Admin.PostApiAsync("/teams", new { name = $"t{i}", organization_id = own.Id });
        var at = $"organization_id={own.Id}";
        var first = await host.Admin.GetApiAsync($"/audit?limit=2&action=team.create&{at}");
        var rest = await host.Admin.GetApiAsync($"/audit?limit=2&action=team.create&{at}&cursor={first.Text("next_cursor")}");
        var later = await host.Admin.GetApiAsync($"/audit?from=2100-01-01T00:00:00Z&{at}");
        var nobody = await host.Admin.GetApiAsync($"/audit?actor=Nobody&{at}");
        var bad = await host.Admin.GetApiAsync($"/audit?from=yesterday&{at}");

        Assert.Equal(["t2", "t1", "t0"], first.Data.Concat(rest.Data).Select(row => row.GetProperty("subject_name").GetString()));
        Assert.Empty(later.Data);
        Assert.Empty(nobody.Data);
        Assert.Equal(["from"], bad.Fields);
    }

    [Fact]
    public async Task Verify_AlteredRow_IsNamed()
    {
        var own = await host.Admin.PostApiAsync("/organizations", new { name = "Tampered" });
        await host.Admin.PostApiAsync("/teams", new { name = "a", organization_id = own.Id });
        var whole = await host.Admin.GetApiAsync($"/audit/verify?organization_id={own.Id}");
        await using var superuser = new NpgsqlConnection(host.Database.Superuser);
        await superuser.OpenAsync();
        await using var tamper = new NpgsqlCommand("SET session_replication_role = replica; UPDATE audit_events SET actor_name = 'someone else' WHERE organization_id = '" + own.Id + "' AND sequence = 2", superuser);
        await tamper.ExecuteNonQueryAsync();
        var broken = await host.Admin.GetApiAsync($"/audit/verify?organization_id={own.Id}");

        Assert.True(whole.Json.GetProperty("ok").GetBoolean());
        Assert.Equal(2, whole.Json.GetProperty("checked").GetInt64());
        Assert.False(broken.Json.GetProperty("ok").GetBoolean());
        Assert.NotEqual(Guid.Empty, broken.Json.GetProperty("first_broken_id").GetGuid());
    }

    [Fact]
    public async Task Audit_ForOthers_IsNotThere()
    {
        var (stranger, organization) = await host.StrangerAsync();
        using var client = stranger;
        using var manager = await host.MemberAsync("manager");
        var his = (await stranger.GetApiAsync("/audit")).Data.First().GetProperty("id").GetGuid();

        Assert.Equal(HttpStatusCode.NotFound, (await host.Admin.GetApiAsync($"/audit?organization_id={organization}")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await host.Admin.GetApiAsync($"/audit/verify?organization_id={organization}")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await host.Admin.GetApiAsync($"/audit/{his}")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await manager.GetApiAsync("/audit")).Status);
    }
}
