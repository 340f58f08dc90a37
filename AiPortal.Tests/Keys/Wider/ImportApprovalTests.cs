using System.Net;
using AiPortal.Core.Keys;
using AiPortal.Tests.Api;
using AiPortal.Tests.Approvals;
using AiPortal.Tests.Fixtures;

namespace AiPortal.Tests.Keys.Wider;

/// <summary>An import that a policy covers is asked for as a whole, and done as it was asked.</summary>
public sealed class ImportApprovalTests(PortalHost host) : IClassFixture<PortalHost>
{
    [Fact]
    public async Task Import_UnderAPolicy_IsAskedFor_AndMakesItsKeysOnceApproved()
    {
        using var company = await ApprovalCalls.BeginAsync(host);
        var production = (await company.Owner.PostApiAsync("/environments", new { name = "Production", organization_id = company.OrganizationId })).Id;
        await company.PolicyAsync(new { kind = "key.create", environment_id = production, steps = new[] { "administrator" } });
        var (asker, decider) = (await company.AsAsync("manager"), await company.AsAsync("administrator"));
        var brought = VirtualKeyFormat.Generate();
        object Import(bool dry) => new
        {
            organization_id = company.OrganizationId,
            dry_run = dry,
            rows = new object[] { new { name = "here", environment = "Production", budget = new { limit = 5, period = "monthly" } }, new { name = "brought along", environment = "Production", key = brought }, new { name = "free" } },
        };

        Assert.Equal(HttpStatusCode.OK, (await asker.PostApiAsync("/keys/import", Import(dry: true))).Status);
        var asked = await company.AskedAsync(asker.PostApiAsync("/keys/import", Import(dry: false)));
        // A second click finds the request of the first.
        Assert.Equal(asked, await company.AskedAsync(asker.PostApiAsync("/keys/import", Import(dry: false))));
        Assert.Empty((await asker.GetApiAsync($"/keys?organization_id={company.OrganizationId}")).Data);
        var shown = await decider.GetApiAsync($"/approvals/{asked}");
        Assert.DoesNotContain(brought, shown.Json.ToString(), StringComparison.Ordinal);
        Assert.Equal(3, shown.Json.GetProperty("after").GetProperty("keys").GetArrayLength());
        Assert.Equal(0L, await host.Database.ScalarAsync<long>("SELECT count(*) FROM approvals WHERE id = $1 AND (payload::text || after::text LIKE $2 OR secret_cipher IS NULL)", asked, $"%{brought}%"));

        Assert.Equal("approved", (await ApprovalCalls.ApproveAsync(decider, asked)).Text("status"));

        var keys = (await asker.GetApiAsync($"/keys?organization_id={company.OrganizationId}")).Data.ToDictionary(key => key.GetProperty("name").GetString()!, key => key.GetProperty("id").GetGuid());
        Assert.Equal(["brought along", "free", "here"], keys.Keys.Order());
        Assert.Equal(VirtualKeyFormat.DisplayPrefix(brought), (await asker.GetApiAsync($"/keys/{keys["brought along"]}")).Text("prefix"));
        Assert.Equal("nothing_waits", (await asker.PostApiAsync($"/keys/{keys["brought along"]}/collect", null)).Code);
        Assert.StartsWith("sk-", (await asker.PostApiAsync($"/keys/{keys["here"]}/collect", null)).Text("key"), StringComparison.Ordinal);
        Assert.Equal("already_decided", (await ApprovalCalls.ApproveAsync(decider, asked)).Code);
        Assert.Equal(3, await company.AuditedAsync("key.import"));
    }

    [Fact]
    public async Task Import_WhoseBroughtSecretIsTakenMeanwhile_MakesNone()
    {
        using var company = await ApprovalCalls.BeginAsync(host);
        await company.PolicyAsync(new { kind = "key.create", steps = new[] { "administrator" } });
        var (asker, decider) = (await company.AsAsync("manager"), await company.AsAsync("administrator"));
        var brought = VirtualKeyFormat.Generate();
        object Rows(string name) => new { organization_id = company.OrganizationId, rows = new[] { new { name = name + " other", key = (string?)null }, new { name, key = (string?)brought } } };
        var (first, second) = (await company.AskedAsync(asker.PostApiAsync("/keys/import", Rows("first"))), await company.AskedAsync(asker.PostApiAsync("/keys/import", Rows("second"))));
        Assert.NotEqual(first, second);
        Assert.Equal("approved", (await ApprovalCalls.ApproveAsync(decider, first)).Text("status"));

        Assert.Equal(HttpStatusCode.Conflict, (await ApprovalCalls.ApproveAsync(decider, second)).Status);
        Assert.Equal(["first", "first other"], (await asker.GetApiAsync($"/keys?organization_id={company.OrganizationId}")).Data.Select(key => key.GetProperty("name").GetString()).Order());
    }
}
