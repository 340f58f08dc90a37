using System.Diagnostics;
using System.Net;
using System.Text;
using AiPortal.Core.Data;
using AiPortal.Core.Organizations.Import;
using AiPortal.Core.Tenancy;
using AiPortal.Tests.Api;
using AiPortal.Tests.Fixtures;
using Microsoft.EntityFrameworkCore;
using Xunit.Abstractions;

namespace AiPortal.Tests.Organizations;

/// <summary>Members from a file: tried, then all or none, and again without effect.</summary>
public sealed class MemberImportTests(PortalHost host, ITestOutputHelper output) : IClassFixture<PortalHost>
{
    [Fact]
    public async Task Import_IsTriedFirst_ThenAddsAndChanges_AndAgainDoesNothing()
    {
        var team = (await host.Admin.PostApiAsync("/teams", new { name = "Orion" })).Id;
        await host.Admin.PostApiAsync("/departments", new { name = "Research" });
        var there = await host.Admin.PostApiAsync("/members", new { email = "there@example.com", name = "There", role = "member", password = "a-long-enough-secret" });
        var csv = "\uFEFFname;email;role;team;scope_type;scope\r\n\"Curie; Marie\";marie@example.com;manager;orion;department;Research\r\nBohr \"Niels\";niels@example.com;;;;\r\nThere;there@example.com;finance;Orion;;\r\n";
        var before = (await MembersAsync()).Count;
        var tried = await ImportAsync(csv, dryRun: true);
        Assert.Equal((HttpStatusCode.OK, false, 2, 1, 0, 0), Sums(tried));
        Assert.Equal(before, (await MembersAsync()).Count);
        Assert.DoesNotContain("invitation?token", tried.Json.ToString(), StringComparison.Ordinal);

        var done = await ImportAsync(csv);
        Assert.Equal((HttpStatusCode.Created, true, 2, 1, 0, 0), Sums(done));
        var rows = done.Json.GetProperty("rows").EnumerateArray().ToList();
        Assert.Contains("/invitation?token=apv_", rows[0].GetProperty("invitation_url").GetString(), StringComparison.Ordinal);
        var marie = (await MembersAsync()).Single(member => member.Email == "marie@example.com");
        Assert.Equal(("Curie; Marie", Role.Manager, PlaceKind.Department, team), (marie.Name, marie.Role, marie.ScopeType, marie.TeamId!.Value));
        Assert.Equal("Bohr \"Niels\"", (await MembersAsync()).Single(member => member.Email == "niels@example.com").Name);
        var changed = (await host.Admin.GetApiAsync($"/members/{there.Id}")).Json;
        Assert.Equal(("finance", team), (changed.GetProperty("role").GetString(), changed.GetProperty("team_id").GetGuid()));

        Assert.Equal((HttpStatusCode.Created, true, 0, 0, 3, 0), Sums(await ImportAsync(csv)));
        // What a file does not name stays.
        Assert.Equal((HttpStatusCode.Created, true, 0, 0, 1, 0), Sums(await ImportAsync("email\nthere@example.com")));
        Assert.True((await host.Admin.GetApiAsync("/audit/verify")).Json.GetProperty("ok").GetBoolean());
    }

    [Fact]
    public async Task Import_OfWrongLines_TellsEachByField_AndDoesNothing()
    {
        var before = (await MembersAsync()).Count;
        var csv = "email,name,role,team,scope_type,scope,rpm\n"
            + "good@example.com,Good,member,,,,\n"
            + "not an address,N,member,,,,\n"
            + "x@example.com,,captain,Nowhere,,,-1\n"
            + "GOOD@example.com,Again,,,,,\n"
            + "scope@example.com,Scoped,member,,team,Nowhere,0\n"
            + "half@example.com,Half,manager,,team,,\n"
            + "cells@example.com,Cells\n";
        var answer = await ImportAsync(csv);
        Assert.Equal((HttpStatusCode.BadRequest, false, 1, 0, 0, 6), Sums(answer));
        Assert.Equal(["", "email", "name role rpm team", "email", "rpm scope", "scope", "row"], answer.Json.GetProperty("rows").EnumerateArray()
            .Select(row => string.Join(' ', row.GetProperty("errors").EnumerateObject().Select(error => error.Name).Order(StringComparer.Ordinal))));
        Assert.Equal(before, (await MembersAsync()).Count);
    }

    [Theory]
    [InlineData("")]
    [InlineData("email,name")]
    [InlineData("name\nNobody")]
    [InlineData("email,nick\na@example.com,a")]
    [InlineData("email,email\na@example.com,a@example.com")]
    [InlineData("email,name\na@example.com,\"open")]
    public async Task Import_OfWhatIsNoSuchFile_IsRefused(string csv) => Assert.Equal(HttpStatusCode.BadRequest, (await ImportAsync(csv, dryRun: true)).Status);

