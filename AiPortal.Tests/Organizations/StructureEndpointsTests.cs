using System.Net;
using System.Security.Cryptography;
using AiPortal.Tests.Api;
using AiPortal.Tests.Fixtures;
using Xunit;

namespace AiPortal.Tests.Organizations;

public sealed class StructureEndpointsTests(PortalHost host) : IClassFixture<PortalHost>
{
    private static readonly string[] Resources = ["departments", "teams", "projects", "cost-centers", "environments"];

    public static TheoryData<string> EveryResource => [.. Resources];

    [Theory]
    [MemberData(nameof(EveryResource))]
    public async Task Resource_CreatedReadPutAndDeleted_IsGone(string path)
    {
        var name = $"{path} thing";
        var made = await host.Admin.PostApiAsync($"/{path}", new { name });
        var read = await host.Admin.GetApiAsync($"/{path}/{made.Id}");
        var put = await host.Admin.CallAsync(HttpMethod.Put, $"/{path}/{made.Id}", read.Json);
        var renamed = await host.Admin.PatchApiAsync($"/{path}/{made.Id}", new { name = name + "!" });
        var taken = await host.Admin.PostApiAsync($"/{path}", new { name = name + "!" });
        var removed = await host.Admin.DeleteApiAsync($"/{path}/{made.Id}");
        var after = await host.Admin.GetApiAsync($"/{path}/{made.Id}");
        var again = await host.Admin.PostApiAsync($"/{path}", new { name = name + "!" });

        Assert.Equal((HttpStatusCode.Created, host.OrganizationId), (made.Status, made.Json.GetProperty("organization_id").GetGuid()));
        Assert.Equal(made.Json.ToString(), read.Json.ToString());
        Assert.Equal((HttpStatusCode.OK, name + "!"), (put.Status, renamed.Text("name")));
        Assert.Equal((HttpStatusCode.Conflict, "already_exists"), (taken.Status, taken.Code));
        Assert.Equal((HttpStatusCode.NoContent, HttpStatusCode.NotFound, HttpStatusCode.Created), (removed.Status, after.Status, again.Status));
    }

    [Theory]
    [MemberData(nameof(EveryResource))]
    public async Task Resource_OfAnotherOrganization_DoesNotExist(string path)
    {
        var (stranger, organization) = await host.StrangerAsync();
        using var client = stranger;
        var his = await stranger.PostApiAsync($"/{path}", new { name = "His" });
        var read = await host.Admin.GetApiAsync($"/{path}/{his.Id}");
        var changed = await host.Admin.PatchApiAsync($"/{path}/{his.Id}", new { name = "Mine" });
        var removed = await host.Admin.DeleteApiAsync($"/{path}/{his.Id}");
        var listed = await host.Admin.GetApiAsync($"/{path}?organization_id={organization}");
        var created = await host.Admin.PostApiAsync($"/{path}", new { name = "Planted", organization_id = organization });

        Assert.All([read, changed, removed, listed, created], answer => Assert.Equal((HttpStatusCode.NotFound, "not_found"), (answer.Status, answer.Code)));
        Assert.Equal("His", (await stranger.GetApiAsync($"/{path}/{his.Id}")).Text("name"));
    }

    [Theory]
    [InlineData("departments", "departments", "parent_id")]
    [InlineData("departments", "teams", "department_id")]
    [InlineData("teams", "projects", "team_id")]
    public async Task Parent_OfAnotherOrganization_DoesNotExistInBodiesAndFilters(string parents, string path, string member)
    {
        var (stranger, _) = await host.StrangerAsync();
        using var client = stranger;
        var his = await stranger.PostApiAsync($"/{parents}", new { name = "His" });
        var created = await host.Admin.PostApiAsync($"/{path}", new Dictionary<string, object> { ["name"] = "Below", [member] = his.Id });
        var filtered = await host.Admin.GetApiAsync($"/{path}?{member}={his.Id}");

        Assert.Equal((HttpStatusCode.NotFound, HttpStatusCode.NotFound), (created.Status, filtered.Status));
    }

