using Microsoft.EntityFrameworkCore;
using Npgsql;
using Npgsql.EntityFrameworkCore.PostgreSQL.Infrastructure;

namespace AiPortal.Core.Data;

/// <summary>Brings a database to the shape this version needs: roles, then migrations under an advisory lock.</summary>
public static class DatabaseSetup
{
    /// <summary>Held while roles and migrations are applied, so that two starting nodes do it one after the other.</summary>
    private const long SetupLock = 0x41_69_50_6F_72_74_61_6C;

    /// <summary>Where the migrations are, and the name of their table.</summary>
    public static void Migrations(NpgsqlDbContextOptionsBuilder options) =>
        options.MigrationsAssembly("AiPortal.Migrations").MigrationsHistoryTable("schema_migrations");

    public static DbContextOptions<PortalDb> MigrationOptions(DbContextOptionsBuilder<PortalDb> builder) => builder.Options;

    /// <summary>
    /// Makes the three roles if they are missing. The user of <paramref name="connectionString"/> must own the database and be
    /// allowed to create roles, or the roles must exist and be granted to it.
    /// </summary>
    /// <param name="logins">True where each role connects under its own name (the embedded cluster).</param>
    public static async Task EnsureRolesAsync(string connectionString, bool logins, CancellationToken token = default)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var connection = await source.OpenConnectionAsync(token);
        await ExecuteAsync(connection, $"SELECT pg_advisory_lock({SetupLock})", token);
        foreach (var role in (string[])[PortalRoles.Owner, PortalRoles.App, PortalRoles.System])
        {
            await ExecuteAsync(connection, $"""
                DO $$ BEGIN
                  IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = '{role}') THEN
                    CREATE ROLE {role} {(logins ? "LOGIN" : "NOLOGIN")} NOSUPERUSER NOBYPASSRLS;
                  END IF;
                EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
                END $$;
                DO $$ BEGIN
                  IF NOT pg_has_role(current_user, '{role}', 'MEMBER') THEN
                    EXECUTE format('GRANT {role} TO %I', current_user);
                  END IF;
                END $$;
                """, token);
        }

        await ExecuteAsync(connection, $"""
            GRANT CREATE, USAGE ON SCHEMA public TO {PortalRoles.Owner};
            DO $$ BEGIN
              IF NOT EXISTS (SELECT 1 FROM pg_namespace WHERE nspname = 'placed') THEN
                CREATE SCHEMA placed;
              END IF;
              GRANT CREATE, USAGE ON SCHEMA placed TO {PortalRoles.Owner};
              GRANT USAGE ON SCHEMA placed TO {PortalRoles.App};
            END $$;
            GRANT USAGE ON SCHEMA public TO {PortalRoles.App}, {PortalRoles.System};
            DO $$ BEGIN EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO {PortalRoles.System}', current_database()); END $$;
            DO $$ BEGIN EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', current_database()); END $$;
            """, token);
    }

    /// <summary>Makes the database of a fresh cluster if it is missing.</summary>
    public static async Task EnsureDatabaseAsync(string serverConnectionString, string name, CancellationToken token = default)
    {
        await using var source = NpgsqlDataSource.Create(serverConnectionString);
        await using var connection = await source.OpenConnectionAsync(token);
        await using var find = new NpgsqlCommand("SELECT 1 FROM pg_database WHERE datname = $1", connection) { Parameters = { new() { Value = name } } };
        if (await find.ExecuteScalarAsync(token) is null)
            await ExecuteAsync(connection, $"CREATE DATABASE {new NpgsqlCommandBuilder().QuoteIdentifier(name)}", token);
    }

    /// <summary>Applies what is missing; safe to call from several nodes at once.</summary>
    public static async Task MigrateAsync(PortalDatabase database, CancellationToken token = default)
    {
        await using var gate = await database.Owner.OpenConnectionAsync(token);
        await ExecuteAsync(gate, $"SELECT pg_advisory_lock({SetupLock})", token);
        var options = MigrationOptions(new DbContextOptionsBuilder<PortalDb>().UseNpgsql(database.Owner, Migrations));
        await using var db = new PortalDb(options, null, TimeProvider.System);
        // A large ledger takes its time.
        db.Database.SetCommandTimeout(TimeSpan.FromHours(2));
        await db.Database.MigrateAsync(token);
        // A pooled connection would keep the lock; a fault above closes it by clearing the pool with the data source.
        await ExecuteAsync(gate, $"SELECT pg_advisory_unlock({SetupLock})", token);
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken token)
    {
#pragma warning disable CA2100 // Constant texts of this file only.
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 120 };
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync(token);
    }
}
