using System.Globalization;
using System.Net;
using AiPortal.Core.Data;
using AiPortal.Core.Ledger;
using AiPortal.Tests.Api;
using AiPortal.Tests.Fixtures;
using AiPortal.Tests.Ledger;

namespace AiPortal.Tests.Records;

public sealed class CorrectionTests(PortalHost host) : IClassFixture<PortalHost>
{
    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    [Fact]
    public async Task Refund_HundredInParallelUnderOneKey_IsAppliedOnce()
    {
        var record = await ImportAsync(1m);
        var key = Guid.CreateVersion7(Now).ToString();

        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ =>
            host.Admin.PostApiAsync($"/cost/records/{record}/refund", new { amount = 0.25m, reason = "Unusable answer" }, key)));

        Assert.All(answers, answer => Assert.True(
            answer.Status == HttpStatusCode.Created || (answer.Status == HttpStatusCode.Conflict && answer.Code == "idempotency_in_progress"), $"{answer.Status} {answer.Json}"));
        Assert.Single(answers.Where(answer => answer.Status == HttpStatusCode.Created).Select(answer => answer.Id).Distinct());
        Assert.Equal([-0.25m], (await CorrectionsAsync(record)).Select(c => c.Cost));
        Assert.Empty(await LedgerVerify.RunAsync(host.Database.Portal, CancellationToken.None));
    }

    [Fact]
    public async Task Refund_ManyInParallel_NeverExceedTheCost()
    {
        var record = await ImportAsync(1m);

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => host.Admin.PostApiAsync($"/cost/records/{record}/refund", new { amount = 0.3m, reason = "r" })));

        Assert.Equal(3, answers.Count(answer => answer.Status == HttpStatusCode.Created));
        Assert.All(answers.Where(answer => answer.Status != HttpStatusCode.Created), answer => Assert.Equal((HttpStatusCode.Conflict, "exceeds_cost"), (answer.Status, answer.Code)));
        var rest = await host.Admin.PostApiAsync($"/cost/records/{record}/refund", new { reason = "the rest" });
        Assert.Equal((HttpStatusCode.Created, -0.1m), (rest.Status, Amount(rest, "total_cost")));
        Assert.Equal("nothing_left", (await host.Admin.PostApiAsync($"/cost/records/{record}/refund", new { reason = "again" })).Code);
        Assert.Equal(-1m, (await CorrectionsAsync(record)).Sum(c => c.Cost));
    }

    [Fact]
    public async Task Adjustment_RaisesAndLowers_AndTheBudgetOfItsPeriodFollows()
    {
        var team = await TeamAsync();
        var budget = await host.Admin.PostApiAsync("/cost/quotas", new { name = "b", quota_type = "team", scope_id = team, total_quota = 100, period_type = "monthly" });
        var record = await ImportAsync(1m, team);

        var up = await host.Admin.PostApiAsync($"/cost/records/{record}/adjust", new { amount = 2.5m, reason = "The invoice says more" });
        var refunded = await host.Admin.PostApiAsync($"/cost/records/{record}/refund", new { amount = 3m, reason = "Goodwill" });
        var below = await host.Admin.PostApiAsync($"/cost/records/{record}/adjust", new { amount = -0.500000000001m, reason = "Too much" });

        Assert.Equal(("adjustment", record, team), (up.Text("kind"), up.Json.GetProperty("corrects_id").GetGuid(), up.Json.GetProperty("team_id").GetGuid()));
        Assert.Equal(HttpStatusCode.Created, refunded.Status);
        Assert.Equal("exceeds_cost", below.Code);
        var read = await host.Admin.GetApiAsync($"/cost/quotas/{budget.Id}");
        Assert.Equal(0.5m, Amount(read, "used_quota"));
        Assert.Equal("is_correction", (await host.Admin.PostApiAsync($"/cost/records/{up.Id}/refund", new { reason = "r" })).Code);
        Assert.Empty(await LedgerVerify.RunAsync(host.Database.Portal, CancellationToken.None));
    }

    [Theory]
    [InlineData("cost", "0.4", "adjustment")]
    [InlineData("usage", "0.0028", "reconciliation")]
    public async Task UnknownOutcome_Resolved_BecomesSpendOnceAndLeavesTheBudget(string by, string usd, string kind)
    {
        var cost = decimal.Parse(usd, CultureInfo.InvariantCulture);
        var team = await TeamAsync();
        var price = await host.Admin.PostApiAsync("/cost/models", new { name = "priced-" + team, provider = "openai", input_price = 2, output_price = 8 });
        var unknown = new ScriptedEntry(Now.AddMinutes(-1), 0) { Status = EntryStatus.Unknown, Unresolved = 3m, TeamId = team, PriceId = price.Id, PriceVersion = 1, Units = (0, 0, 0, 0) };
        await host.Database.WriteAsync(host.OrganizationId, unknown);
        var budget = await host.Admin.PostApiAsync("/cost/quotas", new { name = "b", quota_type = "team", scope_id = team, total_quota = 100, period_type = "yearly" });
        Assert.Equal((0m, 3m), (Amount(budget, "used_quota"), Amount(budget, "unknown_quota")));
        Assert.Contains(unknown.Id, await OpenAsync());
        Assert.Equal("outcome_unknown", (await host.Admin.PostApiAsync($"/cost/records/{unknown.Id}/refund", new { amount = 1, reason = "r" })).Code);
        object body = by == "cost" ? new { cost, reason = "The provider's log has it" } : new { usage = new { input_units = 1000, output_units = 100 }, reason = "The provider's usage has it" };

        var answers = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => host.Admin.PostApiAsync($"/cost/records/{unknown.Id}/resolve", body)));

        var done = Assert.Single(answers, answer => answer.Status == HttpStatusCode.Created);
        Assert.All(answers.Where(a => a != done), answer => Assert.Equal((HttpStatusCode.Conflict, "already_resolved"), (answer.Status, answer.Code)));
        Assert.Equal((kind, cost, -3m), (done.Text("kind"), Amount(done, "total_cost"), Amount(done, "unresolved_cost")));
        var read = await host.Admin.GetApiAsync($"/cost/quotas/{budget.Id}");
        Assert.Equal((cost, 0m), (Amount(read, "used_quota"), Amount(read, "unknown_quota")));
        Assert.DoesNotContain(unknown.Id, await OpenAsync());
        Assert.Equal(HttpStatusCode.Created, (await host.Admin.PostApiAsync($"/cost/records/{unknown.Id}/refund", new { reason = "r" })).Status);
    }

    [Fact]
    public async Task Correction_AfterTheBillIsFinal_GoesOnTheNextSequenceAndCarriesBothTimes()
    {
        var own = (await host.Admin.PostApiAsync("/organizations", new { name = "Billed" })).Id;
        var record = (await host.Admin.PostApiAsync("/cost/records", new { organization_id = own, external_id = "x", model = "disk", cost = 10m, cost_type = "storage", started_at = "2026-10-20T10:00:00Z" })).Id;
        var first = await FinalAsync(own);

        var refund = await host.Admin.PostApiAsync($"/cost/records/{record}/refund", new { amount = 4m, reason = "Half empty" });
        var second = await FinalAsync(own);

        Assert.Equal((10m, 0m), (Amount(first, "total"), Amount(first, "adjustments")));
        Assert.Equal("2026-10-20T10:00:00Z", refund.Text("created_at"));
        Assert.True(refund.Json.GetProperty("booked_at").GetDateTimeOffset() > Now.AddMinutes(-5));
        Assert.Equal((2, 0m, -4m, -4m), (second.Json.GetProperty("sequence").GetInt32(), Amount(second, "subtotal"), Amount(second, "adjustments"), Amount(second, "total")));
        Assert.Equal(first.Json.ToString(), (await host.Admin.GetApiAsync($"/bills/{first.Id}")).Json.ToString());
    }

    [Fact]
    public async Task Corrections_AreForThoseWhoManageRecords_AndEachLeavesAnAuditRow()
    {
        var record = await ImportAsync(1m);
        using var manager = await host.MemberAsync("manager");
        using var auditor = await host.MemberAsync("auditor");
        using var finance = await host.MemberAsync("finance");
        foreach (var (path, body) in new (string, object)[] { ("refund", new { reason = "r" }), ("adjust", new { amount = 1, reason = "r" }), ("resolve", new { cost = 1, reason = "r" }) })
        {
            Assert.Equal(HttpStatusCode.Forbidden, (await manager.PostApiAsync($"/cost/records/{record}/{path}", body)).Status);
            Assert.Equal(HttpStatusCode.Forbidden, (await auditor.PostApiAsync($"/cost/records/{record}/{path}", body)).Status);
        }

        var done = await finance.PostApiAsync($"/cost/records/{record}/refund", new { amount = 0.5, reason = "Agreed with the team" });

        Assert.Equal(HttpStatusCode.Created, done.Status);
        var audit = await host.Admin.GetApiAsync("/audit?action=record.refund");
        Assert.Contains(audit.Data, row => row.GetProperty("subject_id").GetGuid() == done.Id && row.GetProperty("allowed").GetBoolean());
        Assert.Contains(audit.Data, row => !row.GetProperty("allowed").GetBoolean());
        var (stranger, _) = await host.StrangerAsync();
        using (stranger) Assert.Equal(HttpStatusCode.NotFound, (await stranger.PostApiAsync($"/cost/records/{record}/refund", new { reason = "r" })).Status);
    }

    [Theory]
    [InlineData("refund", """{"amount":0,"reason":"r"}""", "amount")]
    [InlineData("refund", """{"amount":-1,"reason":"r"}""", "amount")]
    [InlineData("refund", """{"amount":1}""", "reason")]
    [InlineData("refund", """{"amount":1,"reason":" "}""", "reason")]
    [InlineData("refund", """{"amounts":1,"reason":"r"}""", "amounts")]
    [InlineData("adjust", """{"amount":0,"reason":"r"}""", "amount")]
    [InlineData("adjust", """{"amount":10000000,"reason":"r"}""", "amount")]
    [InlineData("resolve", """{"reason":"r"}""", "cost")]
    [InlineData("resolve", """{"cost":1,"usage":{"input_units":1},"reason":"r"}""", "cost")]
    [InlineData("resolve", """{"cost":-1,"reason":"r"}""", "cost")]
    [InlineData("resolve", """{"usage":{"input_units":1,"cached_input_units":2},"reason":"r"}""", "usage.cached_input_units")]
    public async Task BadMembers_AreRefusedByName(string path, string body, string field)
    {
        var record = await ImportAsync(1m);
        var answer = await host.Admin.PostApiAsync($"/cost/records/{record}/{path}", body);
        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Equal([field], answer.Fields);
    }

    private async Task<Guid> ImportAsync(decimal cost, Guid? team = null) => (await host.Admin.PostApiAsync("/cost/records",
        new { external_id = Guid.CreateVersion7(Now).ToString(), model = "disk", cost, cost_type = "storage", team_id = team })).Id;

    private async Task<Guid> TeamAsync() => (await host.Admin.PostApiAsync("/teams", new { name = "T" + Ids.New(TimeProvider.System) })).Id;

    private async Task<List<(Guid Id, decimal Cost)>> CorrectionsAsync(Guid record) =>
        [.. (await host.Admin.GetApiAsync($"/cost/records?corrects_id={record}")).Data.Select(r => (r.GetProperty("id").GetGuid(), r.GetProperty("total_cost").GetDecimal()))];

    private async Task<List<Guid>> OpenAsync() => [.. (await host.Admin.GetApiAsync("/cost/records?status=unknown&unresolved=true&limit=500")).Data.Select(r => r.GetProperty("id").GetGuid())];

    private async Task<ApiAnswer> FinalAsync(Guid organization)
    {
        var draft = await host.Admin.PostApiAsync("/bills", new { period = "2026-10", scope = new { organization } });
        var final = await host.Admin.PostApiAsync($"/bills/{draft.Id}/finalize", null);
        Assert.Equal(HttpStatusCode.OK, final.Status);
        return final;
    }

    private static decimal Amount(ApiAnswer answer, string member) => answer.Json.GetProperty(member).GetDecimal();
}
