using System.Diagnostics;
using AiPortal.Core.Data;
using AiPortal.Core.Data.Embedded;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace AiPortal.Tests.Fixtures;

/// <summary>One PostgreSQL a test run, with a migrated database from which each <see cref="TestDatabase"/> is cloned.</summary>
#pragma warning disable CA1001 // Lives as long as the run.
internal sealed class TestCluster
#pragma warning restore CA1001
{
    private const string Template = "portal_template";

    private static readonly Lazy<Task<TestCluster>> Shared = new(StartAsync);

    private readonly EmbeddedPostgres _postgres;
    private readonly SemaphoreSlim _cloning = new(1);

    private TestCluster(EmbeddedPostgres postgres) => _postgres = postgres;

    public static Task<TestCluster> GetAsync() => Shared.Value;

    public async Task<PortalDatabase> CloneAsync(string name, TimeProvider clock)
    {
        // A template may have no connections while it is copied, not even those of another copy.
        await _cloning.WaitAsync();
        try
        {
            await ExecuteAsync($"CREATE DATABASE {name} TEMPLATE {Template}");
        }
        finally
        {
            _cloning.Release();
        }
        // Grants on a database are not copied with it.
        await DatabaseSetup.EnsureRolesAsync(SuperuserOf(name), logins: true);
        return new PortalDatabase(role => _postgres.ConnectionStringFor(role, name), clock);
    }

    public Task DropAsync(string name) => ExecuteAsync($"DROP DATABASE {name} WITH (FORCE)");

    /// <summary>As if the server were gone: ends all connections and takes no new ones.</summary>
    public Task CutAsync(string name) =>
        ExecuteAsync($"ALTER DATABASE {name} ALLOW_CONNECTIONS false; SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'");

    public Task RestoreAsync(string name) => ExecuteAsync($"ALTER DATABASE {name} ALLOW_CONNECTIONS true");

    /// <summary>Ends all connections, whatever they are in the middle of.</summary>
    public Task InterruptAsync(string name) => ExecuteAsync($"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'");

    public string SuperuserOf(string database) =>
        new NpgsqlConnectionStringBuilder(_postgres.SuperuserConnectionString(database)) { Pooling = false }.ConnectionString;

    private static async Task<TestCluster> StartAsync()
    {
        var directory = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), "aiportal-tests-" + Path.GetRandomFileName())).FullName;
        var options = new EmbeddedPostgresOptions
        {
            DataDirectory = Path.Combine(directory, "data"),
            Durable = false,
            Settings = new Dictionary<string, string> { ["max_connections"] = "200" },
        };
        var postgres = await EmbeddedPostgres.StartAsync(options, NullLogger.Instance, CancellationToken.None);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => postgres.StopAsync().GetAwaiter().GetResult();
        RemoveAfterwards(directory, postgres.ProcessId);
        var cluster = new TestCluster(postgres);
        await cluster.ExecuteAsync($"CREATE DATABASE {Template}");
        await DatabaseSetup.EnsureRolesAsync(cluster.SuperuserOf(Template), logins: true);
        await using var template = new PortalDatabase(
            role => new NpgsqlConnectionStringBuilder(postgres.ConnectionStringFor(role, Template)) { Pooling = false }.ConnectionString,
            TimeProvider.System);
        await DatabaseSetup.MigrateAsync(template);
        return cluster;
    }

    /// <summary>The test host is killed a moment after its end, too soon to delete thousands of files itself.</summary>
    private static void RemoveAfterwards(string directory, int server)
    {
        const string script = """exec >/dev/null 2>&1; tail --pid="$1" -f /dev/null; tail --pid="$2" -f /dev/null; rm -rf "$0" """;
        string[] arguments = ["sh", "-c", script, directory, $"{Environment.ProcessId}", $"{server}"];
        Process.Start("setsid", arguments).Dispose();
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(SuperuserOf("postgres"));
        await connection.OpenAsync();
#pragma warning disable CA2100 // Names made here.
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 120 };
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }
}
