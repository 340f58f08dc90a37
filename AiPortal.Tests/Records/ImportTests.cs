using System.Net;
using AiPortal.Core.Data;
using AiPortal.Core.Ledger;
using AiPortal.Tests.Api;
using AiPortal.Tests.Fixtures;

namespace AiPortal.Tests.Records;

public sealed class ImportTests(PortalHost host) : IClassFixture<PortalHost>
{
    private static string New => Ids.New(TimeProvider.System).ToString();

    [Fact]
    public async Task Import_PricedByTheBook_CountsInBudgetAndDashboard()
    {
        var team = await TeamAsync();
        var model = "disk-" + New;
        var price = await host.Admin.PostApiAsync("/cost/models", new { name = model, provider = "openai", cost_type = "storage", billing_unit = "gb", input_price = 0.25, base_price = 0.5, unit_size = 10 });
        var budget = await host.Admin.PostApiAsync("/cost/quotas", new { name = "b", quota_type = "team", scope_id = team, total_quota = 100, period_type = "monthly" });

        var record = await host.Admin.PostApiAsync("/cost/records", new { external_id = New, model, input_units = 100, team_id = team, session_id = "s1", workflow_id = "w1", account_id = "a1", tags = new { bucket = "logs" } });

        Assert.Equal(HttpStatusCode.Created, record.Status);
        Assert.Equal(("storage", "usage", price.Id, 3m), (record.Text("cost_type"), record.Text("kind"), record.Json.GetProperty("cost_model_id").GetGuid(), Amount(record, "total_cost")));
        Assert.Equal(3m, Amount(await host.Admin.GetApiAsync($"/cost/quotas/{budget.Id}"), "used_quota"));
        var dashboard = (await host.Admin.GetApiAsync("/cost/dashboard")).Json.GetProperty("cost_by_type");
        Assert.True(dashboard.GetProperty("storage").GetDecimal() >= 3m);
        foreach (var filter in new[] { "session_id=s1", "workflow_id=w1", "account_id=a1", "tag=bucket%3Dlogs", "cost_type=storage" })
            Assert.Contains(record.Id, (await host.Admin.GetApiAsync("/cost/records?" + filter)).Data.Select(r => r.GetProperty("id").GetGuid()));
        Assert.Empty((await host.Admin.GetApiAsync($"/cost/records?team_id={team}&tag=bucket%3Dother")).Data);
        Assert.Empty(await LedgerVerify.RunAsync(host.Database.Portal, CancellationToken.None));
    }

