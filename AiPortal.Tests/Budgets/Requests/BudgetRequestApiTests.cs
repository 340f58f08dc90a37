using System.Net;
using AiPortal.Tests.Api;
using AiPortal.Tests.Fixtures;

namespace AiPortal.Tests.Budgets.Requests;

/// <summary>Asking for more of a budget over the API, and deciding it.</summary>
public sealed class BudgetRequestApiTests(PortalHost host) : IClassFixture<PortalHost>
{
    [Fact]
    public async Task Grant_RaisesTheLimitAndIsAudited_OnceOnly()
    {
        var budget = await BudgetAsync();
        using var member = await host.MemberAsync("member");
        using var finance = await host.MemberAsync("finance");
        var asked = await member.PostApiAsync($"/cost/quotas/{budget}/requests", new { amount = 25, reason = "The launch" });
        Assert.Equal((HttpStatusCode.Created, "open", 25m), (asked.Status, asked.Text("status"), asked.Json.GetProperty("amount").GetDecimal()));
        Assert.Equal("already_requested", (await member.PostApiAsync($"/cost/quotas/{budget}/requests", new { amount = 30, reason = "More" })).Text("code"));

        var decided = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => finance.PostApiAsync($"/cost/quotas/{budget}/requests/{asked.Id}/grant", new { comment = "For March" })));

        var granted = Assert.Single(decided, answer => answer.Status == HttpStatusCode.OK);
        Assert.All(decided.Except([granted]), answer => Assert.Equal("already_decided", answer.Text("code")));
        Assert.Equal(("granted", "For March", "finance"), (granted.Text("status"), granted.Text("comment"), granted.Text("decided_by")));
        Assert.Equal(25m, (await host.Admin.GetApiAsync($"/cost/quotas/{budget}")).Json.GetProperty("total_quota").GetDecimal());
        foreach (var action in new[] { "budget.request", "budget.grant", "budget.change" })
            Assert.Single((await host.Admin.GetApiAsync($"/audit?action={action}")).Data, row => row.GetProperty("subject_id").ToString() == budget.ToString());
        Assert.Equal("granted", Assert.Single((await member.GetApiAsync($"/cost/quotas/{budget}/requests")).Data).GetProperty("status").GetString());
    }

    [Fact]
    public async Task Grant_OfADailyLimit_RaisesThatAlone_AndNeverPastTheWhole()
    {
        var budget = (await host.Admin.PostApiAsync("/cost/quotas", new { quota_type = "organization", total_quota = 100, daily_limit = 10, action = "approval" })).Id;
        using var member = await host.MemberAsync("member");
        var within = await member.PostApiAsync($"/cost/quotas/{budget}/requests", new { amount = 20, reason = "Today", period_type = "daily" });
        Assert.Equal(HttpStatusCode.OK, (await host.Admin.PostApiAsync($"/cost/quotas/{budget}/requests/{within.Id}/grant", null)).Status);
        var beyond = await member.PostApiAsync($"/cost/quotas/{budget}/requests", new { amount = 200, reason = "Today", period_type = "daily" });
        var refused = await host.Admin.PostApiAsync($"/cost/quotas/{budget}/requests/{beyond.Id}/grant", null);

        Assert.Equal((HttpStatusCode.Conflict, "approval_void"), (refused.Status, refused.Text("code")));
        var read = (await host.Admin.GetApiAsync($"/cost/quotas/{budget}")).Json;
        Assert.Equal((100m, 20m), (read.GetProperty("total_quota").GetDecimal(), read.GetProperty("daily_limit").GetDecimal()));
        Assert.Empty((await host.Admin.GetApiAsync($"/cost/quotas/{budget}/requests?status=open")).Data);
    }

    [Fact]
    public async Task Grant_LimitWasRaisedMeanwhile_IsRefusedAndLowersNothing()
    {
        var budget = await BudgetAsync();
        using var member = await host.MemberAsync("member");
        var asked = await member.PostApiAsync($"/cost/quotas/{budget}/requests", new { amount = 20, reason = "r" });
        await host.Admin.PatchApiAsync($"/cost/quotas/{budget}", new { total_quota = 50 });
        var refused = await host.Admin.PostApiAsync($"/cost/quotas/{budget}/requests/{asked.Id}/grant", null);
        Assert.Equal((HttpStatusCode.Conflict, "approval_void"), (refused.Status, refused.Text("code")));
        Assert.Equal(50m, (await host.Admin.GetApiAsync($"/cost/quotas/{budget}")).Json.GetProperty("total_quota").GetDecimal());
    }

    [Fact]
    public async Task Decline_NeedsAComment_LeavesTheLimit_AndOneMayAskAgain()
    {
        var budget = await BudgetAsync();
        using var member = await host.MemberAsync("member");
        var asked = await member.PostApiAsync($"/cost/quotas/{budget}/requests", new { amount = 20, reason = "r" });
        Assert.Equal(["comment"], (await host.Admin.PostApiAsync($"/cost/quotas/{budget}/requests/{asked.Id}/decline", new { comment = " " })).Fields);
        var declined = await host.Admin.PostApiAsync($"/cost/quotas/{budget}/requests/{asked.Id}/decline", new { comment = "Use the smaller model" });
        Assert.Equal("declined", declined.Text("status"));
        Assert.Equal(10m, (await host.Admin.GetApiAsync($"/cost/quotas/{budget}")).Json.GetProperty("total_quota").GetDecimal());
        Assert.Equal(HttpStatusCode.Created, (await member.PostApiAsync($"/cost/quotas/{budget}/requests", new { amount = 15, reason = "r" })).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await host.Admin.DeleteApiAsync($"/cost/quotas/{budget}")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await member.GetApiAsync($"/cost/quotas/{budget}/requests")).Status);
    }

    [Fact]
    public async Task Requests_MembersSeeTheirOwnAndDecideNothing_StrangersSeeNothing()
    {
        var budget = await BudgetAsync();
        using var member = await host.MemberAsync("member");
        using var other = await host.MemberAsync("member");
        using var auditor = await host.MemberAsync("auditor");
        var (client, _) = await host.StrangerAsync();
        using var stranger = client;
        var asked = await member.PostApiAsync($"/cost/quotas/{budget}/requests", new { amount = 20, reason = "r" });

        Assert.Empty((await other.GetApiAsync($"/cost/quotas/{budget}/requests")).Data);
        Assert.Single((await auditor.GetApiAsync($"/cost/quotas/{budget}/requests")).Data);
        Assert.Equal(HttpStatusCode.Forbidden, (await auditor.PostApiAsync($"/cost/quotas/{budget}/requests", new { amount = 20, reason = "r" })).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await member.PostApiAsync($"/cost/quotas/{budget}/requests/{asked.Id}/grant", null)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await stranger.GetApiAsync($"/cost/quotas/{budget}/requests")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await stranger.PostApiAsync($"/cost/quotas/{budget}/requests", new { amount = 20, reason = "r" })).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await stranger.PostApiAsync($"/cost/quotas/{budget}/requests/{asked.Id}/grant", null)).Status);
        var elsewhere = await BudgetAsync();
        Assert.Equal(HttpStatusCode.NotFound, (await host.Admin.PostApiAsync($"/cost/quotas/{elsewhere}/requests/{asked.Id}/grant", null)).Status);
    }

    [Theory]
    [InlineData("""{"amount":10,"reason":"r"}""", "amount")]
    [InlineData("""{"amount":10.0000000000001,"reason":"r"}""", "amount")]
    [InlineData("""{"reason":"r"}""", "amount")]
    [InlineData("""{"amount":20}""", "reason")]
    [InlineData("""{"amount":20,"reason":"r","period_type":"hourly"}""", "period_type")]
    [InlineData("""{"amount":20,"reason":"r","whim":1}""", "whim")]
    public async Task Ask_BadMember_IsRefusedByName(string body, string field)
    {
        var answer = await host.Admin.PostApiAsync($"/cost/quotas/{await BudgetAsync()}/requests", body);
        Assert.Equal((HttpStatusCode.BadRequest, field), (answer.Status, answer.Fields.Single()));
    }

    private async Task<Guid> BudgetAsync() =>
        (await host.Admin.PostApiAsync("/cost/quotas", new { quota_type = "organization", total_quota = 10, action = "approval" })).Id;
}
