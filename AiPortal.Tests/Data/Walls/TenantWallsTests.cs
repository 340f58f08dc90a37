using AiPortal.Core.Data;
using AiPortal.Core.Tenancy;
using AiPortal.Tests.Fixtures;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Xunit.Abstractions;

namespace AiPortal.Tests.Data.Walls;

/// <summary>
/// T09: who has not said for which organization he asks sees and changes nothing, in any table, and what a connection was used for
/// before does not carry over to its next use.
/// </summary>
public sealed class TenantWallsTests(TestDatabase database, ITestOutputHelper output) : IClassFixture<TestDatabase>, IAsyncLifetime
{
    private const int Reuses = 10_000;
    private static readonly Guid First = Guid.Parse("01997a5e-0000-7000-8000-00000000000a");
    private static readonly Guid Second = Guid.Parse("01997a5e-0000-7000-8000-00000000000b");

    public async Task InitializeAsync()
    {
        if (await database.ScalarAsync<long>("SELECT count(*) FROM memberships") == 0) await EveryTable.FillAsync(database, First, Second);
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("00000000-0000-0000-0000-000000000000")]
    [InlineData("not an id")]
    public async Task NoTenant_EveryTable_ShowsAndChangesNothing(string? setting)
    {
        var (faults, tables) = (new List<string>(), await EveryTable.NamesAsync(database));
        Assert.True(tables.Count(table => table.IsTenant) > 30, $"only {tables.Count(table => table.IsTenant)} tables have an organization");
        await using var connection = await database.Portal.App.OpenConnectionAsync();
        foreach (var (table, isTenant) in tables)
        {
            // Built-in prices are everybody's.
            var own = isTenant ? "organization_id IS NOT NULL" : "true";
            foreach (var statement in new[] { $"SELECT count(*) FROM {table} WHERE {own}", $"WITH gone AS (DELETE FROM {table} WHERE {own} RETURNING 1) SELECT count(*) FROM gone" })
            {
                if (await CountAsync(connection, setting, statement) is > 0 and var rows) faults.Add($"{statement}: {rows}");
            }
        }

        output.WriteLine($"{tables.Count} tables, {tables.Count(table => table.IsTenant)} of them with an organization");
        Assert.Equal([], faults);
    }

    [Fact]
    public async Task ATenant_EveryTable_ShowsItsOwnRowsOnly_AndTakesNoOthers()
    {
        var (faults, seen) = (new List<string>(), 0);
        await using var connection = await database.Portal.App.OpenConnectionAsync();
        foreach (var (table, _) in (await EveryTable.NamesAsync(database)).Where(table => table.IsTenant))
        {
            if (await CountAsync(connection, First.ToString(), $"SELECT count(*) FROM {table} WHERE organization_id <> '{First}'") is > 0 and var others) faults.Add($"{table}: {others} of others");
            if (await CountAsync(connection, First.ToString(), $"SELECT count(*) FROM {table} WHERE organization_id = '{First}'") is > 0) seen++;
            if (await CountAsync(connection, First.ToString(), $"WITH moved AS (UPDATE {table} SET organization_id = '{Second}' WHERE organization_id = '{First}' RETURNING 1) SELECT count(*) FROM moved") is > 0 and var moved)
                faults.Add($"{table}: {moved} moved to another");
        }

        Assert.Equal([], faults);
        Assert.True(seen > 25, $"only {seen} tables showed a row of their own: the test would see nothing");
    }

    [Fact]
    public async Task OneConnection_UsedTenThousandTimes_CarriesNothingOver()
    {
        // The same backend every time.
        await using var portal = new PortalDatabase(PortalDatabase.AsMember(database.Superuser + ";Pooling=true;Maximum Pool Size=1"), TimeProvider.System);
        var tenants = new TenantDb(portal);
        var (random, backends, carried) = (new Random(20261122), new HashSet<int>(), 0);
        var ends = new int[6];
        for (var use = 0; use < Reuses; use++)
        {
            var (organization, end) = (random.Next(2) == 0 ? First : Second, random.Next(6));
            ends[end]++;
            await UseAsync(tenants, organization, end);
            await using var connection = await portal.App.OpenConnectionAsync();
            await using var command = new NpgsqlCommand(
                "SELECT pg_backend_pid(), coalesce(current_setting('portal.org', true), '') || coalesce(current_setting('portal.places', true), '') || coalesce(current_setting('portal.reader', true), ''), (SELECT count(*) FROM memberships), current_user::text", connection);
            await using var reader = await command.ExecuteReaderAsync();
            await reader.ReadAsync();
            backends.Add(reader.GetInt32(0));
            if (reader.GetString(1).Length > 0 || reader.GetInt64(2) > 0 || reader.GetString(3) != PortalRoles.App) carried++;
        }

        output.WriteLine($"{Reuses} uses of {backends.Count} backend: committed, rolled back, failed, cancelled, confined, left to the pool: {string.Join(", ", ends)}");
        Assert.Equal(0, carried);
        Assert.InRange(backends.Count, 1, 20);
        Assert.All(ends, count => Assert.True(count > 1000));
    }

    /// <summary>A use of the pool's connection for an organization, and how it ends.</summary>
    private static async Task UseAsync(TenantDb tenants, Guid organization, int end)
    {
        var places = end == 4 ? new Places(organization, [new Place(PlaceKind.Team, organization)]) : null;
        await using var transaction = await tenants.OpenAsync(organization, places, CancellationToken.None);
        Assert.Equal(places is null ? 1 : 0, await transaction.Db.Set<Membership>().CountAsync());
        switch (end)
        {
            case 0:
                await transaction.CommitAsync();
                break;
            case 2:
                await Assert.ThrowsAsync<PostgresException>(() => transaction.Db.Database.ExecuteSqlRawAsync("SELECT 1 / 0"));
                break;
            case 3:
                using (var cancelled = new CancellationTokenSource())
                {
                    var running = transaction.Db.Database.ExecuteSqlRawAsync("SELECT 1", cancelled.Token);
                    await cancelled.CancelAsync();
                    await ((Task)running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                }

                break;
            case 5:
                await transaction.Db.Database.CloseConnectionAsync();
                break;
        }
    }

    /// <summary>In a transaction that is taken back; refused counts as nothing.</summary>
    private static async Task<long> CountAsync(NpgsqlConnection connection, string? setting, string statement)
    {
        await using var transaction = await connection.BeginTransactionAsync();
        try
        {
            if (setting is not null)
            {
                await using var set = new NpgsqlCommand("SELECT set_config('portal.org', $1, true)", connection, transaction);
                set.Parameters.Add(new NpgsqlParameter { Value = setting });
                await set.ExecuteNonQueryAsync();
            }

#pragma warning disable CA2100 // Names from the catalogue.
            await using var command = new NpgsqlCommand(statement, connection, transaction);
#pragma warning restore CA2100
            return (long)(await command.ExecuteScalarAsync())!;
        }
        catch (PostgresException refusal) when (refusal.SqlState is not (PostgresErrorCodes.SyntaxError or PostgresErrorCodes.UndefinedColumn or PostgresErrorCodes.UndefinedTable))
        {
            return 0;
        }
    }
}
