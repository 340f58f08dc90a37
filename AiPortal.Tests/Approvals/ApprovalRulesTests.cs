using System.Net;
using AiPortal.Core.Approvals;
using AiPortal.Tests.Api;
using AiPortal.Tests.Fixtures;
using Microsoft.Extensions.DependencyInjection;
using static AiPortal.Tests.Approvals.ApprovalCalls;

namespace AiPortal.Tests.Approvals;

/// <summary>What is approved is done once, and is exactly what was asked for (RELIABILITY T10).</summary>
public sealed class ApprovalRulesTests(PortalHost host) : IClassFixture<PortalHost>
{
    [Fact]
    public async Task Requester_NeverDecidesHisOwn_AlsoNotThroughATokenOrAsAnAdministrator()
    {
        using var company = await BeginAsync(host);
        await company.PolicyAsync(new { kind = "key.remove", steps = new[] { "manager" } });
        var (asker, askerMember, _) = await company.JoinAsync("administrator");
        var other = await company.AsAsync("manager");
        var key = await company.KeyAsync(asker);
        var token = await asker.PostApiAsync("/service-tokens", new { name = "robot", role = "administrator", organization_id = company.OrganizationId });
        using var robot = host.WithBearer(token.Text("token")!);

        var own = await company.AskedAsync(asker.DeleteApiAsync($"/keys/{key}"));
        var byRobot = await company.AskedAsync(robot.DeleteApiAsync($"/keys/{key}"));

        Assert.NotEqual(own, byRobot);
        foreach (var approval in (Guid[])[own, byRobot])
        {
            Assert.Equal(HttpStatusCode.Forbidden, (await ApproveAsync(asker, approval)).Status);
            Assert.Equal(HttpStatusCode.Forbidden, (await ApproveAsync(robot, approval)).Status);
        }

        Assert.Empty((await asker.GetApiAsync($"/approvals?box=inbox&organization_id={company.OrganizationId}")).Data);
        Assert.Equal(2, (await other.GetApiAsync($"/approvals?box=inbox&organization_id={company.OrganizationId}")).Data.Count());
        Assert.Equal(HttpStatusCode.OK, (await asker.GetApiAsync($"/keys/{key}")).Status);
        Assert.Contains((await company.Owner.GetApiAsync($"/audit?action=approval.approve&allowed=false&organization_id={company.OrganizationId}")).Data,
            row => row.GetProperty("actor_name").GetString() == "administrator");
        Assert.Equal(HttpStatusCode.OK, (await ApproveAsync(other, own)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await asker.GetApiAsync($"/keys/{key}")).Status);
        Assert.NotEqual(Guid.Empty, askerMember);
    }

