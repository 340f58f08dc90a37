using System.Net;
using AiPortal.Tests.Api;
using AiPortal.Tests.Approvals;
using AiPortal.Tests.Fixtures;
using static AiPortal.Tests.Approvals.ApprovalCalls;

namespace AiPortal.Tests.Keys;

/// <summary>A plain member asks for a key of his own, two people agree, and he alone has its secret, once.</summary>
public sealed class KeyRequestTests(PortalHost host) : IClassFixture<PortalHost>
{
    [Fact]
    public async Task Request_ByAMember_TwoSteps_TheSecretIsHisOnce()
    {
        using var company = await BeginAsync(host);
        var production = (await company.Owner.PostApiAsync("/environments", new { name = "production", organization_id = company.OrganizationId })).Id;
        await company.PolicyAsync(new { kind = "key.create", environment_id = production, steps = new[] { "manager", "finance" } });
        var (member, _, user) = await company.JoinAsync("member");
        var (other, manager, finance) = (await company.AsAsync("member"), await company.AsAsync("manager"), await company.AsAsync("finance"));
        var asked = await AskAsync(company, member, production);
        var again = await AskAsync(company, member, production);
        var early = await member.GetApiAsync($"/keys/mine?organization_id={company.OrganizationId}");

        await ApproveAsync(manager, asked.Id);
        var done = await ApproveAsync(finance, asked.Id);
        var key = done.Json.GetProperty("result_id").GetGuid();
        var mine = (await member.GetApiAsync($"/keys/mine?organization_id={company.OrganizationId}")).Data.Single();
        var stolen = await other.PostApiAsync($"/keys/mine/{key}/collect", null);
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => member.PostApiAsync($"/keys/mine/{key}/collect", null)));
        var secret = answers.Single(answer => answer.Status == HttpStatusCode.OK).Text("key")!;
        using var application = host.WithBearer(secret);
        var row = await host.Database.ScalarAsync<string>("SELECT row_to_json(k)::text FROM api_keys k WHERE id = $1", key);

        Assert.Equal((HttpStatusCode.Accepted, asked.Id), (asked.Status, again.Id));
        Assert.Equal(["manager", "finance"], asked.Json.GetProperty("steps").EnumerateArray().Select(step => step.GetProperty("approver").GetString()));
        Assert.Empty(early.Data);
        Assert.Equal(("approved", HttpStatusCode.NotFound), (done.Text("status"), stolen.Status));
        Assert.Equal((user, production, 40m, true), (mine.GetProperty("owner_user_id").GetGuid(), mine.GetProperty("environment_id").GetGuid(), mine.GetProperty("budget").GetProperty("limit").GetDecimal(), mine.GetProperty("secret_waits").GetBoolean()));
        Assert.All(answers.Where(answer => answer.Status != HttpStatusCode.OK), answer => Assert.Equal("nothing_waits", answer.Code));
        Assert.Equal(HttpStatusCode.OK, (await application.GetAsync("/v1/models")).StatusCode);
        Assert.DoesNotContain(secret, row + done.Json, StringComparison.Ordinal);
        Assert.Equal((1, 1, 1), (await company.AuditedAsync("approval.request"), await company.AuditedAsync("key.create"), await company.AuditedAsync("key.collect")));
        Assert.Equal(HttpStatusCode.Forbidden, (await member.GetApiAsync($"/keys?organization_id={company.OrganizationId}")).Status);
    }

    [Fact]
    public async Task Request_WithoutAPolicy_NeedsAManager_AndItsFieldsAreChecked()
    {
        using var company = await BeginAsync(host);
        var (member, manager) = (await company.AsAsync("member"), await company.AsAsync("manager"));
        var asked = await AskAsync(company, member, null);
        var bad = await member.PostApiAsync("/keys/requests", new { name = "late", purpose = "old", models = Array.Empty<string>(), budget = new { limit = 0 }, expires_at = "2020-01-01T00:00:00Z", organization_id = company.OrganizationId });
        var mute = await member.PostApiAsync("/keys/requests", new { name = "x", purpose = " ", organization_id = company.OrganizationId });
        var elsewhere = await member.PostApiAsync("/keys/requests", new { name = "x", purpose = "y", environment_id = Guid.CreateVersion7(TimeProvider.System.GetUtcNow()), organization_id = company.OrganizationId });
        var forAnother = await member.PostApiAsync("/keys/requests", new { name = "for another", purpose = "y", owner_user_id = Guid.Empty, organization_id = company.OrganizationId });
        var token = await company.Owner.PostApiAsync("/service-tokens", new { name = "robot", role = "administrator", organization_id = company.OrganizationId });
        using var robot = host.WithBearer(token.Text("token")!);
        var byRobot = await AskAsync(company, robot, null);

        Assert.Equal(["manager"], asked.Json.GetProperty("steps").EnumerateArray().Select(step => step.GetProperty("approver").GetString()));
        Assert.Equal(["budget.limit", "expires_at", "models"], bad.Fields.Order());
        Assert.Equal(["purpose"], mute.Fields);
        Assert.Equal(HttpStatusCode.NotFound, elsewhere.Status);
        // Whoever asks answers for it, whatever he writes.
        Assert.Equal(HttpStatusCode.Accepted, forAnother.Status);
        Assert.NotEqual(Guid.Empty, forAnother.Json.GetProperty("after").GetProperty("owner_user_id").GetGuid());
        Assert.Equal(HttpStatusCode.Forbidden, byRobot.Status);
        Assert.Equal("rejected", (await manager.PostApiAsync($"/approvals/{asked.Id}/reject", new { comment = "Use the team's key." })).Text("status"));
        Assert.Empty((await member.GetApiAsync($"/keys/mine?organization_id={company.OrganizationId}")).Data);
    }

    private static Task<ApiAnswer> AskAsync(ApprovalCalls company, HttpClient client, Guid? environment) => client.PostApiAsync("/keys/requests", new
    {
        name = "Shop search",
        purpose = "Search in the shop.",
        environment_id = environment,
        budget = new { limit = 40, period = "monthly" },
        organization_id = company.OrganizationId,
    });
}