    [Fact]
    public async Task SameExternalId_InParallel_IsOneRecord_AndOtherContentIsRefused()
    {
        var id = New;
        var body = new { external_id = id, model = "egress", cost = 1.5m, cost_type = "bandwidth" };

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => host.Admin.PostApiAsync("/cost/records", body)));
        var other = await host.Admin.PostApiAsync("/cost/records", new { external_id = id, model = "egress", cost = 1.6m, cost_type = "bandwidth" });

        Assert.Single(answers, answer => answer.Status == HttpStatusCode.Created);
        Assert.Equal(19, answers.Count(answer => answer.Status == HttpStatusCode.OK));
        Assert.Single(answers.Select(answer => answer.Json.ToString()).Distinct());
        Assert.Equal((HttpStatusCode.Conflict, "external_id_used"), (other.Status, other.Code));
        Assert.Equal(["external_id"], other.Fields);
    }

    [Fact]
    public async Task Batch_IsAllOrNothing_AndKnownRecordsAreNotBookedAgain()
    {
        var run = New;
        object Record(int i, decimal cost = 0.01m) => new { external_id = $"{run}-{i}", model = "egress", cost, cost_type = "bandwidth", started_at = "2026-11-01T00:00:00Z" };
        var first = await host.Admin.PostApiAsync("/cost/records", new { records = Enumerable.Range(0, 600).Select(i => Record(i)) });
        var second = await host.Admin.PostApiAsync("/cost/records", new { records = Enumerable.Range(0, 1000).Select(i => Record(i)) });
        var bad = await host.Admin.PostApiAsync("/cost/records", new { records = new[] { Record(2000), Record(2001, -1), Record(0, 2) } });
        var mixed = await host.Admin.PostApiAsync("/cost/records", new { records = new[] { Record(2002), Record(0, 2) } });
        var many = await host.Admin.PostApiAsync("/cost/records", new { records = Enumerable.Range(3000, 1001).Select(i => Record(i)) });

        Assert.Equal((HttpStatusCode.Created, 600, 0), (first.Status, first.Json.GetProperty("created").GetInt32(), first.Json.GetProperty("existing").GetInt32()));
        Assert.Equal((HttpStatusCode.Created, 400, 600), (second.Status, second.Json.GetProperty("created").GetInt32(), second.Json.GetProperty("existing").GetInt32()));
        Assert.Equal(Enumerable.Range(0, 1000).Select(i => $"{run}-{i}"), second.Data.Select(r => r.GetProperty("external_id").GetString()));
        Assert.Equal((HttpStatusCode.BadRequest, "records[1].cost"), (bad.Status, bad.Fields.Single()));
        Assert.Equal((HttpStatusCode.Conflict, "records[1].external_id"), (mixed.Status, mixed.Fields.Single()));
        Assert.Equal(HttpStatusCode.BadRequest, many.Status);
        await using var db = host.Database.Portal.OpenSystem();
        Assert.Equal(1000, db.Set<LedgerEntry>().Count(e => e.ExternalId!.StartsWith(run)));
        Assert.Empty(await LedgerVerify.RunAsync(host.Database.Portal, CancellationToken.None));
    }

    [Fact]
    public async Task LateUsage_AfterTheBillIsFinal_KeepsItsDayAndGoesOnTheNextBill()
    {
        var own = (await host.Admin.PostApiAsync("/organizations", new { name = "Late" })).Id;
        object Body(string id) => new { organization_id = own, external_id = id, model = "egress", cost = 2m, cost_type = "bandwidth", started_at = "2026-10-31T23:00:00Z" };
        await host.Admin.PostApiAsync("/cost/records", Body("1"));
        var bill = await host.Admin.PostApiAsync("/bills", new { period = "2026-10", scope = new { organization = own } });
        await host.Admin.PostApiAsync($"/bills/{bill.Id}/finalize", null);

        var late = await host.Admin.PostApiAsync("/cost/records", Body("2"));
        var next = await host.Admin.PostApiAsync("/bills", new { period = "2026-10", scope = new { organization = own } });
        var final = await host.Admin.PostApiAsync($"/bills/{next.Id}/finalize", null);

        Assert.Equal("2026-10-31T23:00:00Z", late.Text("created_at"));
        Assert.True(late.Json.GetProperty("booked_at").GetDateTimeOffset() > late.Json.GetProperty("created_at").GetDateTimeOffset().AddDays(1));
        Assert.Equal((2, 2m), (final.Json.GetProperty("sequence").GetInt32(), Amount(final, "total")));
        Assert.Equal(2m, Amount(await host.Admin.GetApiAsync($"/bills/{bill.Id}"), "total"));
    }

    [Fact]
    public async Task Key_GivesItsAttribution_AndOtherOrganizationsIdsDoNotExist()
    {
        var team = await TeamAsync();
        var center = (await host.Admin.PostApiAsync("/cost-centers", new { name = "C" + New })).Id;
        var key = (await host.Admin.PostApiAsync("/keys", new { name = "k", team_id = team, cost_center_id = center })).Id;
        var record = await host.Admin.PostApiAsync("/cost/records", new { external_id = New, model = "m", cost = 1, cost_type = "ai_api", key_id = key });
        Assert.Equal((team, center), (record.Json.GetProperty("team_id").GetGuid(), record.Json.GetProperty("cost_center_id").GetGuid()));

        var elsewhere = (await host.Admin.PostApiAsync("/organizations", new { name = "Other" + New })).Id;
        var theirs = (await host.Admin.PostApiAsync("/teams", new { name = "T", organization_id = elsewhere })).Id;
        var refused = await host.Admin.PostApiAsync("/cost/records", new { external_id = New, model = "m", cost = 1, cost_type = "ai_api", team_id = theirs, user_id = theirs });
        Assert.Equal(["team_id", "user_id"], refused.Fields);
        using var manager = await host.MemberAsync("manager");
        Assert.Equal(HttpStatusCode.Forbidden, (await manager.PostApiAsync("/cost/records", new { external_id = New, model = "m", cost = 1, cost_type = "ai_api" })).Status);
    }

    [Theory]
    [InlineData("""{"model":"m","cost":1,"cost_type":"storage"}""", "external_id")]
    [InlineData("""{"external_id":"e","model":"nobody-has-a-price","input_units":1}""", "model")]
    [InlineData("""{"external_id":"e","model":"m","cost":1}""", "cost_type")]
    [InlineData("""{"external_id":"e","model":"m","cost":1,"cost_type":"storage","currency":"EUR"}""", "currency")]
    [InlineData("""{"external_id":"e","model":"m","cost":1,"cost_type":"storage","started_at":"2099-01-01T00:00:00Z"}""", "started_at")]
    [InlineData("""{"external_id":"e","model":"m","cost":1,"cost_type":"storage","started_at":"2001-01-01T00:00:00Z"}""", "started_at")]
    [InlineData("""{"external_id":"e","model":"m","cost":0.0000000000001,"cost_type":"storage"}""", "cost")]
    [InlineData("""{"external_id":"e","model":"m","input_units":1.5}""", "input_units")]
    [InlineData("""{"external_id":"e","model":"m","cost_model_id":"01920000-0000-7000-8000-000000000000"}""", "cost_model_id")]
    [InlineData("""{"external_id":"e","model":"m","cost":1,"cost_type":"storage","total_cost":1}""", "total_cost")]
    public async Task BadMembers_AreRefusedByName(string body, string field)
    {
        var answer = await host.Admin.PostApiAsync("/cost/records", body);
        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Equal([field], answer.Fields);
    }

    private async Task<Guid> TeamAsync() => (await host.Admin.PostApiAsync("/teams", new { name = "T" + New })).Id;

    private static decimal Amount(ApiAnswer answer, string member) => answer.Json.GetProperty(member).GetDecimal();
}