    [Theory]
    [InlineData("departments", "departments", "parent_id")]
    [InlineData("departments", "teams", "department_id")]
    [InlineData("teams", "projects", "team_id")]
    public async Task Parent_WithLiveChildren_IsNotRemoved(string parents, string path, string member)
    {
        var parent = await host.Admin.PostApiAsync($"/{parents}", new { name = $"{path} parent" });
        var child = await host.Admin.PostApiAsync($"/{path}", new Dictionary<string, object> { ["name"] = $"{path} child", [member] = parent.Id });
        var filtered = await host.Admin.GetApiAsync($"/{path}?{member}={parent.Id}");
        var refused = await host.Admin.DeleteApiAsync($"/{parents}/{parent.Id}");
        await host.Admin.DeleteApiAsync($"/{path}/{child.Id}");
        var removed = await host.Admin.DeleteApiAsync($"/{parents}/{parent.Id}");

        Assert.Equal(child.Id, Assert.Single(filtered.Data).GetProperty("id").GetGuid());
        Assert.Equal((HttpStatusCode.Conflict, "in_use", HttpStatusCode.NoContent), (refused.Status, refused.Code, removed.Status));
    }

    [Fact]
    public async Task Department_MovedBelowItself_IsRefused()
    {
        var top = await host.Admin.PostApiAsync("/departments", new { name = "Top" });
        var middle = await host.Admin.PostApiAsync("/departments", new { name = "Middle", parent_id = top.Id });
        var bottom = await host.Admin.PostApiAsync("/departments", new { name = "Bottom", parent_id = middle.Id });
        var circle = await host.Admin.PatchApiAsync($"/departments/{top.Id}", new { parent_id = bottom.Id });
        var self = await host.Admin.PatchApiAsync($"/departments/{top.Id}", new { parent_id = top.Id });
        var up = await host.Admin.CallAsync(HttpMethod.Patch, $"/departments/{bottom.Id}", """{"parent_id":null}""");

        Assert.Equal((HttpStatusCode.BadRequest, HttpStatusCode.BadRequest, HttpStatusCode.OK), (circle.Status, self.Status, up.Status));
        Assert.Equal(["parent_id"], circle.Fields);
    }

    [Fact]
    public async Task Member_WithoutPermission_ReadsButDoesNotChange()
    {
        using var member = await host.MemberAsync("member");
        var listed = await member.GetApiAsync("/teams");
        var refused = await member.PostApiAsync("/teams", new { name = "Sneaky" });
        var denials = await host.Admin.GetApiAsync("/audit?action=team.create&allowed=false");

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.Forbidden), (listed.Status, refused.Status));
        Assert.NotEmpty(denials.Data);
    }

    [Fact]
    public async Task CostCenter_Code_IsKeptClearedAndUnknownToOthers()
    {
        var made = await host.Admin.PostApiAsync("/cost-centers", new { name = "Coded", code = "4711" });
        var cleared = await host.Admin.CallAsync(HttpMethod.Patch, $"/cost-centers/{made.Id}", """{"code":null}""");
        var team = await host.Admin.PostApiAsync("/teams", new { name = "Coded", code = "4711" });

        Assert.Equal(("4711", null), (made.Text("code"), cleared.Text("code")));
        Assert.Equal(["code"], team.Fields);
    }

    [Theory]
    [InlineData("teams", "team_id")]
    [InlineData("projects", "project_id")]
    [InlineData("cost-centers", "cost_center_id")]
    [InlineData("environments", "environment_id")]
    public async Task Resource_WithLiveKeys_IsNotRemoved(string path, string column)
    {
        var made = await host.Admin.PostApiAsync($"/{path}", new { name = "Keyed" });
        await host.Database.ExecuteAsync($$"""
            INSERT INTO api_keys (id, organization_id, name, key_hash, prefix, status, tags, created_at, updated_at, {{column}})
            VALUES (gen_random_uuid(), $1, 'k', $3, 'sk-ap-', 'active', '{}', now(), now(), $2)
            """, host.OrganizationId, made.Id, SHA256.HashData(made.Id.ToByteArray()));
        var refused = await host.Admin.DeleteApiAsync($"/{path}/{made.Id}");
        await host.Database.ExecuteAsync($"UPDATE api_keys SET status = 'revoked' WHERE {column} = $1", made.Id);
        var removed = await host.Admin.DeleteApiAsync($"/{path}/{made.Id}");

        Assert.Equal((HttpStatusCode.Conflict, "in_use"), (refused.Status, refused.Code));
        Assert.Equal(HttpStatusCode.NoContent, removed.Status);
    }
}