    [Fact]
    public async Task Approve_ByManyAtOnce_IsAppliedOnce_AndAReplayChangesNothing()
    {
        using var company = await BeginAsync(host);
        await company.PolicyAsync(new { kind = "key.remove", steps = new[] { "manager" } });
        var asker = await company.AsAsync("manager");
        var (first, second) = (await company.AsAsync("manager"), await company.AsAsync("manager"));
        var key = await company.KeyAsync(asker);
        var asked = await company.AskedAsync(asker.DeleteApiAsync($"/keys/{key}"));
        Assert.Equal(asked, await company.AskedAsync(asker.DeleteApiAsync($"/keys/{key}")));

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => ApproveAsync(i % 2 == 0 ? first : second, asked)));

        var applied = Assert.Single(answers, answer => answer.Status == HttpStatusCode.OK);
        Assert.Equal("approved", applied.Text("status"));
        Assert.All(answers.Except([applied]), answer => Assert.Equal((HttpStatusCode.Conflict, "already_decided"), (answer.Status, answer.Code)));
        Assert.Equal((1, 1, 1), (await company.AuditedAsync("approval.request"), await company.AuditedAsync("approval.approve"), await company.AuditedAsync("key.remove")));
        var removal = (await company.Owner.GetApiAsync($"/audit?action=key.remove&organization_id={company.OrganizationId}")).Data.Single().GetProperty("after");
        Assert.Equal((asked, "manager"), (removal.GetProperty("approval_id").GetGuid(), removal.GetProperty("requested_by").GetString()));
        Assert.Equal("already_decided", (await ApproveAsync(first, asked)).Code);
        Assert.Equal("already_decided", (await first.PostApiAsync($"/approvals/{asked}/reject", new { comment = "no" })).Code);
        Assert.True((await company.Owner.GetApiAsync($"/audit/verify?organization_id={company.OrganizationId}")).Json.GetProperty("ok").GetBoolean());
    }

    [Fact]
    public async Task Approve_SubjectChangedMeanwhile_IsVoidAndSaysSo()
    {
        using var company = await BeginAsync(host);
        var budget = await company.BudgetAsync();
        await company.PolicyAsync(new { kind = "budget.raise", above_amount = 50, steps = new[] { "finance" } });
        var (asker, finance) = (await company.AsAsync("manager"), await company.AsAsync("finance"));
        var asked = await company.AskedAsync(asker.PatchApiAsync($"/cost/quotas/{budget}", new { total_quota = 500 }));
        Assert.Equal(HttpStatusCode.OK, (await company.Owner.PatchApiAsync($"/cost/quotas/{budget}", new { total_quota = 110 })).Status);

        var answer = await ApproveAsync(finance, asked);

        Assert.Equal((HttpStatusCode.Conflict, "approval_void"), (answer.Status, answer.Code));
        var read = (await asker.GetApiAsync($"/approvals/{asked}")).Json;
        Assert.Equal("void", read.GetProperty("status").GetString());
        Assert.Contains("has changed", read.GetProperty("void_reason").GetString(), StringComparison.Ordinal);
        Assert.Equal(110, (await company.Owner.GetApiAsync($"/cost/quotas/{budget}")).Json.GetProperty("total_quota").GetDecimal());
        Assert.Equal((1, 1), (await company.AuditedAsync("approval.void"), await company.AuditedAsync("budget.change")));
        Assert.Equal("already_decided", (await ApproveAsync(finance, asked)).Code);
    }

    [Fact]
    public async Task Approve_DoesWhatWasAsked_AndNobodyCanEditIt()
    {
        using var company = await BeginAsync(host);
        var budget = await company.BudgetAsync();
        await company.PolicyAsync(new { kind = "budget.raise", above_amount = 50, steps = new[] { "finance" } });
        var (asker, finance) = (await company.AsAsync("manager"), await company.AsAsync("finance"));
        Assert.Equal(HttpStatusCode.OK, (await asker.PatchApiAsync($"/cost/quotas/{budget}", new { total_quota = 150 })).Status);
        var asked = await company.AskedAsync(asker.PatchApiAsync($"/cost/quotas/{budget}", new { total_quota = 300.5, daily_limit = 40, name = "More" }));
        foreach (var method in (HttpMethod[])[HttpMethod.Patch, HttpMethod.Put, HttpMethod.Delete])
            Assert.Equal(HttpStatusCode.MethodNotAllowed, (await asker.CallAsync(method, $"/approvals/{asked}", new { after = new { total_quota = 9000 } })).Status);
        Assert.Equal(["total_quota"], (await finance.PostApiAsync($"/approvals/{asked}/approve", new { total_quota = 9000 })).Fields);

        Assert.Equal("approved", (await ApproveAsync(finance, asked, "For the launch")).Text("status"));

        var now = (await company.Owner.GetApiAsync($"/cost/quotas/{budget}")).Json;
        Assert.Equal((300.5m, 40m, "More"), (now.GetProperty("total_quota").GetDecimal(), now.GetProperty("daily_limit").GetDecimal(), now.GetProperty("name").GetString()));
        var change = (await company.Owner.GetApiAsync($"/audit?action=budget.change&organization_id={company.OrganizationId}")).Data.First();
        Assert.Equal(("finance", "manager"), (change.GetProperty("actor_name").GetString(), change.GetProperty("after").GetProperty("requested_by").GetString()));
        // A removal knows no bound: it is above any amount.
        await company.AskedAsync(asker.DeleteApiAsync($"/cost/quotas/{budget}"));
    }

    [Fact]
    public async Task Approve_RoleLostBetweenViewAndClick_IsDenied_AndARequesterWhoLostHisMakesItVoid()
    {
        using var company = await BeginAsync(host);
        await company.PolicyAsync(new { kind = "key.remove", steps = new[] { "manager" } });
        var (asker, askerMember, _) = await company.JoinAsync("manager");
        var (decider, deciderMember, _) = await company.JoinAsync("manager");
        var third = await company.AsAsync("manager");
        var key = await company.KeyAsync(asker);
        var asked = await company.AskedAsync(asker.DeleteApiAsync($"/keys/{key}"));
        Assert.Single((await decider.GetApiAsync($"/approvals?box=inbox&organization_id={company.OrganizationId}")).Data);
        await company.Owner.PatchApiAsync($"/members/{deciderMember}", new { role = "member" });

        Assert.Equal(HttpStatusCode.Forbidden, (await ApproveAsync(decider, asked)).Status);
        Assert.Equal("pending", await company.StatusAsync(asked));
        await company.Owner.PatchApiAsync($"/members/{askerMember}", new { role = "member" });
        var late = await ApproveAsync(third, asked);

        Assert.Equal((HttpStatusCode.Conflict, "approval_void"), (late.Status, late.Code));
        Assert.Equal(HttpStatusCode.OK, (await third.GetApiAsync($"/keys/{key}")).Status);
    }

    [Fact]
    public async Task Approve_AfterItsTime_IsRefused_AndTheJobWritesItDown()
    {
        using var company = await BeginAsync(host);
        await company.PolicyAsync(new { kind = "key.remove", steps = new[] { "manager" }, expires_after_hours = 1 });
        var (asker, decider) = (await company.AsAsync("manager"), await company.AsAsync("manager"));
        var key = await company.KeyAsync(asker);
        var asked = await company.AskedAsync(asker.DeleteApiAsync($"/keys/{key}"));
        await host.Database.ExecuteAsync("UPDATE approvals SET expires_at = now() - interval '1 second' WHERE id = $1", asked);

        Assert.Equal(("expired", "already_decided"), (await company.StatusAsync(asked), (await ApproveAsync(decider, asked)).Code));
        Assert.Empty((await decider.GetApiAsync($"/approvals?box=inbox&organization_id={company.OrganizationId}")).Data);
        await host.Services.GetRequiredService<ExpireApprovals>().RunAsync(CancellationToken.None);
        Assert.Equal(("expired", 1), (await company.StatusAsync(asked), await company.AuditedAsync("approval.expire")));
        Assert.Equal(HttpStatusCode.OK, (await asker.GetApiAsync($"/keys/{key}")).Status);
        Assert.NotEqual(asked, await company.AskedAsync(asker.DeleteApiAsync($"/keys/{key}")));
    }

    [Fact]
    public async Task Withdraw_ByTheRequesterAlone_AndRejectNeedsAWord()
    {
        using var company = await BeginAsync(host);
        await company.PolicyAsync(new { kind = "key.remove", steps = new[] { "manager" } });
        var (asker, decider) = (await company.AsAsync("manager"), await company.AsAsync("manager"));
        var key = await company.KeyAsync(asker);
        var asked = await company.AskedAsync(asker.DeleteApiAsync($"/keys/{key}"));
        Assert.Equal(HttpStatusCode.Forbidden, (await decider.PostApiAsync($"/approvals/{asked}/withdraw", null)).Status);
        Assert.Equal("withdrawn", (await asker.PostApiAsync($"/approvals/{asked}/withdraw", null)).Text("status"));
        var again = await company.AskedAsync(asker.DeleteApiAsync($"/keys/{key}"));
        Assert.Equal(["comment"], (await decider.PostApiAsync($"/approvals/{again}/reject", new { comment = " " })).Fields);
        Assert.Equal(HttpStatusCode.Created, (await asker.PostApiAsync($"/approvals/{again}/comments", new { comment = "It is unused." })).Status);
        Assert.Equal("rejected", (await decider.PostApiAsync($"/approvals/{again}/reject", new { comment = "It is not." })).Text("status"));
        var history = (await asker.GetApiAsync($"/approvals/{again}/history")).Data.Select(line => (line.GetProperty("kind").GetString(), line.GetProperty("comment").GetString()));
        Assert.Equal([("requested", null), ("commented", "It is unused."), ("rejected", "It is not.")], history);
        Assert.Equal(HttpStatusCode.OK, (await asker.GetApiAsync($"/keys/{key}")).Status);
    }
}
