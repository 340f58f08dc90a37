using System.Globalization;
using System.Net;
using AiPortal.Core.Data;
using AiPortal.Tests.Api;
using AiPortal.Tests.Fixtures;
using Radzen.Documents.Spreadsheet;
using Xunit;

namespace AiPortal.Tests.Billing;

public sealed class BillEndpointsTests(PortalHost host) : IClassFixture<PortalHost>
{
    [Fact]
    public async Task Bill_FromDraftToDownloads_EveryTotalIsTheLedgers()
    {
        var own = await OrganizationAsync("Asia/Shanghai", "CNY");
        var team = await host.Admin.PostApiAsync("/teams", new { name = "研发部", organization_id = own });
        await AddAsync(own, "2026-09-30T16:00:00Z", 1.234567m, team.Id);
        await AddAsync(own, "2026-10-15T00:00:00Z", 0.000015m, null);
        await AddAsync(own, "2026-10-31T16:00:00Z", 99m, team.Id);
        var draft = await host.Admin.PostApiAsync("/bills", new { period = "2026-10", scope = new { organization = own }, exchange_rate = 7.1m });
        Assert.Equal((HttpStatusCode.Created, "draft", own), (draft.Status, draft.Text("status"), draft.Json.GetProperty("organization_id").GetGuid()));

        var final = await host.Admin.PostApiAsync($"/bills/{draft.Id}/finalize", null);
        var read = await host.Admin.GetApiAsync($"/bills/{draft.Id}");
        Assert.Equal(HttpStatusCode.OK, final.Status);
        Assert.Equal(final.Json.ToString(), read.Json.ToString());
        Assert.Equal(("2026-10-ORG-1", "CNY", "finalized"), (read.Text("number"), read.Text("currency"), read.Text("status")));
        Assert.Equal(1.234582m, read.Json.GetProperty("total_usd").GetDecimal());
        Assert.Equal(8.77m, read.Json.GetProperty("total").GetDecimal());
        Assert.Equal(8.77m, read.Json.GetProperty("lines").EnumerateArray().Sum(line => line.GetProperty("amount").GetDecimal()));
        Assert.Equal(64, read.Text("content_hash")!.Length);
        Assert.Equal(own, read.Json.GetProperty("scope").GetProperty("organization").GetGuid());

        using var xlsx = await ExportAsync(draft.Id, "xlsx");
        using var pdf = await ExportAsync(draft.Id, "pdf", "zh-CN");
        using var csv = await ExportAsync(draft.Id, "csv");
        Assert.Equal("bill-2026-10-ORG-1.xlsx", xlsx.Content.Headers.ContentDisposition?.FileName);
        var summary = Workbook.LoadFromStream(new MemoryStream(await xlsx.Content.ReadAsByteArrayAsync())).GetSheet("Summary")!;
        var total = Enumerable.Range(0, summary.RowCount).First(row => summary.Cells[row, 0].Value as string == "Total (CNY)");
        Assert.Equal(8.77d, summary.Cells[total, 1].Value);
        var text = await BillPdfTests.TextAsync(await pdf.Content.ReadAsByteArrayAsync());
        Assert.Contains("8.77", text, StringComparison.Ordinal);
        Assert.Contains("研发部", text, StringComparison.Ordinal);
        Assert.Contains("合计（CNY）", text, StringComparison.Ordinal);
        Assert.Equal(3, (await csv.Content.ReadAsStringAsync()).Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact]
    public async Task List_Filters_AreHonouredAndBadOnesRefused()
    {
        var own = await OrganizationAsync();
        var team = await host.Admin.PostApiAsync("/teams", new { name = "R", organization_id = own });
        await host.Admin.PostApiAsync("/bills", new { organization_id = own, period = "2026-09", scope = new { team_id = team.Id } });
        var first = await host.Admin.PostApiAsync("/bills", new { organization_id = own, period = "2026-09" });
        await host.Admin.PostApiAsync($"/bills/{first.Id}/finalize", new { });

        Assert.Equal(2, await CountAsync(""));
        Assert.Equal(1, await CountAsync("&status=draft"));
        Assert.Equal(1, await CountAsync("&scope=organization&status=finalized&period=2026-09"));
        Assert.Equal(0, await CountAsync("&period=2026-08"));
        Assert.Equal(["scope", "status"], (await host.Admin.GetApiAsync($"/bills?organization_id={own}&status=open&scope=nobody")).Fields);
        Assert.Equal(["cursor"], (await host.Admin.GetApiAsync("/bills?cursor=x")).Fields);

        async Task<int> CountAsync(string filter) => (await host.Admin.GetApiAsync($"/bills?organization_id={own}{filter}")).Data.Count();
    }

    [Theory]
    [InlineData("""{"period":"2026-09","exchange_rates":1}""", "exchange_rates")]
    [InlineData("""{"period":"2026-09","scope":{"team":"x"}}""", "scope")]
    [InlineData("""{"period":"2026-09","scope":{"team_id":"x"}}""", "scope.team_id")]
    [InlineData("""{"period":"2026-9"}""", "period")]
    [InlineData("""{"scope":{}}""", "period")]
    [InlineData("""{"period":"2026-09","currency":"EUR"}""", "exchange_rate")]
    [InlineData("""{"period":"2099-01"}""", "period")]
    public async Task Create_BadBody_IsRefusedByField(string body, string field)
    {
        var answer = await host.Admin.PostApiAsync("/bills", body);

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Contains(field, answer.Fields);
    }

    [Fact]
    public async Task Bill_OfAnotherOrganization_DoesNotExist()
    {
        var (stranger, elsewhere) = await host.StrangerAsync();
        var foreign = await stranger.PostApiAsync("/bills", new { period = "2026-09" });
        var team = await stranger.PostApiAsync("/teams", new { name = "T" });

        Assert.Equal(HttpStatusCode.Created, foreign.Status);
        foreach (var answer in new[]
        {
            await host.Admin.GetApiAsync($"/bills/{foreign.Id}"),
            await host.Admin.GetApiAsync($"/bills/{foreign.Id}/export?format=csv"),
            await host.Admin.PostApiAsync($"/bills/{foreign.Id}/finalize", null),
            await host.Admin.DeleteApiAsync($"/bills/{foreign.Id}"),
            await host.Admin.GetApiAsync($"/bills?organization_id={elsewhere}"),
            await host.Admin.PostApiAsync("/bills", new { period = "2026-09", scope = new { organization = elsewhere } }),
            await host.Admin.PostApiAsync("/bills", new { period = "2026-09", scope = new { team_id = team.Id } }),
        })
            Assert.Equal(HttpStatusCode.NotFound, answer.Status);
        Assert.Equal(HttpStatusCode.NoContent, (await stranger.DeleteApiAsync($"/bills/{foreign.Id}")).Status);
    }

    [Fact]
    public async Task Bill_ByRole_ManagersReadFinanceChangesMembersNeither()
    {
        using var finance = await host.MemberAsync("finance");
        using var manager = await host.MemberAsync("manager");
        using var member = await host.MemberAsync("member");
        var draft = await finance.PostApiAsync("/bills", new { period = "2026-07" });

        Assert.Equal(HttpStatusCode.Created, draft.Status);
        Assert.Equal(HttpStatusCode.OK, (await manager.GetApiAsync($"/bills/{draft.Id}")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await manager.PostApiAsync($"/bills/{draft.Id}/finalize", null)).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await manager.DeleteApiAsync($"/bills/{draft.Id}")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await member.GetApiAsync($"/bills/{draft.Id}")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await member.GetApiAsync($"/bills/{draft.Id}/export?format=xlsx")).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await host.Anonymous().GetAsync($"/api/v1/bills/{draft.Id}")).StatusCode);
    }

    [Fact]
    public async Task Finalized_Again_IsAConflictAndDeleteIsRefused()
    {
        var own = await OrganizationAsync();
        var draft = await host.Admin.PostApiAsync("/bills", new { organization_id = own, period = "2026-09" });
        var again = await host.Admin.PostApiAsync("/bills", new { organization_id = own, period = "2026-09" });
        await host.Admin.PostApiAsync($"/bills/{draft.Id}/finalize", null);
        var finalize = await host.Admin.PostApiAsync($"/bills/{draft.Id}/finalize", null);
        var delete = await host.Admin.DeleteApiAsync($"/bills/{draft.Id}");

        Assert.Equal((HttpStatusCode.Conflict, "draft_exists"), (again.Status, again.Code));
        Assert.Equal((HttpStatusCode.Conflict, "bill_finalized"), (finalize.Status, finalize.Code));
        Assert.Equal((HttpStatusCode.Conflict, "bill_finalized"), (delete.Status, delete.Code));
    }

    [Fact]
    public async Task Export_UnknownFormat_IsRefused()
    {
        var draft = await host.Admin.PostApiAsync("/bills", new { period = "2026-06" });

        Assert.Equal(["format"], (await host.Admin.GetApiAsync($"/bills/{draft.Id}/export?format=docx")).Fields);
        Assert.Equal(["format"], (await host.Admin.GetApiAsync($"/bills/{draft.Id}/export")).Fields);
    }

    private async Task<Guid> OrganizationAsync(string zone = "UTC", string currency = "USD") =>
        (await host.Admin.PostApiAsync("/organizations", new { name = "Bills " + zone, time_zone = zone, currency })).Id;

    private async Task AddAsync(Guid organization, string at, decimal cost, Guid? team)
    {
        var began = DateTimeOffset.Parse(at, CultureInfo.InvariantCulture);
        await host.Database.ExecuteAsync("SELECT ensure_month_partitions($1)", began);
        await host.Database.ExecuteAsync("""
            INSERT INTO ledger_entries (id, started_at, organization_id, request_id, attempt, final, kind, status, estimated, team_id,
              provider_name, model_name, request_type, cost_type, input_units, input_cost, total_cost)
            VALUES ($1, $2, $3, $1, 1, true, 'usage', 'ok', false, nullif($4, '')::uuid, 'openai', 'gpt-4o-mini', 'chat', 'ai_api', 100, $5, $5)
            """, Ids.New(TimeProvider.System), began, organization, team?.ToString() ?? "", cost);
    }

    private async Task<HttpResponseMessage> ExportAsync(Guid id, string format, string language = "en")
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/bills/{id}/export?format={format}");
        request.Headers.AcceptLanguage.ParseAdd(language);
        var answer = await host.Admin.SendAsync(request);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        return answer;
    }
}
