using System.Net;
using AiPortal.Tests.Api;
using AiPortal.Tests.Fixtures;
using AiPortal.Tests.Ledger;
using Xunit;

namespace AiPortal.Tests.Organizations;

public sealed class OrganizationEndpointsTests(PortalHost host) : IClassFixture<PortalHost>
{
    [Fact]
    public async Task Create_BySignedInPerson_MakesHimOwner()
    {
        using var member = await host.MemberAsync("member");
        var made = await member.PostApiAsync("/organizations", new
        {
            name = "研究所",
            time_zone = "Asia/Shanghai",
            currency = "CNY",
            fiscal_year_start = 4,
            unpriced_model_policy = "ceiling",
            ceiling_price = 12.5m,
        });
        var members = await member.GetApiAsync($"/members?organization_id={made.Id}");

        Assert.Equal(HttpStatusCode.Created, made.Status);
        Assert.Equal(made.Id, made.Json.GetProperty("organization_id").GetGuid());
        Assert.Equal(("研究所", "Asia/Shanghai", "CNY", "ceiling", "12.5"),
            (made.Text("name"), made.Text("time_zone"), made.Text("currency"), made.Text("unpriced_model_policy"), made.Json.GetProperty("ceiling_price").GetRawText()));
        Assert.Equal("owner", Assert.Single(members.Data).GetProperty("role").GetString());
        Assert.Equal(HttpStatusCode.NotFound, (await host.Admin.GetApiAsync($"/organizations/{made.Id}")).Status);
    }

    [Fact]
    public async Task Change_OfTheTimeZone_MakesOtherDaysOfTheSameCalls()
    {
        var made = await host.Admin.PostApiAsync("/organizations", new { name = "Moving", time_zone = "UTC" });
        await host.Database.WriteAsync(made.Id, new ScriptedEntry(new DateTimeOffset(2026, 11, 9, 16, 30, 0, TimeSpan.Zero), 3), new ScriptedEntry(new DateTimeOffset(2026, 11, 10, 3, 0, 0, TimeSpan.Zero), 4));
        Assert.Equal("2026-11-09 3, 2026-11-10 4", await DaysAsync());

        var changed = await host.Admin.PatchApiAsync($"/organizations/{made.Id}", new { time_zone = "Asia/Shanghai" });

        Assert.Equal(HttpStatusCode.OK, changed.Status);
        Assert.Equal("2026-11-10 7", await DaysAsync());

        Task<string> DaysAsync() => host.Database.ScalarAsync<string>(
            "SELECT string_agg(day || ' ' || trunc(total_cost), ', ' ORDER BY day) FROM usage_days WHERE organization_id = $1 AND dimension = 'organization'", made.Id);
    }

    [Theory]
    [InlineData("""{"name":"x","time_zone":"Mars/Base"}""", "time_zone")]
    [InlineData("""{"name":"x","time_zone":"W. Europe Standard Time"}""", "time_zone")]
    [InlineData("""{"name":"x","currency":"dollar"}""", "currency")]
    [InlineData("""{"name":"x","fiscal_year_start":13}""", "fiscal_year_start")]
    [InlineData("""{"name":"x","fiscal_year_start":"4"}""", "fiscal_year_start")]
    [InlineData("""{"name":"x","week_start":"tuesday"}""", "week_start")]
    [InlineData("""{"name":"x","week_start":1}""", "week_start")]
    [InlineData("""{"name":"x","unpriced_model_policy":"ceiling"}""", "ceiling_price")]
    [InlineData("""{"name":"x","unpriced_model_policy":"allow"}""", "unpriced_model_policy")]
    [InlineData("""{"name":" "}""", "name")]
    [InlineData("""{"currency":"EUR"}""", "name")]
    [InlineData("""{"name":"x","timezone":"UTC"}""", "timezone")]
    public async Task Create_BadMember_IsRefusedByName(string json, string field)
    {
        var answer = await host.Admin.PostApiAsync("/organizations", json);

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Equal([field], answer.Fields);
    }

    [Fact]
    public async Task Put_WhatGetAnswered_ChangesNothingButWhatIsSaid()
    {
        var made = await host.Admin.PostApiAsync("/organizations", new { name = "Round trip", currency = "EUR" });
        var read = await host.Admin.GetApiAsync($"/organizations/{made.Id}");
        var put = await host.Admin.CallAsync(HttpMethod.Put, $"/organizations/{made.Id}", read.Json);
        var patched = await host.Admin.PatchApiAsync($"/organizations/{made.Id}", new { fiscal_year_start = 7 });

        Assert.Equal(HttpStatusCode.OK, put.Status);
        Assert.Equal(("Round trip", "EUR", 7), (patched.Text("name"), patched.Text("currency"), patched.Json.GetProperty("fiscal_year_start").GetInt32()));
    }

    [Fact]
    public async Task Change_WithoutPermission_Is403AndLeavesAnAuditRow()
    {
        using var auditor = await host.MemberAsync("auditor");
        var refused = await auditor.PatchApiAsync($"/organizations/{host.OrganizationId}", new { name = "Mine now" });
        var denials = await host.Admin.GetApiAsync("/audit?action=organization.update&allowed=false");

        Assert.Equal((HttpStatusCode.Forbidden, "forbidden"), (refused.Status, refused.Code));
        Assert.Equal("auditor", Assert.Single(denials.Data).GetProperty("actor_name").GetString());
    }

    [Fact]
    public async Task List_OnlyOwnOrganizations_PageByPage()
    {
        using var person = await host.MemberAsync("member");
        var second = await person.PostApiAsync("/organizations", new { name = "Second" });
        var first = await person.GetApiAsync("/organizations?limit=1");
        var rest = await person.GetApiAsync($"/organizations?limit=1&cursor={first.Text("next_cursor")}");

        Assert.Equal([host.OrganizationId, second.Id], first.Data.Concat(rest.Data).Select(o => o.GetProperty("id").GetGuid()));
        Assert.Null(rest.Text("next_cursor"));
    }
}
