using System.Net;
using System.Text;
using AiPortal.Core.Data;
using AiPortal.Core.Jobs;
using AiPortal.Tests.Api;
using AiPortal.Tests.Fixtures;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Xunit.Abstractions;

namespace AiPortal.Tests.Data.Walls;

/// <summary>T09: jobs, which see all organizations, and reports bring nothing of one to another, and leave no connection behind that is still somebody's.</summary>
public sealed class TenantReportsTests(PortalHost host, ITestOutputHelper output) : IClassFixture<PortalHost>
{
    private const string Mark = "umbrellabird";
    private const int Connections = 20;

    [Fact]
    public async Task JobsAndReports_ShowNothingOfAnother_AndNoConnectionStaysSomebodys()
    {
        var (stranger, _) = await host.StrangerAsync();
        await MarkAsync(stranger);
        var faults = new List<string>();
        foreach (var job in host.Services.GetServices<IScheduledJob>())
        {
            var said = await job.RunAsync(CancellationToken.None);
            if (said.Contains(Mark, StringComparison.Ordinal)) faults.Add($"{job.Name}: {said}");
        }

        var (reports, seen) = (Reports().ToList(), 0);
        foreach (var path in reports)
        {
            // At once, so that they take each other's connections.
            var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(turn => ReadAsync(turn % 2 == 0 ? host.Admin : stranger, path)));
            for (var turn = 0; turn < answers.Length; turn++)
            {
                var (status, text) = answers[turn];
                if ((int)status >= 500) faults.Add($"{path}: {status}");
                if (turn % 2 == 0 && text.Contains(Mark, StringComparison.OrdinalIgnoreCase)) faults.Add($"{path} shows another's");
            }

            if (answers[1].Text.Contains(Mark, StringComparison.OrdinalIgnoreCase)) seen++;
        }

        output.WriteLine($"{reports.Count} lists and reports, {seen} of which show the other its own");
        Assert.Equal([], faults);
        Assert.True(seen >= 8, $"only {seen} reports show anything to its owner: the test would see nothing");
        await NobodysAsync(host.Services.GetRequiredService<PortalDatabase>().App);
        stranger.Dispose();
    }

    /// <summary>Something of each kind in the other organization.</summary>
    private static async Task MarkAsync(HttpClient stranger)
    {
        var team = (await stranger.PostApiAsync("/teams", new { name = $"{Mark} team" })).Id;
        foreach (var (path, body) in new (string, object)[]
        {
            ("/departments", new { name = $"{Mark} department" }), ("/projects", new { name = $"{Mark} project", team_id = team }), ("/cost-centers", new { name = $"{Mark} center" }), ("/environments", new { name = $"{Mark} environment" }),
            ("/keys", new { name = $"{Mark} key", team_id = team, budget = new { limit = 5, period = "monthly" } }), ("/members", new { email = $"{Mark}@example.com", name = $"{Mark} person", password = "a-long-enough-secret" }),
            ("/providers", new { name = $"{Mark} account", kind = "openai", api_key = "sk-of-the-other", base_url = "https://api.openai.com/v1" }), ("/cost/models", new { name = $"{Mark}-model", provider = "openai", input_price = 1, output_price = 1, unit_size = 1000 }),
            ("/cost/quotas", new { name = $"{Mark} budget", quota_type = "team", scope_id = team, total_quota = 100, period_type = "monthly" }), ("/routes", new { name = $"{Mark} route", model = $"{Mark}-*", strategy = "priority" }),
            ("/cost/records", new { external_id = Mark, team_id = team, cost_type = "storage", model = $"{Mark}-disk", cost = 90 }), ("/service-tokens", new { name = $"{Mark} token", role = "service" }),
        })
        {
            var made = await stranger.PostApiAsync(path, body);
            Assert.True(made.Status == HttpStatusCode.Created, $"{path}: {made.Json}");
        }
    }

    private IEnumerable<string> Reports() =>
        from endpoint in host.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
        let pattern = endpoint.RoutePattern.RawText!.TrimEnd('/')
        where pattern.StartsWith("/api/v1/", StringComparison.Ordinal) && !pattern.Contains('{', StringComparison.Ordinal)
        where endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods.Contains("GET") == true
        orderby pattern
        select pattern;

    private static async Task<(HttpStatusCode Status, string Text)> ReadAsync(HttpClient client, string path)
    {
        using var answer = await client.GetAsync(path);
        return (answer.StatusCode, Encoding.UTF8.GetString(await answer.Content.ReadAsByteArrayAsync()));
    }

    /// <summary>All that the pool has, at the same time.</summary>
    private static async Task NobodysAsync(NpgsqlDataSource pool)
    {
        var open = new List<NpgsqlConnection>();
        try
        {
            for (var i = 0; i < Connections; i++) open.Add(await pool.OpenConnectionAsync());
            foreach (var connection in open)
            {
                await using var command = new NpgsqlCommand("SELECT coalesce(current_setting('portal.org', true), '') || coalesce(current_setting('portal.places', true), ''), (SELECT count(*) FROM memberships)", connection);
                await using var reader = await command.ExecuteReaderAsync();
                await reader.ReadAsync();
                Assert.Equal(("", 0L), (reader.GetString(0), reader.GetInt64(1)));
            }
        }
        finally
        {
            foreach (var connection in open) await connection.DisposeAsync();
        }
    }
}
