using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using AiPortal.Core.Data;
using AiPortal.Core.Keys;
using AiPortal.Core.Tenancy;
using AiPortal.Tests.Api;
using AiPortal.Tests.Fixtures;
using Xunit.Abstractions;

namespace AiPortal.Tests.Analytics;

/// <summary>
/// A call log of many rows, fifty filters and a prompt of 5 MB: what is read is bounded by the page asked for, not by the log. How fast that is at
/// ten million rows, benchmarks/Reads says.
/// </summary>
public sealed class LargeLogTests(PortalHost host, ITestOutputHelper output) : IClassFixture<PortalHost>
{
    private const int Rows = 60_000;
    private const int Limit = 50;
    private const int MostPerRow = 2048;

    /// <summary>Two months, a hundred keys, twelve models, one in fifty failed.</summary>
    private const string Fill = """
        INSERT INTO call_log (id, started_at, organization_id, status, http_status, team_id, key_id, model_name, provider_name, request_type, streamed, attempts, input_units,
          output_units, total_cost, latency_ms, ttft_ms, client_ip, session_id, tags)
        SELECT (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7' || substr(t, 1, 3) || '8' || substr(t, 4, 15))::uuid, at, $1,
          CASE WHEN n % 50 = 0 THEN 'failed' ELSE 'ok' END, CASE WHEN n % 50 = 0 THEN 502 ELSE 200 END, ('00000000-0000-7000-8000-' || lpad((n % 10)::text, 12, '0'))::uuid,
          ('00000000-0000-7000-8001-' || lpad((n % 100)::text, 12, '0'))::uuid, 'model-' || n % 12, 'provider-' || n % 3, 'chat', n % 2 = 0, 1, 100 + n % 900, n % 300, 0.001, 500, 120,
          '203.0.113.7', 'session-' || n / 20, '{"feature":"search"}'
        FROM (SELECT n, md5(n::text) AS t, now() - interval '60 days' + n * interval '59 days' / $2 AS at FROM generate_series(1, $2) n) made
        """;

    private static readonly string[] Filters =
    [
        "", .. Enumerable.Range(0, 12).Select(i => $"model=model-{i}"), .. Enumerable.Range(0, 10).Select(i => $"key_id={Key(i * 7)}"), .. Enumerable.Range(0, 5).Select(i => $"team_id={Team(i)}"),
        "status=ok", "status=failed", "status=refused", "status=partial", "status=unknown", "provider=provider-1", "provider=nobody", "model=model-1*", "model=none", "session_id=session-77",
        "session_id=none", "workflow_id=none", "account_id=none", $"project_id={Key(1)}", $"cost_center_id={Key(1)}", "model=*-7", $"department_id={Key(1)}", $"environment_id={Key(1)}",
        $"key_id={Key(3)}&model=model-3", $"team_id={Team(2)}&status=failed", "tag=feature=search", "status=failed&provider=provider-2&model=model-2",
    ];

