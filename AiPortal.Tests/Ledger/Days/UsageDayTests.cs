using System.Reflection;
using AiPortal.Core.Ledger;
using AiPortal.Core.Ledger.Days;
using AiPortal.Tests.Fixtures;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Xunit;

namespace AiPortal.Tests.Ledger.Days;

public sealed class UsageDayTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Fact]
    public async Task Writer_MixedCalls_EveryDimensionSumsToTheLedger()
    {
        await using var rig = await LedgerRig.StartAsync(database);
        for (var i = 0; i < 600; i++) rig.Call(i);
        await rig.StopAsync();

        var (cost, unresolved) = (await rig.SumAsync("total_cost"), await rig.SumAsync("unresolved_cost"));
        Assert.True(cost > 0 && unresolved > 0);
        foreach (var dimension in UsageDaySql.Values)
        {
            Assert.Equal(cost, await DaysAsync<decimal>(rig, "sum(total_cost)", dimension.Word));
            Assert.Equal(unresolved, await DaysAsync<decimal>(rig, "sum(unresolved_cost)", dimension.Word));
            Assert.Equal(600m, await DaysAsync<decimal>(rig, "sum(entries)", dimension.Word));
        }

        // Three days of the organization's zone; three keys of them; a team, and calls of none.
        Assert.Equal((3L, 9L), (await DaysAsync<long>(rig, "count(*)", "organization"), await DaysAsync<long>(rig, "count(*)", "key")));
        Assert.Equal((3L, 6L), (await DaysAsync<long>(rig, "count(*)", "key_month"), await DaysAsync<long>(rig, "count(*)", "team")));
        Assert.Equal(
            await database.ScalarAsync<long>("SELECT count(DISTINCT (started_at AT TIME ZONE 'Asia/Kolkata')::date) FROM ledger_entries WHERE organization_id = $1", rig.OrganizationId),
            await DaysAsync<long>(rig, "count(*)", "organization"));
        await rig.AssertVerifiedAsync();
    }

    [Fact]
    public async Task Verify_DayChangedBehindTheLedger_IsNamedWithItsAmount()
    {
        await using var rig = await LedgerRig.StartAsync(database);
        rig.Call(1);
        await rig.StopAsync();
        await database.ExecuteAsync("UPDATE usage_days SET tokens = tokens + 3 WHERE organization_id = $1 AND dimension = 'model'", rig.OrganizationId);
        await database.ExecuteAsync("DELETE FROM usage_days WHERE organization_id = $1 AND dimension = 'user_month'", rig.OrganizationId);

        var differences = (await LedgerVerify.RunAsync(database.Portal, CancellationToken.None))
            .Where(line => line.StartsWith("day " + rig.OrganizationId, StringComparison.Ordinal)).ToList();

        Assert.Collection(differences,
            line => Assert.EndsWith(": tokens -3", line, StringComparison.Ordinal),
            line => Assert.Contains(" user_month ", line, StringComparison.Ordinal));
        await database.CountDaysAsync(rig.OrganizationId);
        await rig.AssertVerifiedAsync();
    }

    [Fact]
    public async Task Recount_ZonesChangeWhileCallsAreWritten_EveryCallIsOnItsDayOnce()
    {
        await using var rig = await LedgerRig.StartAsync(database);
        foreach (var (zone, round) in ((string[])["Asia/Shanghai", "America/New_York", "Pacific/Chatham", "Mars/Olympus_Mons", "Asia/Kathmandu"]).Select((zone, round) => (zone, round)))
        {
            for (var i = 0; i < 100; i++) rig.Call((round * 100) + i);
            await using var db = database.Portal.OpenSystem();
            await using var transaction = await db.Database.BeginTransactionAsync();
            await LedgerLocks.HoldInsertsAsync(db.Database, rig.OrganizationId, CancellationToken.None);
            await db.Database.ExecuteSqlAsync($"UPDATE organizations SET time_zone = {zone} WHERE id = {rig.OrganizationId}");
            await UsageDays.RecountAsync(db, rig.OrganizationId, CancellationToken.None);
            await transaction.CommitAsync();
        }

        await rig.StopAsync();

        Assert.Equal(500m, await DaysAsync<decimal>(rig, "sum(entries)", "organization"));
        await rig.AssertVerifiedAsync();
    }

    [Fact]
    public async Task Migration_OnALedgerThatIsThere_FillsTheDays()
    {
        await using var rig = await LedgerRig.StartAsync(database);
        for (var i = 0; i < 200; i++) rig.Call(i);
        await rig.StopAsync();
        await using var script = Assembly.Load("AiPortal.Migrations").GetManifestResourceStream("AiPortal.Migrations.Sql.usage_days.sql")!;
        using var reader = new StreamReader(script);
        await using (var connection = new NpgsqlConnection(database.Superuser))
        {
            await connection.OpenAsync();
#pragma warning disable CA2100 // The migration's own text.
            await using var migration = new NpgsqlCommand("DROP VIEW placed.usage_days; DROP TABLE usage_days; DROP FUNCTION usage_day; SET ROLE portal_owner; " + await reader.ReadToEndAsync(), connection);
#pragma warning restore CA2100
            await migration.ExecuteNonQueryAsync();
        }

        Assert.Equal(200m, await DaysAsync<decimal>(rig, "sum(entries)", "provider"));
        await rig.AssertVerifiedAsync();
    }

    private Task<T> DaysAsync<T>(LedgerRig rig, string figure, string dimension) =>
        database.ScalarAsync<T>($"SELECT {figure} FROM usage_days WHERE organization_id = $1 AND dimension = $2", rig.OrganizationId, dimension);
}
