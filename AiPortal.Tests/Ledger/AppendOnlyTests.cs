using AiPortal.Core.Data;
using AiPortal.Tests.Fixtures;
using Npgsql;
using Xunit;

namespace AiPortal.Tests.Ledger;

public sealed class AppendOnlyTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private const string Insert = """
        INSERT INTO ledger_entries (id, started_at, organization_id, request_id, attempt, final, kind, status, estimated, provider_name, model_name, request_type, cost_type)
        VALUES (gen_random_uuid(), '2026-10-05Z', gen_random_uuid(), gen_random_uuid(), 1, true, 'usage', 'ok', false, 'p', 'm', 'chat', 'ai_api')
        """;

    public static TheoryData<string, string> Changes()
    {
        var cases = new TheoryData<string, string>();
        foreach (var role in (string[])["postgres", PortalRoles.Owner, PortalRoles.System, PortalRoles.App])
        {
            foreach (var table in (string[])["ledger_entries", "ledger_entries_2026_10"])
            {
                cases.Add(role, $"UPDATE {table} SET total_cost = 0, input_cost = 0");
                cases.Add(role, $"DELETE FROM {table}");
                cases.Add(role, $"TRUNCATE {table}");
            }
        }
        return cases;
    }

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task Ledger_ChangeByAnyRole_IsRefused(string role, string change)
    {
        await database.ExecuteAsync("SELECT ensure_month_partitions('2026-10-05Z')");
        await database.ExecuteAsync(Insert);
        var before = await database.ScalarAsync<long>("SELECT count(*) FROM ledger_entries");

        await using var connection = new NpgsqlConnection(database.Superuser);
        await connection.OpenAsync();
        var refused = await Record.ExceptionAsync(async () =>
        {
#pragma warning disable CA2100 // Constants of this file.
            await using var command = new NpgsqlCommand($"SET ROLE {role}; {change}", connection);
#pragma warning restore CA2100
            Assert.Equal(0, await command.ExecuteNonQueryAsync());
        });

        // Row-level security may hide the rows from the tables' owner; then nothing was changed either.
        if (refused is not null)
            Assert.Contains(Assert.IsType<PostgresException>(refused).SqlState, (string[])[PostgresErrorCodes.RestrictViolation, PostgresErrorCodes.InsufficientPrivilege]);
        Assert.Equal(before, await database.ScalarAsync<long>("SELECT count(*) FROM ledger_entries"));
    }

    [Fact]
    public async Task Ledger_ReadAPartitionDirectly_IsRefused()
    {
        await database.ExecuteAsync("SELECT ensure_month_partitions('2026-10-05Z')");
        var refused = await Assert.ThrowsAsync<PostgresException>(() => database.ScalarAsync<long>("SELECT count(*) FROM ledger_entries_2026_10"));
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refused.SqlState);
    }
}