    [Fact]
    public async Task FiftyFilters_OverManyRows_ReadAPageEach()
    {
        Assert.True(Filters.Length >= 50, $"{Filters.Length} filters");
        await FillAsync();
        foreach (var filter in Filters.Take(3)) await ReadAsync(filter);
        var most = 0;
        foreach (var filter in Filters)
        {
            var page = await ReadAsync(filter);
            most = Math.Max(most, page.Json.GetRawText().Length);
            Assert.True(page.Data.Count() <= Limit, filter);
            foreach (var pair in filter.Split('&').Where(pair => pair.StartsWith("model=model-", StringComparison.Ordinal) && !pair.EndsWith('*')))
                Assert.All(page.Data, row => Assert.Equal(pair["model=".Length..], row.GetProperty("model_name").GetString()));
        }

        // Page after page through the whole log, as a table does that somebody scrolls.
        var (pages, rows, cursor) = (0, 0, "");
        do
        {
            var page = await ReadAsync("from=" + From() + cursor, limit: 500);
            (pages, rows) = (pages + 1, rows + page.Data.Count());
            cursor = page.Json.GetProperty("next_cursor").GetString() is { } next ? "&cursor=" + Uri.EscapeDataString(next) : "";
        }
        while (cursor.Length > 0);

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Filters.Length} filters, {pages} pages with {rows} rows; at most {most / 1024} KB a page"));
        // The other test makes one call.
        Assert.InRange(rows, Rows, Rows + 1);
        Assert.InRange(most, 1, Limit * MostPerRow);
    }

    [Fact]
    public async Task PromptOfFiveMegabytes_WeighsNothingInTheList()
    {
        await host.Admin.PatchApiAsync($"/organizations/{host.OrganizationId}", new { body_logging = "on" });
        await host.Admin.PostApiAsync("/providers", new { name = "Sandbox", kind = "sandbox" });
        using var application = host.WithBearer((await host.Admin.PostApiAsync("/keys", new { name = "Wordy" })).Text("key")!);
        var content = string.Concat(Enumerable.Repeat("A long story, told again. ", 5 * 1024 * 1024 / 26));
        using var answer = await application.PostAsJsonAsync("/v1/chat/completions", new { model = "sandbox-small", messages = new[] { new { role = "user", content } } });
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var call = answer.Headers.GetValues("x-request-id").Single();

        var body = await host.Admin.GetApiAsync($"/calls/{call}/body");
        await Eventually.HoldsAsync(async () => (body = await host.Admin.GetApiAsync($"/calls/{call}/body")).Status == HttpStatusCode.OK, TimeSpan.FromSeconds(30), () => "the body is not kept");
        var list = await host.Admin.GetStringAsync("/api/v1/calls?limit=50&model=sandbox-small");
        var receipt = await host.Admin.GetStringAsync($"/api/v1/calls/{call}");

        Assert.Contains(call, list, StringComparison.Ordinal);
        Assert.InRange(list.Length, 1, 8 * 1024);
        Assert.InRange(receipt.Length, 1, 16 * 1024);
        var request = body.Json.GetProperty("request");
        Assert.True(request.GetProperty("truncated").GetBoolean());
        Assert.InRange(request.GetProperty("text").GetString()!.Length, 1, 256 * 1024);
    }

    private static Guid Key(int n) => Guid.Parse($"00000000-0000-7000-8001-{n:000000000000}");

    private static Guid Team(int n) => Guid.Parse($"00000000-0000-7000-8000-{n:000000000000}");

    private static string From() => TimeProvider.System.GetUtcNow().AddDays(-61).ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);

    private async Task FillAsync()
    {
        for (var days = 0; days <= 60; days += 20) await host.Database.ExecuteAsync("SELECT ensure_month_partitions($1)", TimeProvider.System.GetUtcNow().AddDays(-days).UtcDateTime);
        await using (var db = host.Database.Portal.OpenSystem())
        {
            // What is filtered by must be the organization's.
            db.AddRange(Enumerable.Range(0, 10).Select(n => Own(new Team { Name = $"Team {n}" }, Team(n))));
            db.AddRange(Enumerable.Range(0, 100).Select(n => Own(new ApiKey { Name = $"Key {n}", KeyHash = Key(n).ToByteArray(), Prefix = "ap-" }, Key(n))));
            db.AddRange(Own(new Project { Name = "Project" }, Key(1)), Own(new CostCenter { Name = "Center" }, Key(1)), Own(new Department { Name = "Department" }, Key(1)), Own(new DeploymentEnvironment { Name = "Live" }, Key(1)));
            await db.SaveChangesAsync();
        }

        await host.Database.ExecuteAsync(Fill, host.OrganizationId, Rows);
    }

    private T Own<T>(T row, Guid id) where T : TenantRow
    {
        (row.Id, row.OrganizationId) = (id, host.OrganizationId);
        return row;
    }

    private async Task<ApiAnswer> ReadAsync(string filter, int limit = Limit)
    {
        var page = await host.Admin.GetApiAsync($"/calls?limit={limit}" + (filter.Length == 0 ? "" : "&" + filter));
        Assert.True(page.Status == HttpStatusCode.OK, $"{filter}: {page.Json}");
        return page;
    }
}
