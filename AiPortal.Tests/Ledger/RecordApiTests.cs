using System.Net;
using System.Text;
using AiPortal.Core.Data;
using AiPortal.Core.Ledger;
using AiPortal.Tests.Api;
using AiPortal.Tests.Fixtures;
using Xunit;

namespace AiPortal.Tests.Ledger;

public sealed class RecordApiTests(PortalHost host) : IClassFixture<PortalHost>
{
    private static readonly DateTimeOffset October = new(2026, 10, 10, 9, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Record_Members_ContainTheirParts()
    {
        var key = await KeyAsync();
        var entry = new ScriptedEntry(October, 0.000000000001m)
        {
            KeyId = key,
            Units = (100, 40, 20, 5),
            CachedCost = 0.02m,
            OutputCost = 0.3m,
            ReasoningCost = 0.04m,
            BaseCost = 0.5m,
        };
        await host.Database.WriteAsync(host.OrganizationId, entry);

        var record = (await host.Admin.GetApiAsync($"/cost/records/{entry.Id}")).Json;

        Assert.Equal((140, 40, 25, 5, 165), (Units("input_units"), Units("cached_input_units"), Units("output_units"), Units("reasoning_units"), Units("total_units")));
        Assert.Equal((0.020000000001m, 0.34m, 0.5m, 0.860000000001m), (Money("input_cost"), Money("output_cost"), Money("base_cost"), Money("total_cost")));
        Assert.Equal(entry.Id, record.GetProperty("attempt_id").GetGuid());
        Assert.Equal("2026-10-10T09:00:00Z", record.GetProperty("created_at").GetString());
        foreach (var member in "request_id attempt final kind status estimated user_id key_id cost_model_id session_id workflow_id account_id client_ip model_name provider_name request_type latency_ms ttft_ms".Split(' '))
            Assert.True(record.TryGetProperty(member, out _), member);

        long Units(string member) => record.GetProperty(member).GetInt64();
        decimal Money(string member) => record.GetProperty(member).GetDecimal();
    }

    [Fact]
    public async Task List_FiltersAndPages_GiveEachRecordOnce()
    {
        var key = await KeyAsync();
        var entries = Enumerable.Range(0, 7).Select(i => new ScriptedEntry(October.AddMinutes(i / 2), i) { KeyId = key, Model = i % 2 == 0 ? "even" : "odd" }).ToArray();
        await host.Database.WriteAsync(host.OrganizationId, entries);
        var seen = new List<Guid>();
        string? cursor = null;
        do
        {
            var page = await host.Admin.GetApiAsync($"/cost/records?key_id={key}&from=2026-10-01T00:00:00Z&to=2026-11-01T00:00:00Z&limit=3{(cursor is null ? "" : "&cursor=" + cursor)}");
            seen.AddRange(page.Data.Select(record => record.GetProperty("id").GetGuid()));
            cursor = page.Json.GetProperty("next_cursor").GetString();
        }
        while (cursor is not null);

        Assert.Equal(entries.OrderByDescending(e => e.At).ThenByDescending(e => e.Id).Select(e => e.Id), seen);
        Assert.Equal(4, await CountAsync($"key_id={key}&from=2026-10-01T00:00:00Z&model=even"));
        Assert.Equal(2, await CountAsync($"key_id={key}&from=2026-10-10T09:01:00Z&to=2026-10-10T09:02:00Z"));
        Assert.Equal(0, await CountAsync($"key_id={key}&from=2026-10-01T00:00:00Z&status=failed"));
        Assert.Equal(1, await CountAsync($"request_id={entries[0].Id}"));
        Assert.Equal(7, await CountAsync($"key_id={key}&from=2026-10-01T00:00:00Z&provider=openai-main"));
    }

    [Theory]
    [InlineData("from=yesterday", "from")]
    [InlineData("status=fine", "status")]
    [InlineData("key_id=7", "key_id")]
    [InlineData("from=2026-10-02T00:00:00Z&to=2026-10-01T00:00:00Z", "to")]
    [InlineData("limit=501", "limit")]
    [InlineData("cursor=abc", "cursor")]
    public async Task List_BadFilter_IsRefusedByName(string query, string field)
    {
        var answer = await host.Admin.GetApiAsync("/cost/records?" + query);
        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Equal([field], answer.Fields);
    }

    [Fact]
    public async Task OtherOrganization_SeesNoRecordAndNoCall()
    {
        var key = await KeyAsync();
        var entry = new ScriptedEntry(TimeProvider.System.GetUtcNow(), 1) { KeyId = key };
        await host.Database.WriteAsync(host.OrganizationId, entry);
        var (stranger, _) = await host.StrangerAsync();
        using var client = stranger;

        Assert.Empty((await client.GetApiAsync("/cost/records")).Data);
        Assert.Empty((await client.GetApiAsync("/calls")).Data);
        foreach (var path in new[] { $"/cost/records/{entry.Id}", $"/calls/{entry.Id}", $"/cost/records?key_id={key}", $"/calls?key_id={key}", $"/cost/records?organization_id={host.OrganizationId}" })
            Assert.Equal(HttpStatusCode.NotFound, (await client.GetApiAsync(path)).Status);
    }

    [Fact]
    public async Task Export_Csv_IsUtf8WithAMarkAndNothingInItCalculates()
    {
        var key = await KeyAsync();
        await host.Database.WriteAsync(host.OrganizationId,
            new ScriptedEntry(October, 0.000000000001m) { KeyId = key, SessionId = "=HYPERLINK(\"http://evil\",\"x\")" },
            new ScriptedEntry(October.AddSeconds(1), 2m) { KeyId = key, Model = "模型,一" });

        using var response = await host.Admin.GetAsync($"/api/v1/cost/records/export?format=csv&key_id={key}&from=2026-10-01T00:00:00Z");
        var bytes = await response.Content.ReadAsByteArrayAsync();

        Assert.Equal("text/csv", response.Content.Headers.ContentType!.MediaType);
        Assert.Equal([0xEF, 0xBB, 0xBF], bytes[..3]);
        var lines = Encoding.UTF8.GetString(bytes[3..]).TrimEnd().Split("\r\n");
        Assert.Equal(3, lines.Length);
        Assert.StartsWith("2026-10-10T09:00:00Z,", lines[1], StringComparison.Ordinal);
        Assert.Contains(",0.000000000001,", lines[1], StringComparison.Ordinal);
        Assert.Contains("\"'=HYPERLINK(\"\"http://evil\"\",\"\"x\"\")\"", lines[1], StringComparison.Ordinal);
        Assert.Contains("\"模型,一\"", lines[2], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Export_ManyPages_HasEveryRecordOnce()
    {
        var key = await KeyAsync();
        await host.Database.ExecuteAsync("SELECT ensure_month_partitions($1)", October);
        await host.Database.ExecuteAsync("""
            INSERT INTO ledger_entries (id, started_at, organization_id, request_id, attempt, final, kind, status, estimated, key_id, provider_name, model_name, request_type, cost_type)
            SELECT gen_random_uuid(), $1::timestamptz + (i / 3) * interval '1 second', $2, gen_random_uuid(), 1, true, 'usage', 'ok', false, $3, 'p', 'm', 'chat', 'ai_api' FROM generate_series(1, 4500) i
            """, October, host.OrganizationId, key);

        var csv = await host.Admin.GetStringAsync($"/api/v1/cost/records/export?key_id={key}&from=2026-10-01T00:00:00Z");
        var ids = csv.TrimEnd().Split("\r\n").Skip(1).Select(line => line.Split(',')[1]).ToList();

        Assert.Equal(4500, ids.Count);
        Assert.Equal(4500, ids.Distinct().Count());
    }

    [Fact]
    public async Task Receipt_OfACall_ShowsEveryUnitTimesItsPrice()
    {
        var price = await host.Admin.PostApiAsync("/cost/models", new { name = "receipted", provider = "openai", input_price = 2.5, cached_input_price = 0.25, output_price = 10, base_price = 0.001 });
        await host.Admin.PatchApiAsync($"/cost/models/{price.Id}", new { input_price = 99 });
        var request = Ids.New(TimeProvider.System);
        await host.Database.WriteAsync(host.OrganizationId,
            new ScriptedEntry(October, 0m) { RequestId = request, Status = EntryStatus.Failed, Units = (0, 0, 0, 0), Model = "receipted" },
            new ScriptedEntry(October.AddSeconds(1), 0.00015m)
            {
                RequestId = request,
                Attempt = 2,
                Model = "receipted",
                PriceId = price.Id,
                PriceVersion = 1,
                Units = (60, 40, 20, 5),
                CachedCost = 0.00001m,
                OutputCost = 0.0002m,
                ReasoningCost = 0.00005m,
                BaseCost = 0.001m,
            });

        var receipt = (await host.Admin.GetApiAsync($"/calls/{request}")).Json;

        var attempts = receipt.GetProperty("attempts").EnumerateArray().ToList();
        Assert.Equal([1, 2], attempts.Select(a => a.GetProperty("record").GetProperty("attempt").GetInt32()));
        var lines = attempts[1].GetProperty("lines").EnumerateArray().ToList();
        Assert.Equal(["input", "cached_input", "output", "reasoning", "base"], lines.Select(l => l.GetProperty("kind").GetString()));
        Assert.All(lines, l => Assert.Equal(l.GetProperty("cost").GetDecimal(),
            l.GetProperty("units").GetInt64() * l.GetProperty("unit_price").GetDecimal() / l.GetProperty("unit_size").GetInt64()));
        Assert.Equal(0.00141m, receipt.GetProperty("total_cost").GetDecimal());
        Assert.Equal("receipted", receipt.GetProperty("call").GetProperty("model_name").GetString());
    }

    [Fact]
    public async Task Member_MaySeeNeitherRecordsNorCalls()
    {
        using var member = await host.MemberAsync("member");
        Assert.Equal(HttpStatusCode.Forbidden, (await member.GetApiAsync("/cost/records")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await member.GetApiAsync("/calls")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await member.GetApiAsync("/cost/dashboard")).Status);
    }

    private async Task<Guid> KeyAsync() => (await host.Admin.PostApiAsync("/keys", new { name = "records" })).Id;

    private async Task<int> CountAsync(string query) => (await host.Admin.GetApiAsync("/cost/records?" + query)).Data.Count();
}
