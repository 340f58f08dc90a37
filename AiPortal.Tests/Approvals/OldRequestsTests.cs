using AiPortal.Core.Approvals;
using AiPortal.Core.Data;
using AiPortal.Tests.Fixtures;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql;

namespace AiPortal.Tests.Approvals;

/// <summary>Requests for more budget that an older portal left open wait in the inbox after the upgrade; what was decided stays as it is.</summary>
public sealed class OldRequestsTests(TestDatabase cluster) : IClassFixture<TestDatabase>
{
    private const string Before = "20261121235938_TwoFactor";

    [Fact]
    public async Task Upgrade_OfOpenRequests_MakesApprovalsOfThem()
    {
        var name = "old" + cluster.Name;
        await ExecuteAsync(cluster.Superuser, $"CREATE DATABASE {name}");
        var own = Of(cluster.Superuser, null, name);
        await DatabaseSetup.EnsureRolesAsync(own, logins: true);
        await using (var database = new PortalDatabase(role => Of(cluster.Superuser, role, name), TimeProvider.System))
        {
            var options = DatabaseSetup.MigrationOptions(new DbContextOptionsBuilder<PortalDb>().UseNpgsql(database.Owner, DatabaseSetup.Migrations));
            await using (var old = new PortalDb(options, null, TimeProvider.System)) await old.GetService<IMigrator>().MigrateAsync(Before);
            await ExecuteAsync(own, Rows);
            await DatabaseSetup.MigrateAsync(database);

            await using var db = database.OpenSystem();
            var approvals = await db.Set<Approval>().AsNoTracking().OrderBy(a => a.Amount).ToListAsync();
            Assert.Equal(2, approvals.Count);
            var (byToken, byPerson) = (approvals[0], approvals[1]);
            Assert.Equal(("budget.raise", "budget.request", ApprovalStatus.Pending, 50m, "Search"), (byPerson.Kind, byPerson.Action, byPerson.Status, byPerson.Amount, byPerson.SubjectName));
            Assert.Equal([Approver.ManagerOrFinance], byPerson.Steps);
            Assert.Equal((Guid.Parse("00000000-0000-7000-8000-0000000000a1"), false, "Ada", "More traffic"), (byPerson.RequesterId, byPerson.IsByService, byPerson.RequestedByName, byPerson.Reason));
            // Who made the token stands behind what it asked: he must not decide it.
            Assert.Equal((true, Guid.Parse("00000000-0000-7000-8000-0000000000a2"), 5m), (byToken.IsByService, byToken.RequesterId, byToken.Amount));
            Assert.Equal("""{"period_type":"monthly","limit":100,"unit":"usd"}""", byPerson.Before);
            Assert.Equal("""{"period_type":"monthly","limit":150,"unit":"usd"}""", byPerson.After);
            Assert.Equal(2, await db.Set<ApprovalEvent>().CountAsync(e => e.Kind == ApprovalEventKind.Requested));
            var states = await db.Database.SqlQuery<string>($"SELECT status || ' ' || coalesce(approval_id::text, '') AS \"Value\" FROM budget_requests").ToListAsync();
            Assert.Equal(((string[])["granted ", $"open {byPerson.Id}", $"open {byToken.Id}"]).Order(StringComparer.Ordinal), states.Order(StringComparer.Ordinal));
        }

        await ExecuteAsync(cluster.Superuser, $"DROP DATABASE {name} WITH (FORCE)");
    }

    private const string Rows = """
        INSERT INTO budgets (id, organization_id, name, quota_type, scope_id, total_quota, period_type, daily_limit, hold, action, warning_threshold, critical_threshold, owned_by_key, unit, created_at, updated_at)
        VALUES ('00000000-0000-7000-8000-0000000000b1', '00000000-0000-7000-8000-000000000001', 'Search', 'organization', '00000000-0000-7000-8000-000000000001', 100, 'monthly', 10, 'learned', 'block', 0.8, 0.95, false, 'usd', now(), now());
        INSERT INTO service_tokens (id, organization_id, name, token_hash, prefix, role, created_by, created_at, updated_at)
        VALUES ('00000000-0000-7000-8000-0000000000c1', '00000000-0000-7000-8000-000000000001', 'robot', '\x01', 'ap-', 'service', '00000000-0000-7000-8000-0000000000a2', now(), now());
        INSERT INTO budget_requests (id, organization_id, budget_id, period_type, amount, unit, reason, user_id, user_name, status, created_at, updated_at) VALUES
        ('00000000-0000-7000-8000-0000000000d1', '00000000-0000-7000-8000-000000000001', '00000000-0000-7000-8000-0000000000b1', 'monthly', 150, 'usd', 'More traffic', '00000000-0000-7000-8000-0000000000a1', 'Ada', 'open', now(), now()),
        ('00000000-0000-7000-8000-0000000000d2', '00000000-0000-7000-8000-000000000001', '00000000-0000-7000-8000-0000000000b1', 'daily', 15, 'usd', 'A busy day', '00000000-0000-7000-8000-0000000000c1', 'robot', 'open', now(), now()),
        ('00000000-0000-7000-8000-0000000000d3', '00000000-0000-7000-8000-000000000001', '00000000-0000-7000-8000-0000000000b1', 'monthly', 100, 'usd', 'Before', '00000000-0000-7000-8000-0000000000a1', 'Ada', 'granted', now(), now());
        """;

    private static string Of(string superuser, string? role, string database)
    {
        var connection = new NpgsqlConnectionStringBuilder(superuser) { Database = database };
        if (role is not null) connection.Username = role;
        return connection.ConnectionString;
    }

    private static async Task ExecuteAsync(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 120 };
        await command.ExecuteNonQueryAsync();
    }
}
