using AiPortal.Core.Data;
using AiPortal.Core.Data.Embedded;
using Npgsql;

namespace AiPortal.Hosting;

/// <summary>The database of this process: the one given, or a private cluster that lives and ends with it.</summary>
public sealed class DatabaseStart : IAsyncDisposable
{
    private readonly EmbeddedPostgres? _cluster;

    private DatabaseStart(PortalDatabase database, EmbeddedPostgres? cluster) => (Database, _cluster) = (database, cluster);

    public PortalDatabase Database { get; }

    /// <summary>Starts or finds the database and brings it to this version's shape.</summary>
    /// <param name="joinRunning">Lets a verb work beside a portal that runs on the same data directory.</param>
    /// <exception cref="StartFault">It cannot be reached or prepared.</exception>
    public static async Task<DatabaseStart> RunAsync(PortalSettings settings, TimeProvider clock, ILogger logger, bool joinRunning, CancellationToken token)
    {
        return settings.ConnectionString is { } given
            ? await GivenAsync(given, clock, token)
            : await EmbeddedAsync(settings, clock, logger, joinRunning, token);
    }

    private static async Task<DatabaseStart> EmbeddedAsync(PortalSettings settings, TimeProvider clock, ILogger logger, bool joinRunning, CancellationToken token)
    {
        var options = new EmbeddedPostgresOptions { DataDirectory = settings.DataDirectory, PostgresBin = settings.PostgresBin, JoinRunning = joinRunning };
        var cluster = await EmbeddedPostgres.StartAsync(options, logger, token);
        try
        {
            await DatabaseSetup.EnsureDatabaseAsync(cluster.SuperuserConnectionString(), "portal", token);
            await DatabaseSetup.EnsureRolesAsync(cluster.SuperuserConnectionString("portal"), logins: true, token);
            var database = new PortalDatabase(role => cluster.ConnectionStringFor(role), clock);
            await DatabaseSetup.MigrateAsync(database, token);
            return new DatabaseStart(database, cluster);
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    private static async Task<DatabaseStart> GivenAsync(string connectionString, TimeProvider clock, CancellationToken token)
    {
        try
        {
            await DatabaseSetup.EnsureRolesAsync(connectionString, logins: false, token);
        }
        catch (Exception fault) when (fault is NpgsqlException or ArgumentException or System.Net.Sockets.SocketException)
        {
            throw new StartFault("ConnectionStrings:Portal", $"the database cannot be used: {fault.Message}", fault);
        }

        var database = new PortalDatabase(PortalDatabase.AsMember(connectionString), clock);
        await DatabaseSetup.MigrateAsync(database, token);
        return new DatabaseStart(database, null);
    }

    public async ValueTask DisposeAsync()
    {
        await Database.DisposeAsync();
        if (_cluster is not null) await _cluster.DisposeAsync();
    }
}
