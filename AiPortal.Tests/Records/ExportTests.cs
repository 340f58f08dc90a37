using System.Globalization;
using System.Net;
using AiPortal.Core.Data;
using AiPortal.Core.Ledger;
using AiPortal.Tests.Api;
using AiPortal.Tests.Fixtures;
using AiPortal.Tests.Ledger;
using Radzen.Documents.Spreadsheet;

namespace AiPortal.Tests.Records;

public sealed class ExportTests(PortalHost host) : IClassFixture<PortalHost>
{
    private static readonly DateTimeOffset October = new(2026, 10, 10, 9, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Records_AsWorkbook_AreNumbersAndNothingCalculates()
    {
        var key = (await host.Admin.PostApiAsync("/keys", new { name = "=1+1" })).Id;
        await host.Database.WriteAsync(host.OrganizationId,
            new ScriptedEntry(October, 0.000000000001m) { KeyId = key, SessionId = "=HYPERLINK(\"http://evil\")" }, new ScriptedEntry(October.AddSeconds(1), 2.5m) { KeyId = key });

        using var answer = await host.Admin.GetAsync($"/api/v1/cost/records/export?format=xlsx&key_id={key}&from=2026-10-01T00:00:00Z");

        Assert.Equal("records.xlsx", answer.Content.Headers.ContentDisposition?.FileName);
        var sheet = Workbook.LoadFromStream(new MemoryStream(await answer.Content.ReadAsByteArrayAsync())).Sheets[0];
        Assert.Null(sheet.Cells[3, 0].Value);
        Assert.Equal(2.5d, sheet.Cells[2, Column("total_cost")].Value);
        Assert.Equal(0.000000000001d, sheet.Cells[1, Column("total_cost")].Value);
        Assert.Equal("=HYPERLINK(\"http://evil\")", sheet.Cells[1, Column("session_id")].Value);
        Assert.Null(sheet.Cells[1, Column("session_id")].Formula);

        int Column(string name) => Enumerable.Range(0, sheet.ColumnCount).First(i => sheet.Cells[0, i].Value as string == name);
    }

    [Fact]
    public async Task Records_AsFocus_HaveOneRowAMeterAndTheirSumIsTheLedgers()
    {
        var team = (await host.Admin.PostApiAsync("/teams", new { name = "@cmd|' /C calc'!A0" })).Id;
        var price = await host.Admin.PostApiAsync("/cost/models", new { name = "focused", provider = "openai", input_price = 2, cached_input_price = 0.5, output_price = 8, base_price = 0.001 });
        for (var i = 0; i < 2; i++)
        {
            await host.Database.WriteAsync(host.OrganizationId, new ScriptedEntry(October.AddMinutes(i), 0.0002m)
            {
                TeamId = team,
                Model = "focused",
                PriceId = price.Id,
                PriceVersion = 1,
                Units = (100, 40, 20, 0),
                CachedCost = 0.00002m,
                OutputCost = 0.00016m,
                BaseCost = 0.001m,
            });
        }

        var unknown = new ScriptedEntry(October, 0) { TeamId = team, Status = EntryStatus.Unknown, Unresolved = 5 };
        await host.Database.WriteAsync(host.OrganizationId, unknown);
        var rows = await FocusAsync($"/cost/records/export?format=focus&team_id={team}&from=2026-10-01T00:00:00Z&to=2026-11-01T00:00:00Z");

        Assert.Equal(["Cached Input Tokens", "Input Tokens", "Output Tokens", "Requests"], rows.Select(r => r["SkuMeter"]).Order(StringComparer.Ordinal));
        Assert.Equal(2 * 0.00138m, rows.Sum(r => Number(r["BilledCost"])));
        Assert.All(rows, r => Assert.Equal(Number(r["ListCost"]), Number(r["ListUnitPrice"]) * Number(r["PricingQuantity"])));
        var input = rows.Single(r => r["SkuMeter"] == "Input Tokens");
        Assert.Equal(("200", "Tokens", "0.0002", "1000000 Tokens", "2"), (input["ConsumedQuantity"], input["ConsumedUnit"], input["PricingQuantity"], input["PricingUnit"], input["ListUnitPrice"]));
        Assert.Equal(("2026-10-10T00:00:00Z", "2026-10-11T00:00:00Z", "2026-10-01T00:00:00Z", "2026-11-01T00:00:00Z", "USD", "Usage"),
            (input["ChargePeriodStart"], input["ChargePeriodEnd"], input["BillingPeriodStart"], input["BillingPeriodEnd"], input["BillingCurrency"], input["ChargeCategory"]));
        Assert.Equal("'@cmd|' /C calc'!A0", input["SubAccountName"]);
        Assert.DoesNotContain("ProviderName", (await FocusAsync($"/cost/records/export?format=focus&version=1.4&team_id={team}&from=2026-10-01T00:00:00Z"))[0].Keys);
    }

    [Fact]
    public async Task Bill_AsFocus_AddsUpToTheInvoice()
    {
        var own = (await host.Admin.PostApiAsync("/organizations", new { name = "Invoiced", currency = "EUR" })).Id;
        foreach (var (id, cost) in new[] { ("a", 1.111111m), ("b", 2.222222m), ("c", 0.000001m) })
            await host.Admin.PostApiAsync("/cost/records", new { organization_id = own, external_id = id, model = "m" + id, cost, cost_type = "storage", started_at = "2026-10-12T00:00:00Z" });
        var draft = await host.Admin.PostApiAsync("/bills", new { period = "2026-10", scope = new { organization = own }, currency = "EUR", exchange_rate = 0.9m });
        var bill = await host.Admin.PostApiAsync($"/bills/{draft.Id}/finalize", null);

        var rows = await FocusAsync($"/bills/{draft.Id}/export?format=focus");

        Assert.Equal(bill.Json.GetProperty("total").GetDecimal(), rows.Sum(r => Number(r["BilledCost"])));
        Assert.All(rows, r => Assert.Equal(("EUR", bill.Text("number"), own.ToString()), (r["BillingCurrency"], r["InvoiceId"], r["BillingAccountId"])));
        Assert.Contains(rows, r => r["SkuMeter"] == "Rounding");
    }

    [Fact]
    public async Task Format_Unknown_IsRefused() =>
        Assert.Equal((HttpStatusCode.BadRequest, "format"), await Refused("/cost/records/export?format=pdf"));

    private async Task<(HttpStatusCode, string)> Refused(string path)
    {
        var answer = await host.Admin.GetApiAsync(path);
        return (answer.Status, answer.Fields.Single());
    }

    private async Task<List<Dictionary<string, string>>> FocusAsync(string path)
    {
        using var answer = await host.Admin.GetAsync("/api/v1" + path);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, text);
        Assert.Equal("text/csv", answer.Content.Headers.ContentType!.MediaType);
        var lines = text.TrimEnd().Split("\r\n");
        var header = lines[0].Split(',');
        return [.. lines.Skip(1).Select(line => header.Zip(Cells(line)).ToDictionary(pair => pair.First, pair => pair.Second))];
    }

    private static List<string> Cells(string line)
    {
        var (cells, cell, quoted) = (new List<string>(), new System.Text.StringBuilder(), false);
        for (var i = 0; i < line.Length; i++)
        {
            if (line[i] == '"' && quoted && i + 1 < line.Length && line[i + 1] == '"') cell.Append(line[++i]);
            else if (line[i] == '"') quoted = !quoted;
            else if (line[i] == ',' && !quoted)
            {
                cells.Add(cell.ToString());
                cell.Clear();
            }
            else cell.Append(line[i]);
        }

        cells.Add(cell.ToString());
        return cells;
    }

    private static decimal Number(string text) => decimal.Parse(text, CultureInfo.InvariantCulture);
}
