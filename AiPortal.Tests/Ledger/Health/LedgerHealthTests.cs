using System.Net.Http.Json;
using System.Text.Json;
using AiPortal.Core.Ledger.Health;
using AiPortal.Tests.Fixtures;
using Microsoft.Extensions.DependencyInjection;

namespace AiPortal.Tests.Ledger.Health;

public sealed class LedgerHealthTests(PortalHost portal) : IClassFixture<PortalHost>
{
    [Fact]
    public async Task Health_RollupChangedBehindTheLedger_IsFoundAndShownEverywhere()
    {
        await portal.Database.WriteAsync(portal.OrganizationId, new ScriptedEntry(TimeProvider.System.GetUtcNow(), 0.25m), new ScriptedEntry(TimeProvider.System.GetUtcNow(), 0.5m) { Unresolved = 0.125m });
        await VerifyAsync();
        var before = await portal.Admin.GetFromJsonAsync<JsonElement>("/api/v1/ledger/health");

        await portal.Database.ExecuteAsync("UPDATE usage_rollups SET total_cost = total_cost + 0.000001 WHERE organization_id = $1", portal.OrganizationId);
        await VerifyAsync();
        var after = await portal.Admin.GetFromJsonAsync<JsonElement>("/api/v1/ledger/health");

        Assert.Equal((0m, 0.125m, 0), (before.GetProperty("unexplained_difference").GetDecimal(), before.GetProperty("unknown_cost").GetDecimal(), Differences(before)));
        Assert.Equal((-0.000001m, 1), (after.GetProperty("unexplained_difference").GetDecimal(), Differences(after)));
        Assert.Equal("ok", after.GetProperty("journal").GetProperty("status").GetString());
        using var http = portal.Anonymous();
        var ready = await http.GetFromJsonAsync<JsonElement>("/health/ready");
        Assert.Equal(0.000001m, ready.GetProperty("ledger").GetProperty("unexplained_difference").GetDecimal());
        Assert.Equal(0, ready.GetProperty("ledger").GetProperty("backlog_records").GetInt32());
        var metrics = await http.GetStringAsync("/metrics");
        Assert.Contains("aiportal_ledger_differences 1\n", metrics, StringComparison.Ordinal);
        Assert.Contains("aiportal_journal_entries_undrained 0\n", metrics, StringComparison.Ordinal);
        Assert.Contains("aiportal_ledger_next_month_missing 0\n", metrics, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Months_AfterTheJob_AreReadyForThreeMonthsMore()
    {
        await portal.Services.GetRequiredService<KeepMonthsReady>().RunAsync(default);
        var watch = portal.Services.GetRequiredService<LedgerWatch>();
        await watch.LookAsync(default);

        Assert.Equal((4, true), (watch.Facts!.MonthsReady, watch.Facts.NextMonthReady));
        var last = TimeProvider.System.GetUtcNow().AddMonths(KeepMonthsReady.Ahead);
        Assert.True(await portal.Database.ScalarAsync<bool>($"SELECT to_regclass('ledger_entries_{last:yyyy_MM}') IS NOT NULL"));
    }

    private static int Differences(JsonElement health) => health.GetProperty("verification").GetProperty("differences").GetInt32();

    private async Task VerifyAsync()
    {
        await portal.Services.GetRequiredService<VerifyLedger>().RunAsync(default);
        await portal.Services.GetRequiredService<LedgerWatch>().LookAsync(default);
    }
}
