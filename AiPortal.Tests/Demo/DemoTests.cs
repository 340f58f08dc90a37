using System.Net.Http.Json;
using System.Text.Json;
using AiPortal.Core.Demo;
using AiPortal.Hosting;
using AiPortal.Tests.Fixtures;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace AiPortal.Tests.Demo;

/// <summary>A portal that was started with the demo.</summary>
public sealed class DemoPortal : IAsyncLifetime
{
    internal PortalHost Host { get; } = new PortalHost().With("Portal:Demo", "true");

    internal TimeSpan StartTime { get; private set; }

    public async Task InitializeAsync()
    {
        await Host.Database.InitializeAsync();
        var began = TimeProvider.System.GetTimestamp();
        await Host.StartAsync();
        StartTime = TimeProvider.System.GetElapsedTime(began);
    }

    public Task DisposeAsync() => Host.DisposeAsync();
}

public sealed class DemoTests(DemoPortal portal) : IClassFixture<DemoPortal>
{
    private const string Days = """
        SELECT (started_at AT TIME ZONE 'Europe/Berlin')::date AS day, sum(total_cost) AS spent
        FROM ledger_entries GROUP BY 1
        """;

    private TestDatabase Database => portal.Host.Database;

    [Fact]
    public void Start_WithTheDemo_TakesSeconds() => Assert.InRange(portal.StartTime, TimeSpan.Zero, TimeSpan.FromSeconds(15));

    [Fact]
    public async Task Seed_Again_MakesNothing()
    {
        var entries = await Database.ScalarAsync<long>("SELECT count(*) FROM ledger_entries");

        Assert.False(await portal.Host.Services.GetRequiredService<SeedDemo>().RunAsync());

        Assert.Equal(1, await Database.ScalarAsync<long>("SELECT count(*) FROM organizations WHERE is_demo"));
        Assert.Equal(entries, await Database.ScalarAsync<long>("SELECT count(*) FROM ledger_entries"));
        Assert.InRange(entries, 15_000, 40_000);
    }

    [Fact]
    public async Task Verify_AfterTheDemo_FindsNoDifference()
    {
        await using var output = new StringWriter();

        var code = await Verification.RunAsync(portal.Host.Services, output);

        Assert.Equal("Everything adds up.", output.ToString().Trim());
        Assert.Equal(0, code);
    }

    [Fact]
    public async Task History_OfNinetyDays_HasSpendOnAlmostAll()
    {
        var days = await Database.ScalarAsync<long>($"SELECT count(*) FROM ({Days}) d WHERE spent > 0");

        Assert.InRange(days, 80, 90);
    }

    [Fact]
    public async Task History_HasOneDayFarAboveTheOthers()
    {
        var median = await Database.ScalarAsync<decimal>($"SELECT (percentile_cont(0.5) WITHIN GROUP (ORDER BY spent))::numeric FROM ({Days}) d WHERE extract(isodow FROM day) < 6");
        var far = await Database.ScalarAsync<long>($"SELECT count(*) FROM ({Days}) d WHERE spent > $1", median * 2.2m);

        Assert.Equal(1, far);
    }

    [Fact]
    public async Task History_HasCachedReasoningFailedRetriedAndRefusedCalls()
    {
        Assert.True(await Database.ScalarAsync<bool>("""
            SELECT bool_or(cached_input_units > 0) AND bool_or(reasoning_units > 0) AND bool_or(status = 'failed') AND bool_or(attempt = 2)
              AND count(DISTINCT model_name) > 5 AND max(started_at) <= now() FROM ledger_entries
            """));
        Assert.True(await Database.ScalarAsync<bool>("SELECT bool_or(status = 'refused') AND bool_or(status = 'partial') FROM call_log"));
    }

    [Fact]
    public async Task Entries_OfTheHistory_CostWhatThePriceSays()
    {
        var wrong = await Database.ScalarAsync<long>("""
            SELECT count(*) FROM ledger_entries e JOIN prices p ON p.id = e.price_id
            WHERE jsonb_path_query_array(coalesce(p.details, '{}'), '$.time_windows[*]') || jsonb_path_query_array(coalesce(p.details, '{}'), '$.context_tiers[*]') = '[]'
              AND e.total_cost <> round(e.input_units * p.input_price / p.unit_size, 12) + round(e.output_units * p.output_price / p.unit_size, 12)
              + round(e.cached_input_units * coalesce(p.cached_input_price, p.input_price) / p.unit_size, 12)
              + round(e.reasoning_units * coalesce(p.reasoning_price, p.output_price) / p.unit_size, 12)
            """);

        Assert.Equal(0, wrong);
        Assert.Equal(0, await Database.ScalarAsync<long>("SELECT count(*) FROM ledger_entries WHERE price_id IS NULL"));
    }

    [Fact]
    public async Task SignIn_AfterTheDemo_BeginsInItAndKeepsTheFirstOrganization()
    {
        var me = await portal.Host.Admin.GetFromJsonAsync<JsonElement>("/api/v1/me");

        Assert.Equal(
            await Database.ScalarAsync<Guid>("SELECT id FROM organizations WHERE is_demo"), me.GetProperty("organization_id").GetGuid());
        Assert.Equal(2, await Database.ScalarAsync<long>(
            "SELECT count(*) FROM memberships m JOIN users u ON u.id = m.user_id WHERE u.is_bootstrap AND m.role = 'owner'"));
    }

    [Fact]
    public async Task People_OfTheDemo_HaveNoPassword() =>
        Assert.Equal(0, await Database.ScalarAsync<long>("SELECT count(*) FROM users WHERE NOT is_bootstrap AND password_hash IS NOT NULL"));

    [Fact]
    public async Task LastMonth_HasAFinalBill() =>
        Assert.Equal(1, await Database.ScalarAsync<long>("SELECT count(*) FROM bills WHERE status = 'finalized' AND total_usd > 0"));
}

public sealed class NoDemoTests
{
    [Fact]
    public async Task Start_WithoutTheDemo_LeavesOnlyTheFirstOrganization()
    {
        var host = new PortalHost().With("Portal:Demo", "false");
        try
        {
            await host.InitializeAsync();

            Assert.Equal(1, await host.Database.ScalarAsync<long>("SELECT count(*) FROM organizations"));
            Assert.Equal(0, await host.Database.ScalarAsync<long>("SELECT count(*) FROM api_keys"));
        }
        finally
        {
            await host.DisposeAsync();
        }
    }
}