    [Fact]
    public async Task Import_OfFormulasAndScripts_KeepsThemAsText()
    {
        string[] hostile = ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "<script>alert(1)</script>", "'; DROP TABLE memberships; --", "{{7*7}}", "名字 \"引号\""];
        var csv = new StringBuilder("email,name\n");
        foreach (var (index, name) in hostile.Index()) csv.Append("hostile").Append(index).Append("@example.com,\"").Append(name.Replace("\"", "\"\"", StringComparison.Ordinal)).Append("\"\n");
        Assert.Equal(HttpStatusCode.Created, (await ImportAsync(csv.ToString())).Status);
        Assert.Equal(hostile, (await MembersAsync()).Where(member => member.Email.StartsWith("hostile", StringComparison.Ordinal)).OrderBy(member => member.Email, StringComparer.Ordinal).Select(member => member.Name));
        Assert.Equal(["name"], ErrorsOf(await ImportAsync("email,name\ntab@example.com,\"a\tb\"", dryRun: true)));
        Assert.Equal(["name"], ErrorsOf(await ImportAsync($"email,name\nlong@example.com,{new string('x', 201)}", dryRun: true)));
    }

    [Fact]
    public async Task Import_NeverGivesMoreThanItsMakerHas_NorTakesTheLastOwner()
    {
        using var administrator = await host.MemberAsync("administrator");
        Assert.Equal(["role"], ErrorsOf(await ImportAsync("email,name,role\nowner@example.com,O,owner", client: administrator)));
        Assert.Equal(["role"], ErrorsOf(await ImportAsync($"email,role\n{PortalHost.AdminEmail},member", client: administrator)));
        Assert.Equal(["role"], ErrorsOf(await ImportAsync($"email,role\n{PortalHost.AdminEmail},member")));
        using var finance = await host.MemberAsync("finance");
        Assert.Equal(HttpStatusCode.Forbidden, (await ImportAsync("email,name\na@example.com,A", dryRun: true, client: finance)).Status);
        var (stranger, _) = await host.StrangerAsync();
        using var his = stranger;
        var place = (await stranger.PostApiAsync("/teams", new { name = "His" })).Id;
        Assert.Equal(["team"], ErrorsOf(await ImportAsync($"email,name,team\na@example.com,A,{place}", dryRun: true)));
    }

    [Fact]
    public async Task Import_OfFiveThousandLines_IsQuick_AndOneMoreIsRefused()
    {
        var csv = new StringBuilder("email,name,role,team\n");
        await host.Admin.PostApiAsync("/teams", new { name = "Many" });
        for (var i = 0; i < ImportMembers.MaxRows; i++) csv.Append("many").Append(i).Append("@example.com,Person ").Append(i).Append(",member,Many\n");
        var watch = Stopwatch.StartNew();
        Assert.Equal((HttpStatusCode.Created, true, ImportMembers.MaxRows, 0, 0, 0), Sums(await ImportAsync(csv.ToString())));
        output.WriteLine($"added in {watch.ElapsedMilliseconds} ms");
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(60), $"{watch.Elapsed}");
        watch.Restart();
        Assert.Equal((HttpStatusCode.Created, true, 0, 0, ImportMembers.MaxRows, 0), Sums(await ImportAsync(csv.ToString())));
        output.WriteLine($"again in {watch.ElapsedMilliseconds} ms");
        Assert.Equal(HttpStatusCode.BadRequest, (await ImportAsync(csv.Append("more@example.com,More,member,Many\n").ToString(), dryRun: true)).Status);
        Assert.True((await host.Admin.GetApiAsync("/audit/verify")).Json.GetProperty("ok").GetBoolean());
    }

    private Task<ApiAnswer> ImportAsync(string csv, bool dryRun = false, HttpClient? client = null) => (client ?? host.Admin).PostApiAsync("/members/import", new { csv, dry_run = dryRun });

    private static (HttpStatusCode, bool, int, int, int, int) Sums(ApiAnswer answer) => (answer.Status, answer.Json.GetProperty("applied").GetBoolean(), Number(answer, "created"), Number(answer, "changed"), Number(answer, "skipped"), Number(answer, "invalid"));

    private static int Number(ApiAnswer answer, string member) => answer.Json.GetProperty(member).GetInt32();

    private static string[] ErrorsOf(ApiAnswer answer) => [.. answer.Json.GetProperty("rows").EnumerateArray().Single().GetProperty("errors").EnumerateObject().Select(error => error.Name)];

    private async Task<List<Membership>> MembersAsync()
    {
        await using var db = host.Database.Portal.OpenSystem();
        return await db.Set<Membership>().AsNoTracking().Where(member => member.OrganizationId == host.OrganizationId).ToListAsync();
    }
}
