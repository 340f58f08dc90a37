using System.Net;
using AiPortal.Tests.Api;
using AiPortal.Tests.Fixtures;
using static AiPortal.Tests.Approvals.ApprovalCalls;

namespace AiPortal.Tests.Approvals;

/// <summary>Steps, delegation, and which policy holds.</summary>
public sealed class ApprovalStepsTests(PortalHost host) : IClassFixture<PortalHost>
{
    [Fact]
    public async Task TwoSteps_NeedTwoPeopleInOrder_AndTheKeyIsTheRequesters()
    {
        using var company = await BeginAsync(host);
        var production = (await company.Owner.PostApiAsync("/environments", new { name = "production", organization_id = company.OrganizationId })).Id;
        await company.PolicyAsync(new { kind = "key.create", environment_id = production, steps = new[] { "manager", "finance" } });
        var (asker, _, askerUser) = await company.JoinAsync("manager");
        var finance = await company.AsAsync("finance");
        await company.KeyAsync(asker, "elsewhere");
        var asked = await company.AskedAsync(asker.PostApiAsync("/keys", new { name = "search", environment_id = production, owner_user_id = askerUser, tags = new { b = "1", a = "2" }, organization_id = company.OrganizationId }));

        Assert.Equal(HttpStatusCode.Forbidden, (await ApproveAsync(finance, asked)).Status);
        var first = await ApproveAsync(company.Owner, asked);
        Assert.Equal("pending", first.Text("status"));
        Assert.Equal([true, false], first.Json.GetProperty("steps").EnumerateArray().Select(step => step.GetProperty("done").GetBoolean()));
        // An owner could take either step, never both.
        Assert.Equal(HttpStatusCode.Forbidden, (await ApproveAsync(company.Owner, asked)).Status);
        var done = await ApproveAsync(finance, asked);
        Assert.Equal("approved", done.Text("status"));
        var key = done.Json.GetProperty("result_id").GetGuid();
        var made = (await asker.GetApiAsync($"/keys/{key}")).Json;
        Assert.Equal(("search", production, "2"), (made.GetProperty("name").GetString(), made.GetProperty("environment_id").GetGuid(), made.GetProperty("tags").GetProperty("a").GetString()));
        Assert.Equal(askerUser, await host.Database.ScalarAsync<Guid>("SELECT created_by FROM api_keys WHERE id = $1", key));
        Assert.StartsWith("sk-ap-", (await asker.PostApiAsync($"/keys/{key}/regenerate", null)).Text("key"), StringComparison.Ordinal);
        Assert.DoesNotContain("sk-ap-", done.Json.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Delegate_DecidesForTheAbsent_NeverForTheRequester_AndNotAfterwards()
    {
        using var company = await BeginAsync(host);
        await company.PolicyAsync(new { kind = "key.remove", steps = new[] { "manager" } });
        var (asker, askerUser) = await UserAsync(company, "manager");
        var (absent, _) = await UserAsync(company, "manager");
        var (stand, standUser) = await UserAsync(company, "member");
        var until = TimeProvider.System.GetUtcNow().AddDays(3);
        var first = await company.AskedAsync(asker.DeleteApiAsync($"/keys/{await company.KeyAsync(asker, "a")}"));
        Assert.Equal(HttpStatusCode.Forbidden, (await ApproveAsync(stand, first)).Status);

        // The requester's own authority is of no use for his request, whoever holds it.
        await DelegateAsync(asker, standUser);
        Assert.Equal(HttpStatusCode.Forbidden, (await ApproveAsync(stand, first)).Status);
        var delegation = await DelegateAsync(absent, standUser);
        Assert.Single((await stand.GetApiAsync($"/approvals?box=inbox&organization_id={company.OrganizationId}")).Data);
        var done = await ApproveAsync(stand, first);
        Assert.Equal(("approved", "manager"), (done.Text("status"), done.Json.GetProperty("steps")[0].GetProperty("on_behalf_of").GetString()));
        // Not handed on, and not to oneself.
        Assert.Equal(["to_user_id"], (await absent.PostApiAsync($"/approvals/delegations?organization_id={company.OrganizationId}", new { to_user_id = await IdAsync(absent), ends_at = until })).Fields);
        Assert.Equal(["ends_at"], (await absent.PostApiAsync($"/approvals/delegations?organization_id={company.OrganizationId}", new { to_user_id = askerUser, ends_at = until.AddDays(100) })).Fields);

        var second = await company.AskedAsync(asker.DeleteApiAsync($"/keys/{await company.KeyAsync(asker, "b")}"));
        Assert.Equal(HttpStatusCode.NoContent, (await absent.DeleteApiAsync($"/approvals/delegations/{delegation}")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await ApproveAsync(stand, second)).Status);
        Assert.Equal("pending", await company.StatusAsync(second));

        async Task<Guid> DelegateAsync(HttpClient from, Guid to)
        {
            var answer = await from.PostApiAsync("/approvals/delegations", new { to_user_id = to, ends_at = until, organization_id = company.OrganizationId });
            Assert.Equal(HttpStatusCode.Created, answer.Status);
            return answer.Id;
        }
    }

    [Fact]
    public async Task Policies_TheStrictestThatCoversHolds_AndSeveralKindsAddUp()
    {
        using var company = await BeginAsync(host);
        await company.PolicyAsync(new { kind = "budget.raise", above_amount = 50, steps = new[] { "manager" } });
        await company.PolicyAsync(new { kind = "budget.raise", above_amount = 1000, steps = new[] { "manager", "owner" } });
        await company.PolicyAsync(new { kind = "key.models", steps = new[] { "administrator" } });
        var asker = await company.AsAsync("manager");
        await company.AsAsync("manager");
        await company.AsAsync("administrator");
        var key = (await asker.PostApiAsync("/keys", new { name = "k", models = new[] { "gpt-4o" }, budget = new { limit = 10, period = "monthly" }, organization_id = company.OrganizationId })).Id;

        Assert.Equal(HttpStatusCode.OK, (await asker.PatchApiAsync($"/keys/{key}", new { budget = new { limit = 60 } })).Status);
        Assert.Equal(["manager"], await StepsAsync(asker.PatchApiAsync($"/keys/{key}", new { budget = new { limit = 160 } })));
        Assert.Equal(["manager", "owner"], await StepsAsync(asker.PatchApiAsync($"/keys/{key}", new { budget = (object?)null })));
        Assert.Equal(["administrator"], await StepsAsync(asker.PatchApiAsync($"/keys/{key}", new { models = new[] { "gpt-4o", "o3" } })));
        Assert.Equal(["administrator", "manager"], (await StepsAsync(asker.PatchApiAsync($"/keys/{key}", new { models = (object?)null, budget = new { limit = 161 } }))).Order());
        // Taking away never waits.
        Assert.Equal(HttpStatusCode.OK, (await asker.PatchApiAsync($"/keys/{key}", new { budget = new { limit = 5 } })).Status);
        Assert.Equal(HttpStatusCode.OK, (await asker.PostApiAsync($"/keys/{key}/disable", null)).Status);
    }

    [Fact]
    public async Task Policies_CanProtectThemselves_AndNeedSomebodyWhoCanAgree()
    {
        using var company = await BeginAsync(host);
        var at = $"?organization_id={company.OrganizationId}";
        var administrator = await company.AsAsync("administrator");
        await company.PolicyAsync(new { kind = "policy.change", steps = new[] { "owner" } });
        var guard = (await administrator.GetApiAsync("/approvals/policies" + at)).Data.Single().GetProperty("id").GetGuid();
        var asked = await company.AskedAsync(administrator.DeleteApiAsync($"/approvals/policies/{guard}"));
        // The only owner asks: nobody is left who could agree.
        Assert.Equal((HttpStatusCode.Conflict, "no_approver"), await CodeAsync(company.Owner.PatchApiAsync($"/approvals/policies/{guard}", new { enabled = false })));
        Assert.Equal("approved", (await ApproveAsync(company.Owner, asked)).Text("status"));
        Assert.Empty((await administrator.GetApiAsync("/approvals/policies" + at)).Data);
        Assert.Equal(["kind"], (await administrator.PostApiAsync("/approvals/policies" + at, new { kind = "weather", steps = new[] { "owner" } })).Fields);
        Assert.Equal(["above_amount"], (await administrator.PostApiAsync("/approvals/policies" + at, new { kind = "key.remove", above_amount = 5, steps = new[] { "owner" } })).Fields);
        Assert.Equal(["steps"], (await administrator.PostApiAsync("/approvals/policies" + at, new { kind = "key.remove", steps = new[] { "owner", "manager", "finance" } })).Fields);
        Assert.Equal(HttpStatusCode.Forbidden, (await (await company.AsAsync("manager")).PostApiAsync("/approvals/policies" + at, new { kind = "key.remove", steps = new[] { "owner" } })).Status);
    }

    [Fact]
    public async Task Requests_OfAnotherOrganization_AreNotThere_AndMembersSeeTheirOwn()
    {
        using var company = await BeginAsync(host);
        await company.PolicyAsync(new { kind = "key.remove", steps = new[] { "manager" } });
        var (asker, member) = (await company.AsAsync("manager"), await company.AsAsync("member"));
        await company.AsAsync("manager");
        var asked = await company.AskedAsync(asker.DeleteApiAsync($"/keys/{await company.KeyAsync(asker)}"));
        var (stranger, _) = await host.StrangerAsync();
        using var outside = stranger;

        Assert.Equal(HttpStatusCode.NotFound, (await outside.GetApiAsync($"/approvals/{asked}")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await ApproveAsync(outside, asked)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await outside.GetApiAsync($"/approvals?organization_id={company.OrganizationId}")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await member.GetApiAsync($"/approvals/{asked}")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await member.PostApiAsync($"/approvals/{asked}/comments", new { comment = "hm" })).Status);
        Assert.Empty((await member.GetApiAsync($"/approvals?organization_id={company.OrganizationId}")).Data);
    }

    private static async Task<(HttpStatusCode, string?)> CodeAsync(Task<ApiAnswer> call)
    {
        var answer = await call;
        return (answer.Status, answer.Code);
    }

    private static async Task<string[]> StepsAsync(Task<ApiAnswer> change)
    {
        var answer = await change;
        Assert.Equal(HttpStatusCode.Accepted, answer.Status);
        return [.. answer.Json.GetProperty("steps").EnumerateArray().Select(step => step.GetProperty("approver").GetString()!)];
    }

    private static async Task<Guid> IdAsync(HttpClient client) => (await client.GetApiAsync("/me")).Id;

    private static async Task<(HttpClient Client, Guid UserId)> UserAsync(ApprovalCalls company, string role)
    {
        var (client, _, user) = await company.JoinAsync(role);
        return (client, user);
    }
}
